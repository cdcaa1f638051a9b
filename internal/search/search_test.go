package search_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mozillazg/go-pinyin"
	"github.com/paulmach/orb"
	"go.uber.org/goleak"
	"golang.org/x/text/width"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/search"
	"suhe/twin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is things by their numbers, and the changes that an index is to be told.
type world map[assets.FID]*twin.Thing

func (w world) Each(kind assets.Kind, yield func(*twin.Thing) bool) {
	for _, fid := range slices.Sorted(maps.Keys(w)) {
		if w[fid].Asset.Kind == kind && !yield(w[fid]) {
			return
		}
	}
}

func (w world) ByFID(fid assets.FID) *twin.Thing { return w[fid] }

// become makes the thing of a number another, nil: none, and returns the change.
func (w world) become(fid assets.FID, is *twin.Thing) twin.Batch {
	was := w[fid]
	if delete(w, fid); is != nil {
		w[fid] = is
	}
	if was == nil && is == nil {
		return twin.Batch{}
	}
	return twin.Batch{Changes: []twin.Change{{Was: was, Is: is}}}
}

// classNames are words for a few classes.
func classNames(_ assets.Kind, class string) (zh, en string) {
	switch class {
	case "asset.lamp":
		return "路灯", "Street lamp"
	case "asset.outfall":
		return "排水口", "Outfall"
	case "camera.dome":
		return "球机", "Dome camera"
	}
	return "", ""
}

func (w world) index(t interface{ Fatal(...any) }) *search.Index {
	x := search.New(search.Options{World: w, Names: classNames})
	x.Took(twin.Batch{})
	if err := x.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return x
}

// everything is shown to who sees all.
func everything(string) bool { return true }

func fields(s access.Scope) access.Fields {
	return s.Fields(assets.DefaultClasses().FieldSensitivity)
}

func at(fid assets.FID, kind assets.Kind, class, name string) *assets.Asset {
	return &assets.Asset{
		ID: assets.ID(fmt.Sprintf("%s-%04d", kind, fid)), FID: fid, Kind: kind, Class: class, Name: name, Lifecycle: assets.InUse,
		Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.4 + float64(fid)/1000, 31.25}}}, Revision: assets.Revision{N: 1, At: time.Unix(1_760_000_000, 0)},
	}
}

// few is a little of everything.
func few() world {
	area := at(1, assets.Area, "area.street", "曹杨新村街道")
	area.ID, area.Properties = "310107005", assets.Properties{{Key: "code", Value: "310107005"}}
	all := []*assets.Asset{
		area,
		at(2, assets.Fixture, "asset.lamp", "长寿路 12 号灯"),
		at(3, assets.Fixture, "asset.lamp", ""),
		at(4, assets.Fixture, "asset.outfall", "苏州河排水口甲"),
		at(5, assets.Sensor, "sensor.water_level", "水位计"),
		at(6, assets.Bridge, "bridge.road", "武宁路桥"),
		at(7, assets.Camera, "camera.dome", "苏州河"),
		at(8, assets.Building, "building.office", "Suhe Centre"),
		at(9, assets.Building, "building.office", ""),
		at(10, assets.Incident, "facility.lamp", "苏州河路灯不亮"),
		at(11, assets.Landmark, "landmark.park", "苏州河梦清园"),
	}
	all[1].Location.Area, all[2].Location.Area = "310107005", "310107014"
	all[3].Owner = "区水务局"
	all[5].Properties = assets.Properties{{Key: "name_en", Value: "Wuning Road Bridge"}}
	all[6].Camera, all[6].Sensitivity = &assets.CameraSpec{GBID: "31010700001320000007"}, assets.Restricted
	all[8].Properties = assets.Properties{{Key: "addr:housenumber", Value: "120号"}, {Key: "addr:street", Value: "光复西路"}}
	all[9].Sensitivity, all[9].Revision.At = assets.Internal, time.Unix(1_770_000_000, 0)
	all[9].Properties = assets.Properties{{Key: twin.MarkerSeverity, Value: 2.0}, {Key: twin.MarkerState, Value: "filed"}}
	w := world{}
	for _, a := range all {
		w[a.FID] = twin.NewThing(a)
	}
	return w
}

