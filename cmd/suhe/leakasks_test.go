package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"

	"suhe/assets"
	"suhe/geo"
)

// leakAsk is one request of one side, and what must be true of its answer besides
// that nothing of the other side is in it. It follows from a seed and a number
// alone, so that one that finds a leak can be asked again.
type leakAsk struct {
	by           *side
	other        *side
	method, path string
	body         string
	header       []string
	echo         string // what the answer may repeat of the question
	check        func(w *httptest.ResponseRecorder) error
}

func (a leakAsk) String() string {
	return fmt.Sprintf("%s asks %s %s %s %v", a.by.who.ID, a.method, a.path, a.body, a.header)
}

// ask asks, and says what is wrong with the answers: a busy node tells to come again,
// and may tell no more than with any other answer.
func (a leakAsk) ask(h http.Handler) error {
	for end := time.Now().Add(patience); ; time.Sleep(time.Second) {
		w, err := a.once(h)
		if err != nil {
			return err
		}
		if w.Code == http.StatusServiceUnavailable && time.Now().Before(end) {
			continue
		}
		if w.Code >= 500 {
			return fmt.Errorf("%v: %d %s", a, w.Code, w.Body)
		}
		if a.check == nil {
			return nil
		}
		if err := a.check(w); err != nil {
			return fmt.Errorf("%v: %w", a, err)
		}
		return nil
	}
}