// numbers are those of the hits, in order.
func numbers(f search.Found) (out []assets.FID) {
	for _, h := range f.Hits {
		out = append(out, h.Thing.Asset.FID)
	}
	return out
}

// What is found by which words, in which order.
func TestWords(t *testing.T) {
	x := few().index(t)
	near := orb.Point{121.411, 31.25}
	for _, c := range []struct {
		what string
		q    search.Query
		want []assets.FID
	}{
		{"two characters", search.Query{Text: "水位"}, []assets.FID{5}},
		{"one character", search.Query{Text: "桥"}, []assets.FID{6}},
		{"a title that is it, begins with it, has it; the worst first", search.Query{Text: "苏州河"}, []assets.FID{7, 10, 4, 11}},
		{"the nearest first", search.Query{Text: "苏州河", Near: &near}, []assets.FID{7, 11, 10, 4}},
		{"pinyin", search.Query{Text: "suzhouhe"}, []assets.FID{10, 4, 7, 11}},
		{"pinyin from a syllable on", search.Query{Text: "zhouhe"}, []assets.FID{10, 4, 7, 11}},
		{"pinyin not from within a syllable", search.Query{Text: "uzhouhe"}, nil},
		{"initials", search.Query{Text: "wnlq"}, []assets.FID{6}},
		{"a reading of place names", search.Query{Text: "changshou"}, []assets.FID{2}},
		{"the words of a class", search.Query{Text: "路灯"}, []assets.FID{10, 2, 3}},
		{"the words of a class by pinyin", search.Query{Text: "paishuikou"}, []assets.FID{4}},
		{"area and class", search.Query{Text: "曹杨 路灯"}, []assets.FID{2}},
		{"English", search.Query{Text: "wuning BRIDGE"}, []assets.FID{6}},
		{"full width", search.Query{Text: "ＳＵＨＥ　ｃｅｎｔｒｅ"}, []assets.FID{8}},
		{"traditional", search.Query{Text: "蘇州河夢清園"}, []assets.FID{11}},
		{"an address", search.Query{Text: "光复西路120"}, []assets.FID{9}},
		{"the beginning of a number", search.Query{Text: "camera-0"}, []assets.FID{7}},
		{"a letter begins a word", search.Query{Text: "c"}, []assets.FID{7, 8}},
		{"an owner", search.Query{Text: "水务局"}, []assets.FID{4}},
		{"a camera's code", search.Query{Text: "31010700001320000007"}, []assets.FID{7}},
		{"a kind", search.Query{Text: "苏州河", Kinds: []assets.Kind{assets.Landmark, assets.Camera}}, []assets.FID{7, 11}},
		{"a state", search.Query{States: []string{"filed"}}, []assets.FID{10}},
		{"an area", search.Query{Areas: []string{"310107"}}, []assets.FID{2, 3}},
		{"a time", search.Query{From: time.Unix(1_770_000_000, 0)}, []assets.FID{10}},
		{"before a time", search.Query{Text: "路灯", To: time.Unix(1_770_000_000, 0)}, []assets.FID{2, 3}},
		{"a box", search.Query{Box: &orb.Bound{Min: orb.Point{121.4025, 31}, Max: orb.Point{121.405, 32}}}, []assets.FID{3, 4, 5}},
		{"nothing", search.Query{Text: "黄浦江"}, nil},
	} {
		f, err := x.Find(t.Context(), c.q, access.Open(), everything)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		if got := numbers(f); !slices.Equal(got, c.want) || f.Total != len(c.want) || !f.Exact {
			t.Errorf("%s: %v of %d, exact %t; want %v", c.what, got, f.Total, f.Exact, c.want)
		}
	}
}

// What may not be seen is neither found nor counted, and what is not shown finds nothing.
func TestScope(t *testing.T) {
	x := few().index(t)
	planner := access.Grant{Actions: []access.Action{access.View}, Kinds: assets.Kinds(), Sensitivity: assets.Internal, Areas: []string{access.Everywhere}}
	nameless := planner
	nameless.Hidden = []string{"name"}
	owned := planner
	owned.Sensitivity = assets.Public
	street := planner
	street.Areas = []string{"310107005"}
	for _, c := range []struct {
		what  string
		grant access.Grant
		text  string
		want  []assets.FID
	}{
		{"a thing that is too sensitive", planner, "苏州河", []assets.FID{10, 4, 11}},
		{"its class", planner, "球机", nil},
		{"its code", planner, "3101070000132", nil},
		{"its number", planner, "camera-0007", nil},
		{"a hidden name", nameless, "苏州河", nil},
		{"a hidden name, said", nameless, "szh", nil},
		{"a class, though names are hidden", nameless, "路灯", []assets.FID{2, 3}},
		{"the name of an area, though hidden", nameless, "曹杨 路灯", nil},
		{"an owner that is not public", owned, "水务局", nil},
		{"another area", street, "路灯", []assets.FID{2}},
	} {
		scope := c.grant.Compile(nil)
		f, err := x.Find(t.Context(), search.Query{Text: c.text}, scope, fields(scope))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, counted := range f.Facets.Kind {
			n += counted
		}
		if got := numbers(f); !slices.Equal(got, c.want) || f.Total != len(c.want) || n != len(c.want) {
			t.Errorf("%s: %v of %d, %d counted; want %v", c.what, got, f.Total, n, c.want)
		}
	}
	stateless := planner
	stateless.Hidden = []string{"state", "class"}
	scope := stateless.Compile(nil)
	f, err := x.Find(t.Context(), search.Query{Text: "路灯"}, scope, fields(scope))
	if err != nil || f.Facets.State != nil || f.Facets.Class != nil || f.Facets.Area == nil {
		t.Errorf("facets of what is not shown: %+v, %v", f.Facets, err)
	}
	for _, q := range []search.Query{{States: []string{"filed"}}, {Classes: []string{"asset.lamp"}}} {
		if _, err := x.Find(t.Context(), q, scope, fields(scope)); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%+v: %v, want it refused", q, err)
		}
	}
}