// once asks once, and says whether the answer tells anything of the other side.
func (a leakAsk) once(h http.Handler) (*httptest.ResponseRecorder, error) {
	r := httptest.NewRequest(a.method, a.path, strings.NewReader(a.body))
	r.Header.Set(asks, a.by.who.ID)
	for i := 0; i < len(a.header); i += 2 {
		r.Header.Set(a.header[i], a.header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	said := w.Body.String() + fmt.Sprint(w.Header())
	// An error repeats what was asked.
	for _, own := range []string{a.path, a.body, a.method} {
		if w.Code >= 400 && own != "" {
			said = strings.ReplaceAll(said, own, "")
		}
	}
	if w.Code >= 400 {
		path, _, _ := strings.Cut(a.path, "?")
		said = strings.ReplaceAll(strings.ReplaceAll(said, path, ""), lastOf(path), "")
	}
	if a.echo != "" {
		said = strings.ReplaceAll(said, a.echo, "")
	}
	if mark := a.other.foreign(said); mark != "" {
		return nil, fmt.Errorf("%v: %d: %q is in %.500q", a, w.Code, mark, said)
	}
	return w, nil
}

// lastOf is the id that a path of an asset names.
func lastOf(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) > 3 {
		return parts[3]
	}
	return path
}

// makeAsk makes the ask of a number.
func (l *leakNode) makeAsk(seed uint64, number int) leakAsk {
	chance := rand.New(rand.NewPCG(seed, uint64(number)))
	a := leakAsk{by: l.sides[chance.IntN(2)], method: http.MethodGet}
	a.other = l.sides[0]
	if a.by == l.sides[0] {
		a.other = l.sides[1]
	}
	for at := chance.IntN(1000); ; {
		for _, kind := range []struct {
			share int
			make  func(*leakAsk, *rand.Rand)
		}{
			{440, l.askTile}, {80, l.askItems}, {60, l.askGround}, {20, l.askPast}, {20, l.askSearch}, {150, l.askAsset}, {60, l.askCounts}, {40, l.askSeries}, {30, l.askTrack}, {40, l.askDocument},
			{20, l.askFindings}, {10, l.askCommands}, {5, l.askLetters}, {3, l.askEdit}, {12, l.askEditOfOthers}, {10, l.sendForOthers},
		} {
			if at < kind.share {
				kind.make(&a, chance)
				return a
			}
			at -= kind.share
		}
	}
}

func one[E any](chance *rand.Rand, all ...E) E { return all[chance.IntN(len(all))] }

// drawn are the kinds of what the sides have that tiles show.
var drawn = []assets.Kind{assets.Sensor, assets.Camera, assets.Fixture, assets.Building, assets.Bridge}

// askTile asks for a tile near where the sides meet, often one that the other asks
// for too.
func (l *leakNode) askTile(a *leakAsk, chance *rand.Rand) {
	kind := one(chance, drawn...)
	layers := kind.Layer()
	if chance.IntN(4) == 0 {
		layers = "areas,bridges,buildings,assets,coverage,cameras,sensors"
	}
	z := uint32(chance.IntN(19))
	tile := geo.TileAt(orb.Point{121.40 + 0.04*float64(chance.IntN(16))/16, 31.23 + 0.02*float64(chance.IntN(8))/8}, z)
	query := url.Values{}
	if chance.IntN(3) == 0 {
		query.Set("filter", one(chance, "name LIKE '"+a.other.mark+"%'", "name LIKE '"+a.by.mark+"%'", "area = '"+a.other.area+"'", "owner LIKE '%owner'",
			"values.people > 300000", "values.people < 300000", "properties.note = '"+a.other.mark+" note'", "id LIKE '"+a.other.mark+"%'", "severity > 0"))
	}
	if chance.IntN(3) == 0 {
		query.Set("properties", one(chance, "id,name,owner,area", "name_en,area", "owner,chainage,lifecycle,state"))
	}
	if chance.IntN(8) == 0 {
		query.Set("datum", one(chance, "gcj02", "bd09"))
	}
	a.path = fmt.Sprintf("/tiles/%s/%d/%d/%d", layers, tile.Z, tile.X, tile.Y)
	if chance.IntN(10) == 0 && !strings.Contains(layers, ",") {
		a.path = fmt.Sprintf("/ogc/collections/%s/tiles/WebMercatorQuad/%d/%d/%d", layers, tile.Z, tile.Y, tile.X)
	}
	if len(query) > 0 {
		a.path += "?" + query.Encode()
	}
	by, total := a.by, a.by.totals[kind]+l.ground[kind]
	whole := z <= 8 && len(query) == 0 && !strings.Contains(layers, ",") && (kind == assets.Sensor || kind == assets.Camera || kind == assets.Fixture)
	a.check = func(w *httptest.ResponseRecorder) error {
		if w.Code != http.StatusOK && w.Code != http.StatusNoContent {
			return fmt.Errorf("%d %s", w.Code, w.Body)
		}
		n, err := l.features(w.Body.Bytes(), by)
		if err != nil {
			return err
		}
		if n > total && !strings.Contains(layers, ",") || whole && n != total {
			return fmt.Errorf("%d things are counted, want %d", n, total)
		}
		return nil
	}
}

// clusterID is the least number of a feature that is a cluster.
const clusterID = 1 << 52

// features counts what the tile's features stand for; none may be the other side's.
func (l *leakNode) features(data []byte, by *side) (n int, err error) {
	if len(data) == 0 {
		return 0, nil
	}
	layers, err := mvt.Unmarshal(data)
	if err != nil {
		return 0, err
	}
	for _, layer := range layers {
		for _, f := range layer.Features {
			id, _ := f.ID.(float64)
			count, cluster := f.Properties["count"].(float64)
			switch {
			case cluster && id >= clusterID:
				n += int(count)
			case by.fids[uint64(id)] || l.shared[uint64(id)]:
				n++
			default:
				return n, fmt.Errorf("feature %v of %s is not of %s: %v", f.ID, layer.Name, by.who.ID, f.Properties)
			}
		}
	}
	return n, nil
}

// askSearch looks for words, often for those that the other alone has.
func (l *leakNode) askSearch(a *leakAsk, chance *rand.Rand) {
	word := one(chance, a.other.mark, a.other.mark+"-camera-3", a.by.mark, "name", "owner", "english", "camera", "br", "桥", "其他")
	query := url.Values{"q": {word}, "limit": {one(chance, "1", "20", "100")}}
	if chance.IntN(3) == 0 {
		query.Set("near", fmt.Sprintf("%v,%v", a.other.box.Center()[0], a.other.box.Center()[1]))
	}
	if chance.IntN(3) == 0 {
		query.Set("area", one(chance, a.other.area, a.by.area, "310107"))
	}
	a.path = "/v1/search?" + query.Encode()
	by, other := a.by, a.other
	a.check = func(w *httptest.ResponseRecorder) error {
		var found struct {
			Hits []struct {
				FID uint64 `json:"fid"`
			} `json:"hits"`
			Total  int                       `json:"total"`
			Facets map[string]map[string]int `json:"facets"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &found); err != nil || w.Code != http.StatusOK {
			return fmt.Errorf("%d %w", w.Code, err)
		}
		for _, h := range found.Hits {
			if !by.fids[h.FID] && !l.shared[h.FID] {
				return fmt.Errorf("%d is found, and not theirs", h.FID)
			}
		}
		for kind, n := range found.Facets["kind"] {
			if most := by.totals[assets.Kind(kind)] + l.ground[assets.Kind(kind)]; n > most {
				return fmt.Errorf("%d of kind %s are counted, want at most %d", n, kind, most)
			}
		}
		if strings.HasPrefix(word, other.mark) && found.Total != 0 {
			return fmt.Errorf("%d are found by the other's mark", found.Total)
		}
		return nil
	}
}

// askAsset asks for one: of others it is as if there were none.
func (l *leakNode) askAsset(a *leakAsk, chance *rand.Rand) {
	of := l.sides[chance.IntN(2)]
	a.path = "/v1/assets/" + string(one(chance, of.ids...))
	a.check = statusIs(map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[of == a.by])
}

func statusIs(want int) func(w *httptest.ResponseRecorder) error {
	return func(w *httptest.ResponseRecorder) error {
		if w.Code != want {
			return fmt.Errorf("%d %s, want %d", w.Code, w.Body, want)
		}
		return nil
	}
}

// askCounts asks for the legend, which must count what is seen and nothing else.
func (l *leakNode) askCounts(a *leakAsk, _ *rand.Rand) {
	a.path = "/v1/layers"
	by := a.by
	a.check = func(w *httptest.ResponseRecorder) error {
		var counts []struct {
			Kind   assets.Kind
			Count  int
			States map[string]int
		}
		if err := json.Unmarshal(w.Body.Bytes(), &counts); err != nil {
			return err
		}
		for _, c := range counts {
			states := 0
			for _, n := range c.States {
				states += n
			}
			if want := by.totals[c.Kind] + l.ground[c.Kind]; c.Count != want || states != want {
				return fmt.Errorf("%d %s in %d states, want %d", c.Count, c.Kind, states, want)
			}
		}
		return nil
	}
}

// askItems asks for a page of features, to read or to browse, or for a file; of a whole
// collection it must count what is seen and nothing else.
func (l *leakNode) askItems(a *leakAsk, chance *rand.Rand) {
	kind := one(chance, append(drawn, assets.Mover)...)
	values := url.Values{"limit": {fmt.Sprint(one(chance, 1, 5, 50))}, "f": {one(chance, "json", "json", "html", "csv", "geojsonseq")}}
	switch chance.IntN(5) {
	case 0:
		values.Set("bbox", "121.2,31.1,121.6,31.4")
	case 1:
		values.Set("filter", one(chance, "height >= 0", "NOT state = 'fault'", "updated > TIMESTAMP('2020-01-01T00:00:00Z')"))
	case 2:
		values.Set("sortby", one(chance, "-updated", "name", "-id", "area"))
	}
	a.path = "/ogc/collections/" + kind.Layer() + "/items?" + values.Encode()
	whole := values.Get("f") == "json" && values.Get("bbox") == "" && values.Get("filter") == ""
	want := a.by.totals[kind] + l.ground[kind]
	a.check = func(w *httptest.ResponseRecorder) error {
		if w.Code != http.StatusOK {
			return fmt.Errorf("%d %s", w.Code, w.Body)
		}
		if count := fmt.Sprintf(`"numberMatched":%d,`, want); whole && !strings.Contains(w.Body.String(), count) {
			return fmt.Errorf("want %s in %s", count, w.Body)
		}
		return nil
	}
}

func (l *leakNode) askSeries(a *leakAsk, chance *rand.Rand) {
	of := l.sides[chance.IntN(2)]
	a.path = "/v1/assets/" + string(one(chance, of.kinds[assets.Sensor]...)) + "/observations?limit=20"
	a.check = statusIs(map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[of == a.by])
}

func (l *leakNode) askTrack(a *leakAsk, chance *rand.Rand) {
	of := l.sides[chance.IntN(2)]
	a.path = "/v1/assets/" + string(one(chance, of.kinds[assets.Mover]...)) + fmt.Sprintf("/track?purpose=test&minutes=%d", one(chance, 10, 60))
	a.check = statusIs(map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[of == a.by])
}

// askDocument asks for what describes the rest.
func (l *leakNode) askDocument(a *leakAsk, chance *rand.Rand) {
	a.path = one(chance, "/v1/scene", "/v1/classes", "/tiles/sensors,cameras.json", "/tiles/sensors/metadata.json", "/styles/creek.json",
		"/ogc/collections", "/ogc/collections/sensors", "/ogc/tiles/WebMercatorQuad", "/v1/commands", "/v1/commands?class=sensor.other")
	a.check = statusIs(http.StatusOK)
}

func (l *leakNode) askFindings(a *leakAsk, chance *rand.Rand) {
	a.path = fmt.Sprintf("/v1/findings?limit=%d", one(chance, 1, 3, 100))
	if chance.IntN(3) == 0 {
		a.path += "&camera=" + string(one(chance, a.other.kinds[assets.Camera]...))
	}
	by, other := a.by, a.other
	a.check = func(w *httptest.ResponseRecorder) error {
		var page struct {
			Findings []struct{ Camera string }
			Next     string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != http.StatusOK {
			return fmt.Errorf("%d %s", w.Code, w.Body)
		}
		if next, err := url.Parse(page.Next); err == nil {
			after, _ := base64.RawURLEncoding.DecodeString(next.Query().Get("after"))
			if mark := other.foreign(string(after)); mark != "" {
				return fmt.Errorf("the next page begins after %s", after)
			}
		}
		for _, f := range page.Findings {
			if !strings.HasPrefix(f.Camera, by.mark) {
				return fmt.Errorf("a finding of %s", f.Camera)
			}
		}
		return nil
	}
}

func (l *leakNode) askCommands(a *leakAsk, chance *rand.Rand) {
	of := l.sides[chance.IntN(2)]
	a.path = "/v1/devices/" + string(one(chance, of.kinds[assets.Sensor]...)) + "/commands"
	a.check = statusIs(map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[of == a.by])
	if of != a.by && chance.IntN(2) == 0 {
		a.method, a.body = http.MethodPost, `{"name":"reboot"}`
	}
}

func (l *leakNode) askLetters(a *leakAsk, chance *rand.Rand) {
	a.path = fmt.Sprintf("/v1/deadletters?limit=%d", one(chance, 1, 10, 200))
	if chance.IntN(3) == 0 {
		a.path = fmt.Sprintf("/v1/deadletters/%d", 1+chance.IntN(20))
	}
}

// sendForOthers reports for a device of the other side, as if there were none.
func (l *leakNode) sendForOthers(a *leakAsk, chance *rand.Rand) {
	a.echo = string(one(chance, a.other.kinds[assets.Sensor]...))
	a.method, a.path, a.body = http.MethodPost, "/v1/observations", fmt.Sprintf(`{"observations":[{"id":"%s","values":{"people":7}}]}`, a.echo)
	if chance.IntN(2) == 0 {
		a.echo = string(one(chance, a.other.kinds[assets.Mover]...))
		a.path, a.body = "/v1/positions", fmt.Sprintf(`{"positions":[{"id":"%s","lon":121.4,"lat":31.2}]}`, a.echo)
	}
	a.check = func(w *httptest.ResponseRecorder) error {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"code":"unknown_device"`) {
			return fmt.Errorf("%d %s", w.Code, w.Body)
		}
		return nil
	}
}

// askPast asks what one was, or to make it that again, or patches it: of others it is as
// if there had been none.
func (l *leakNode) askPast(a *leakAsk, chance *rand.Rand) {
	of := l.sides[chance.IntN(2)]
	id := string(one(chance, of.ids...))
	a.path = "/v1/assets/" + id + one(chance, "/revisions", "/revisions/1")
	a.check = statusIs(map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[of == a.by])
	if of != a.by && chance.IntN(2) == 0 {
		a.method, a.path = http.MethodPost, "/v1/assets/"+id+"/revisions/1/restore"
	} else if of != a.by && chance.IntN(2) == 0 {
		kind := l.world.ByID(assets.ID(id)).Asset.Kind
		a.method, a.path, a.body, a.echo = http.MethodPatch, "/ogc/collections/"+kind.Layer()+"/items/"+id, `{"properties":{"name":"x"}}`, id
	}
}

// askEdit renames one of the own.
func (l *leakNode) askEdit(a *leakAsk, chance *rand.Rand) {
	id := one(chance, a.by.kinds[assets.Fixture]...)
	p := orb.Point{a.by.box.Min[0] + 0.001 + 0.018*chance.Float64(), a.by.box.Min[1] + 0.001 + 0.018*chance.Float64()}
	is := a.by.thing(id, assets.Fixture, "asset.other", p)
	is.Name = fmt.Sprintf("%s name %d", a.by.mark, chance.IntN(1000))
	a.method, a.path, a.body = http.MethodPut, "/v1/assets/"+string(id), textOf(is)
	a.check = statusIs(http.StatusOK)
}

func textOf(a *assets.Asset) string {
	text, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// askEditOfOthers changes, makes or removes what is others', or gives away the own.
func (l *leakNode) askEditOfOthers(a *leakAsk, chance *rand.Rand) {
	id := one(chance, a.other.kinds[assets.Fixture]...)
	there := orb.Point{a.other.box.Min[0] + 0.01, a.other.box.Min[1] + 0.01}
	a.path = "/v1/assets/" + string(id)
	switch chance.IntN(4) {
	case 0:
		a.method, a.check = http.MethodDelete, statusIs(http.StatusNotFound)
	case 1:
		a.method, a.body, a.check = http.MethodPut, textOf(a.by.thing(id, assets.Fixture, "asset.other", there)), statusIs(http.StatusNotFound)
	case 2:
		own := one(chance, a.by.kinds[assets.Fixture]...)
		a.path = "/v1/assets/" + string(own)
		a.method, a.body, a.check = http.MethodPut, textOf(a.by.thing(own, assets.Fixture, "asset.other", there)), statusIs(http.StatusForbidden)
	default:
		a.header = []string{"If-None-Match", "*"}
		a.method, a.body, a.check = http.MethodPut, textOf(a.by.thing(id, assets.Fixture, "asset.other", there)), statusIs(http.StatusNotFound)
	}
}

// finding is a message of what was found in the side's cameras.
func (s *side) finding(i int) string {
	return fmt.Sprintf(`{"id":"%s-%d","camera":"%s","class":"floating_rubbish","confidence":0.5,"time":"%s","picture":"https://pictures.example/%s/%d"}`,
		s.mark, i, s.kinds[assets.Camera][i%perKind], time.Now().Add(-time.Duration(i)*time.Second).Format(time.RFC3339), s.mark, i)
}