// What is wrong is refused by its name.
func TestRefused(t *testing.T) {
	x := few().index(t)
	for field, q := range map[string]search.Query{
		"q":     {Text: strings.Repeat("河", search.MaxText+1)},
		"limit": {Limit: search.MostLimit + 1},
		"after": {After: "1-2-3"},
	} {
		if _, err := x.Find(t.Context(), q, access.Open(), everything); !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// The pieces by which a thing was found are parts of its texts.
func TestPieces(t *testing.T) {
	x := few().index(t)
	for text, want := range map[string]string{
		"苏州河 排水":     "name 苏州河排水",
		"szh":        "name 苏州河",
		"paishuik":   "name 排水口",
		"排水 口甲 0004": "id 0004, name 排水口甲",
		"水务":         "owner 水务",
	} {
		f, err := x.Find(t.Context(), search.Query{Text: text, Kinds: []assets.Kind{assets.Fixture}}, access.Open(), everything)
		if err != nil || len(f.Hits) != 1 {
			t.Fatalf("%s: %d hits, %v", text, len(f.Hits), err)
		}
		a := f.Hits[0].Thing.Asset
		texts := map[string]string{"id": string(a.ID), "name": a.Name, "owner": a.Owner}
		var got []string
		for _, m := range f.Hits[0].Matches {
			if m.Text != texts[m.Field] {
				t.Errorf("%s: %s is %q, want %q", text, m.Field, m.Text, texts[m.Field])
			}
			for _, p := range m.Pieces {
				got = append(got, m.Field+" "+string([]rune(m.Text)[p[0]:p[1]]))
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// What changes while the index is built is found as it is.
func TestWhileBuilt(t *testing.T) {
	w := few()
	x := search.New(search.Options{World: w})
	x.Took(twin.Batch{})
	x.Took(w.become(5, nil))
	x.Took(w.become(12, twin.NewThing(at(12, assets.Sensor, "sensor.water_level", "下游水位计"))))
	if err := x.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, err := x.Find(t.Context(), search.Query{Text: "水位"}, access.Open(), everything)
	if err != nil || !slices.Equal(numbers(f), []assets.FID{12}) {
		t.Errorf("%v, %v", numbers(f), err)
	}
}

// An index that is not built yet is waited for no longer than the question lives.
func TestNotBuilt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	x := search.New(search.Options{World: world{}})
	if _, err := x.Find(ctx, search.Query{}, access.Open(), everything); !errors.Is(err, assets.ErrBusy) {
		t.Errorf("%v, want that it is busy", err)
	}
}

// TestSame asks random questions of random things that change, and a plain scan the
// same: both find the same, page by page, in the same order, and count the same.
func TestSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{}
		for fid := range assets.FID(rapid.IntRange(0, 60).Draw(t, "things")) {
			if a := asset(t, fid+1); a != nil {
				w[a.FID] = twin.NewThing(a)
			}
		}
		x := w.index(t)
		for range rapid.IntRange(1, 6).Draw(t, "rounds") {
			for range rapid.IntRange(0, 20).Draw(t, "changes") {
				fid := assets.FID(rapid.IntRange(1, 70).Draw(t, "fid"))
				var is *twin.Thing
				if a := asset(t, fid); a != nil {
					is = twin.NewThing(a)
				}
				x.Took(w.become(fid, is))
			}
			compare(t, x, w)
		}
	})
}

func compare(t *rapid.T, x *search.Index, w world) {
	g := access.Grant{Actions: []access.Action{access.View}, Kinds: assets.Kinds(), Sensitivity: assets.Restricted, Areas: []string{access.Everywhere}}
	g.Hidden = rapid.SliceOfN(rapid.SampledFrom([]string{"name", "owner", "severity", "address", "name_en", "id"}), 0, 2).Draw(t, "hidden")
	if rapid.Bool().Draw(t, "street") {
		g.Areas = []string{"310107005"}
	}
	g.Sensitivity = rapid.SampledFrom([]assets.Sensitivity{assets.Public, assets.Internal, assets.Restricted}).Draw(t, "sees")
	scope := g.Compile(nil)
	shows := fields(scope)
	q := question(t)
	want := scan(w, q, scope, shows)
	var got []assets.FID
	for {
		f, err := x.Find(context.Background(), q, scope, shows)
		if err != nil {
			t.Fatal(err)
		}
		if f.Total != len(want) || !f.Exact {
			t.Fatalf("%+v: %d, exact %t; a scan finds %d", q, f.Total, f.Exact, len(want))
		}
		if got = append(got, numbers(f)...); f.Next == "" {
			break
		}
		q.After = f.Next
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%+v, hidden %v:\n found %v\n a scan %v", q, g.Hidden, got, want)
	}
}

var (
	names   = []string{"", "苏州河", "苏州河 2 号", "长寿路桥", "路灯A2", "州河苏", "河州 苏", "Suhe", "SU he centre", "水位", "蘇河", "２号", " 河"}
	classes = []string{"asset.lamp", "asset.outfall", "camera.dome", "other"}
)

// asset is a random one, or nil.
func asset(t *rapid.T, fid assets.FID) *assets.Asset {
	kind := rapid.SampledFrom([]assets.Kind{"", assets.Area, assets.Fixture, assets.Fixture, assets.Landmark, assets.Alarm}).Draw(t, "kind")
	if kind == "" {
		return nil
	}
	a := at(fid, kind, rapid.SampledFrom(classes).Draw(t, "class"), rapid.SampledFrom(names).Draw(t, "name"))
	a.Location.Area = rapid.SampledFrom([]string{"", "310107005", "310107014"}).Draw(t, "area")
	a.Owner = rapid.SampledFrom([]string{"", "水务局", "SU"}).Draw(t, "owner")
	a.Sensitivity = rapid.SampledFrom([]assets.Sensitivity{assets.Public, assets.Public, assets.Internal, assets.Restricted}).Draw(t, "sensitivity")
	a.Revision.At = time.Unix(int64(rapid.IntRange(0, 5).Draw(t, "time")), 0)
	a.Properties = assets.Properties{{Key: "address", Value: rapid.SampledFrom([]string{"", "光复西路1号", "河 2"}).Draw(t, "address")}}
	if kind == assets.Alarm {
		a.Properties = assets.Properties{{Key: twin.MarkerSeverity, Value: float64(rapid.IntRange(0, 4).Draw(t, "severity"))}, {Key: twin.MarkerState, Value: "raised"}}
	}
	if kind == assets.Area && fid%2 == 0 {
		a.Properties = assets.Properties{{Key: "code", Value: "310107005"}}
	}
	return a
}

// question is a random one.
func question(t *rapid.T) search.Query {
	word := rapid.SampledFrom([]string{"苏", "苏州", "苏州河", "州河", "河州", "su", "szh", "shu", "h", "2", "号", "２", "S", "lu", "路灯", "ludeng", "lamp", "灯", "水", "centre", "0", "-00", "asset-0001", "光复西路", "he", "zhou", "1号"})
	q := search.Query{Text: strings.Join(rapid.SliceOfN(word, 0, 3).Draw(t, "words"), " "), Limit: rapid.IntRange(1, 30).Draw(t, "limit")}
	switch rapid.IntRange(0, 8).Draw(t, "filter") {
	case 0:
		q.Kinds = []assets.Kind{assets.Fixture, assets.Alarm}
	case 1:
		q.Classes = []string{"asset.lamp"}
	case 2:
		q.Areas = []string{"310107005"}
	case 3:
		q.States = []string{"raised"}
	case 4:
		q.Box = &orb.Bound{Min: orb.Point{121.41, 31}, Max: orb.Point{121.43, 32}}
	}
	if rapid.Bool().Draw(t, "near") {
		q.Near = &orb.Point{121.43, 31.26}
	}
	return q
}

// scan finds what Find must, thing by thing, as the package's documentation says it.
func scan(w world, q search.Query, scope access.Scope, shows access.Fields) (out []assets.FID) {
	type ranked struct {
		tier, severity int
		metres         float64
		fid            assets.FID
	}
	var found []ranked
	words := strings.Fields(plain(q.Text))
	for fid, t := range w {
		a := t.Asset
		if !scope.Sees(a) || !fits(q, t) {
			continue
		}
		texts, pinyins := textsOf(a, shows)
		more, morePinyins := wordsOf(w, a, scope, shows)
		r := ranked{tier: 2, severity: 5, fid: fid}
		all := true
		for _, word := range words {
			if !holds(texts, pinyins, word) {
				r.tier = 3
				all = all && holds(more, morePinyins, word)
			}
		}
		if !all {
			continue
		}
		if r.tier == 2 && len(words) > 0 {
			r.tier = titleTier(a, shows, strings.Join(words, " "))
		}
		if t.Severity > 0 && shows("severity") {
			r.severity = int(t.Severity)
		}
		if q.Near != nil {
			r.metres = float64(geo.Distance(*q.Near, t.Anchor))
		}
		found = append(found, r)
	}
	slices.SortFunc(found, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(a.metres, b.metres), cmp.Compare(a.severity, b.severity), cmp.Compare(a.fid, b.fid))
	})
	for _, r := range found {
		out = append(out, r.fid)
	}
	return out
}

func fits(q search.Query, t *twin.Thing) bool {
	a := t.Asset
	return (len(q.Kinds) == 0 || slices.Contains(q.Kinds, a.Kind)) && (len(q.Classes) == 0 || slices.Contains(q.Classes, a.Class)) &&
		(len(q.States) == 0 || slices.Contains(q.States, t.Summary())) && (len(q.Areas) == 0 || strings.HasPrefix(a.Location.Area, q.Areas[0])) &&
		(q.Box == nil || q.Box.Intersects(t.Bound()))
}

// plain is a text small, narrow and simplified.
func plain(s string) string {
	return strings.NewReplacer("蘇", "苏").Replace(strings.ToLower(width.Fold.String(s)))
}

// textsOf are the texts of an asset that are shown, and what of them is said.
func textsOf(a *assets.Asset, shows access.Fields) (texts, pinyins []string) {
	add := func(text string, fields ...string) {
		if !slices.ContainsFunc(fields, func(f string) bool { return !shows(f) }) && text != "" {
			texts = append(texts, plain(text))
		}
	}
	add(string(a.ID), "id")
	add(a.Name, "name")
	add(a.Owner, "owner")
	add(a.Properties.Text("address"), "address")
	add(a.Properties.Text("code"), "code")
	if shows("name") {
		pinyins = append(pinyins, plain(a.Name))
	}
	return texts, pinyins
}

// wordsOf are the words for the asset's class and area.
func wordsOf(w world, a *assets.Asset, scope access.Scope, shows access.Fields) (texts, pinyins []string) {
	zh, en := classNames(a.Kind, a.Class)
	texts, pinyins = []string{zh, plain(en)}, []string{zh}
	if !shows("name") {
		return texts, pinyins
	}
	for _, t := range w {
		area := t.Asset
		if area.Kind == assets.Area && scope.Sees(area) && codeOf(area) == a.Location.Area && a.Location.Area != "" {
			texts, pinyins = append(texts, plain(area.Name)), append(pinyins, plain(area.Name))
		}
	}
	return texts, pinyins
}

func codeOf(area *assets.Asset) string {
	if code := area.Properties.Text("code"); code != "" {
		return code
	}
	return string(area.ID)
}

// holds says whether one of the texts has the word, or one of the others is said so.
func holds(texts, pinyins []string, word string) bool {
	single := len(word) == 1
	for _, text := range texts {
		if !single && strings.Contains(text, word) {
			return true
		}
		for i := range text {
			if single && strings.HasPrefix(text[i:], word) && (i == 0 || !alnum(text[i-1])) {
				return true
			}
		}
	}
	if single || strings.ContainsFunc(word, func(r rune) bool { return r >= 0x80 || !alnum(byte(r)) }) || !strings.ContainsAny(word, "abcdefghijklmnopqrstuvwxyz") {
		return false
	}
	for _, name := range pinyins {
		if said(name, word) {
			return true
		}
	}
	return false
}

func alnum(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// said says whether the word is in the pinyin of the name, from a syllable on, or in its
// initials.
func said(name, word string) bool {
	var syllables []string
	han := false
	for _, r := range name {
		if s := pinyin.SinglePinyin(r, pinyin.NewArgs()); len(s) > 0 {
			syllables, han = append(syllables, strings.Replace(s[0], "zhang", "chang", 1)), true
		} else if r < 0x80 && alnum(byte(r)) {
			syllables = append(syllables, string(r))
		}
	}
	initials := ""
	for i, s := range syllables {
		initials += s[:1]
		if han && strings.HasPrefix(strings.Join(syllables[i:], ""), word) {
			return true
		}
	}
	return han && strings.Contains(initials, word)
}

func titleTier(a *assets.Asset, shows access.Fields, whole string) int {
	tier := 2
	for field, title := range map[string]string{"id": string(a.ID), "name": a.Name, "code": a.Properties.Text("code")} {
		switch title = plain(title); {
		case !shows(field):
		case title == whole:
			return 0
		case strings.HasPrefix(title, whole):
			tier = 1
		}
	}
	return tier
}
