package stream

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"suhe/internal/access"
	pb "suhe/stream/suhev1"
	"suhe/twin"
)

// asking is a session without a line, over a world with some things.
func asking(t testing.TB, f format, things int) (*node, *session) {
	t.Helper()
	l := &simLog{at: twin.Position{Epoch: 1}, now: time.UnixMilli(1_795_400_000_000), first: 1}
	for i := range things {
		l.event(fidAt(i), twin.AssetPut, l.assetOf(fidAt(i), orb.Point{121.39 + float64(i%100)/1e4, 31.21 + float64(i/100)/1e5}, "west"))
	}
	n := startNode(l, usualBounds())
	n.hear(1)
	n.hub.tick(l.now)
	s := newSession(n.hub, access.Principal{ID: "x", Scope: access.Open()}, f, "x")
	if !n.hub.join(s) {
		t.Fatal("not let in")
	}
	return n, s
}

// answers drains the session: the reasons of its errors, and of its end.
func answers(t testing.TB, s *session) (refused []string, bye string) {
	t.Helper()
	for out, ok := s.next(); ok; out, ok = s.next() {
		f, err := hear(s.format, out.data)
		if err != nil {
			t.Fatal(err)
		}
		switch f.Type {
		case "error":
			refused = append(refused, f.Reason)
		case "bye":
			return refused, fmt.Sprint(f.Code, " ", f.Reason)
		}
	}
	return refused, ""
}

func box4() *pb.BBox { return &pb.BBox{West: 121, South: 31, East: 122, North: 32} }

func subscribing(change func(v *pb.View)) []byte {
	v := &pb.View{Id: "v", Layers: &pb.Names{Name: []string{"sensors"}}, Bbox: box4()}
	change(v)
	return marshalled(&pb.Ask{Ask: &pb.Ask_Subscribe{Subscribe: v}})
}

func marshalled(m proto.Message) []byte {
	b, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}

// field is a field of bytes.
func field(n protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), b)
}

func nested(depth int) (b []byte) {
	for range depth {
		b = append(protowire.AppendTag(nil, 99, protowire.StartGroupType), append(b, protowire.AppendTag(nil, 99, protowire.EndGroupType)...)...)
	}
	return b
}

func unpacked(fids ...uint64) (b []byte) {
	for _, fid := range fids {
		b = protowire.AppendVarint(protowire.AppendTag(b, 14, protowire.VarintType), fid)
	}
	return b
}

// hostileBinary are messages and what becomes of them: the end of the session, a
// refusal, or nothing.
var hostileBinary = []struct {
	name         string
	message      []byte
	bye, refused string // parts
}{
	{"nothing", nil, "4000 an empty Ask", ""},
	{"garbage", []byte("\xff\xff\xff\xff"), "4000 proto", ""},
	{"text", []byte(`{"type":"subscribe"}`), "4000 ", ""},
	{"cut short", subscribing(func(*pb.View) {})[:20], "4000 proto", ""},
	{"a field of Ask that is none", append(subscribing(func(*pb.View) {}), field(99, []byte("x"))...), "4000 unknown fields in Ask", ""},
	{"a field of View that is none", field(2, append(field(1, []byte("v")), field(99, nil)...)), "4000 unknown fields in View", ""},
	{"a field of Names that is none", field(2, append(field(1, []byte("v")), field(2, field(9, nil))...)), "4000 unknown fields in Names", ""},
	{"a field of BBox that is none", field(2, append(field(1, []byte("v")), field(5, field(9, nil))...)), "4000 unknown fields in BBox", ""},
	{"a field of Position that is none", field(2, append(field(1, []byte("v")), field(13, field(9, nil))...)), "4000 unknown fields in Position", ""},
	{"a field of Camera that is none", field(5, append(field(1, []byte("v")), field(2, field(9, nil))...)), "4000 unknown fields in Camera", ""},
	{"a field of Auth that is none", field(1, field(9, nil)), "4000 unknown fields in Auth", ""},
	{"a field of Follow that is none", field(6, field(9, nil)), "4000 unknown fields in Follow", ""},
	{"groups in groups", nested(20_000), "4000 ", ""},
	{"a View of another type", protowire.AppendVarint(protowire.AppendTag(nil, 2, protowire.VarintType), 7), "4000 unknown fields in Ask", ""},
	{"bad UTF-8", field(2, field(1, []byte("\xff"))), "4000 ", ""},
	{"claims a gigabyte", append(protowire.AppendTag(nil, 2, protowire.BytesType), protowire.AppendVarint(nil, 1<<30)...), "4000 proto", ""},
	{"no id", subscribing(func(v *pb.View) { v.Id = "" }), "4000 id: 0 bytes", ""},
	{"many names", subscribing(func(v *pb.View) { v.Fields = &pb.Names{Name: slices.Repeat([]string{"id"}, 65)} }), "4000 fields: 65 names", ""},
	{"west is no number", subscribing(func(v *pb.View) { v.Bbox.West = math.NaN() }), "", "bbox: west NaN"},
	{"north is endless", subscribing(func(v *pb.View) { v.Bbox.North = math.Inf(1) }), "", "bbox: north +Inf"},
	{"zoom is no number", subscribing(func(v *pb.View) { v.Zoom = proto.Float64(math.NaN()) }), "", "zoom: NaN"},
	{"rate is no number", subscribing(func(v *pb.View) { v.Rate = proto.Float64(math.NaN()) }), "", "rate: NaN"},
	{"rate is endless", subscribing(func(v *pb.View) { v.Rate = proto.Float64(math.Inf(1)) }), "", "rate: +Inf"},
	{"chainage is no number", subscribing(func(v *pb.View) { v.Bbox, v.Chainage = nil, &pb.Range{From: math.NaN()} }), "", "chainage: [NaN 0]"},
	{"zooms of 2^32", subscribing(func(v *pb.View) { v.Zooms = &pb.Zooms{First: 0, Last: math.MaxUint32} }), "", "zooms: [0 4294967295]"},
	{"held that overflows", subscribing(func(v *pb.View) { v.Held = []uint64{math.MaxUint64, 2} }), "4000 held: 2 more than", ""},
	{"held that is too large", subscribing(func(v *pb.View) { v.Held = []uint64{1, 1 << 53} }), "", "held: 9007199254740993"},
	{"held that is zero", subscribing(func(v *pb.View) { v.Held = []uint64{0} }), "", "held: 0"},
	{"held too much", subscribing(func(v *pb.View) { v.Held = slices.Repeat([]uint64{1}, maxHeld+1) }), "", "held: 20001 fids"},
	{"held one by one", field(2, slices.Concat(field(1, []byte("v")), field(2, field(1, []byte("sensors"))), field(5, marshalled(box4())), unpacked(1, 1, 1))), "", ""},
	{"a position at the end of time", subscribing(func(v *pb.View) {
		v.Position = &pb.Position{Epoch: math.MaxUint64, Obs: math.MaxUint64, Events: math.MaxUint64}
	}), "", ""},
	{"a long filter", subscribing(func(v *pb.View) { v.Filter = proto.String(strings.Repeat("(", 9000)) }), "", "filter: 9000 bytes"},
	{"a deep filter", subscribing(func(v *pb.View) { v.Filter = proto.String(strings.Repeat("(", 8000)) }), "", "filter"},
	{"a camera nowhere", marshalled(&pb.Ask{Ask: &pb.Ask_Present{Present: &pb.Present{Name: "x", Camera: &pb.Camera{Lat: math.NaN()}}}}), "4000 camera: lat NaN", ""},
	{"two asks in one", append(subscribing(func(v *pb.View) {}), marshalled(&pb.Ask{Ask: &pb.Ask_Unsubscribe{Unsubscribe: &pb.Unsubscribe{Id: "v"}}})...), "", ""},
}

func TestHostileBinary(t *testing.T) {
	for _, h := range hostileBinary {
		t.Run(h.name, func(t *testing.T) {
			_, s := asking(t, asBinary, 3)
			s.handle(asBinary.message(), h.message)
			refused, bye := answers(t, s)
			if (bye == "") != (h.bye == "") || !strings.HasPrefix(bye, h.bye) {
				t.Errorf("ended with %q, want %q", bye, h.bye)
			}
			if all := strings.Join(refused, ""); (all == "") != (h.refused == "") || !strings.Contains(all, h.refused) {
				t.Errorf("refused with %q, want %q", all, h.refused)
			}
		})
	}
}

// hostileJSON are messages that only JSON can be.
var hostileJSON = []struct{ name, message, bye, refused string }{
	{"deep", strings.Repeat(`{"type":`, 20_000), "4000 ", ""},
	{"deep lists", `{"type":"subscribe","id":"v","bbox":` + strings.Repeat("[", 100_000), "4000 ", ""},
	{"keys that come twice: the last counts", `{"type":"shout","type":"unsubscribe","id":"a","id":"b"}`, "", ""},
	{"a huge number", `{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[1e999,1,2,2]}`, "4000 ", ""},
	{"a fid of a hundred digits", `{"type":"subscribe","id":"v","held":[` + strings.Repeat("9", 100) + `]}`, "4000 ", ""},
	{"a negative fid", `{"type":"subscribe","id":"v","held":[-1]}`, "4000 ", ""},
	{"a fid that cannot be", `{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[1,1,2,2],"held":[9007199254740992]}`, "", "held: 9007199254740992"},
	{"a bracket behind", `{"type":"unsubscribe","id":"v"}]`, "4000 more behind", ""},
	{"NaN", `{"type":"subscribe","id":"v","zoom":NaN}`, "4000 ", ""},
	{"null", `null`, `4000 type: ""`, ""},
	{"a thousand numbers", `{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[` + strings.Repeat("1,", 1000) + `1]}`, "", "bbox: 1001 numbers"},
	{"half a surrogate", `{"type":"subscribe","id":"\ud800","layers":["sensors"],"bbox":[1,1,2,2]}`, "", ""},
	{"a field of a position that is none", `{"type":"subscribe","id":"v","position":{"epoch":1,"obs":1,"events":1,"more":1}}`, "4000 ", ""},
}

func TestHostileJSON(t *testing.T) {
	for _, h := range hostileJSON {
		t.Run(h.name, func(t *testing.T) {
			_, s := asking(t, asJSON, 3)
			s.handle(asJSON.message(), []byte(h.message))
			refused, bye := answers(t, s)
			if (bye == "") != (h.bye == "") || !strings.HasPrefix(bye, h.bye) {
				t.Errorf("ended with %q, want %q", bye, h.bye)
			}
			if all := strings.Join(refused, ""); (all == "") != (h.refused == "") || !strings.Contains(all, h.refused) {
				t.Errorf("refused with %q, want %q", all, h.refused)
			}
		})
	}
}

// A thousand subscriptions on one socket end with the seventeenth; what they cost is
// gone with the session.
func TestAThousandSubscriptions(t *testing.T) {
	n, s := asking(t, asBinary, 100)
	for i := range 1000 {
		s.handle(asBinary.message(), subscribing(func(v *pb.View) { v.Id = fmt.Sprint("v", i) }))
	}
	if len(s.views) != maxViews {
		t.Errorf("%d views", len(s.views))
	}
	if _, bye := answers(t, s); !strings.HasPrefix(bye, "4004 more than 16 views") {
		t.Errorf("ended with %q", bye)
	}
	n.hub.leave(s)
	if len(n.hub.lenses.byKey)+len(n.hub.lenses.cells.at)+len(n.hub.canvases.at) != 0 {
		t.Errorf("views are left: %+v", n.hub.lenses)
	}
}

// Looking at all of the world costs no more than looking at what there is, at every
// zoom, in objects and in tiles.
func TestTheWholeWorld(t *testing.T) {
	_, s := asking(t, asBinary, 1000)
	world := &pb.BBox{West: -180, South: -90, East: 180, North: 90}
	for zoom := range 23 {
		s.handle(asBinary.message(), subscribing(func(v *pb.View) {
			v.Id, v.Bbox, v.Zoom = fmt.Sprint("v", zoom%maxViews), world, proto.Float64(float64(zoom))
			v.Tiles, v.Zooms = &pb.Names{Name: []string{"sensors", "cameras"}}, &pb.Zooms{First: 0, Last: 22}
		}))
		if refused, bye := answers(t, s); len(refused) > 0 || bye != "" {
			t.Fatalf("zoom %d: %v %s", zoom, refused, bye)
		}
	}
}

// More objects than a view may have are refused, by name, and cost nothing.
func TestTooManyObjects(t *testing.T) {
	_, s := asking(t, asBinary, maxHeld*4/3-4)
	s.handle(asBinary.message(), subscribing(func(*pb.View) {}))
	if refused, _ := answers(t, s); len(refused) != 0 {
		t.Errorf("sensors alone: refused with %v", refused)
	}
	s.handle(asBinary.message(), subscribing(func(v *pb.View) { v.Layers.Name = []string{"sensors", "cameras"} }))
	if refused, _ := answers(t, s); len(refused) != 1 || !strings.Contains(refused[0], "want at most 20000") {
		t.Errorf("refused with %v", refused)
	}
	if len(s.views) != 0 {
		t.Errorf("%d views", len(s.views))
	}
}

// A client that reads nothing and has as many views as it may, with as many objects
// as they may have, all of which change again and again: what it costs does not grow
// with the changes.
func TestAStormCostsNoMore(t *testing.T) {
	const things = 2000
	n, s := asking(t, asBinary, things)
	for i := range maxViews {
		s.handle(asBinary.message(), subscribing(func(v *pb.View) { v.Id = fmt.Sprint("v", i) }))
	}
	for _, ok := s.next(); ok; _, ok = s.next() {
	}
	storm := func(rounds int) {
		for range rounds {
			for i := range things {
				n.log.observe(fidAt(i), 1, 0, orb.Point{121.4, 31.22})
			}
			n.apply(things)
			n.hear(1)
			n.log.now = n.log.now.Add(time.Second)
			n.hub.tick(n.log.now)
			n.log.entries, n.read = nil, 0
		}
	}
	s.writes.Store(n.log.now.UnixMilli())
	storm(10)
	before := heapNow()
	storm(20)
	if more := heapNow() - before; more > 512<<10 {
		t.Errorf("%d bytes more after a storm", more)
	}
	for _, v := range s.views {
		if len(v.dirty) > things || len(v.queue) > portionsKept {
			t.Errorf("%d due, %d portions", len(v.dirty), len(v.queue))
		}
	}
}

// A storm of moves costs no more than the last of them.
func TestAStormOfMoves(t *testing.T) {
	n, s := asking(t, asBinary, 1000)
	s.handle(asBinary.message(), subscribing(func(*pb.View) {}))
	for i := range 2000 {
		s.handle(asBinary.message(), marshalled(&pb.Ask{Ask: &pb.Ask_Update{Update: &pb.View{Id: "v", Bbox: &pb.BBox{West: 121.39 + float64(i%7)/1000, South: 31.2, East: 121.4, North: 31.3}}}}))
	}
	v := s.views[0]
	if len(v.formers) > formersKept || len(v.dirty) > 1000 || s.bytes > maxControl || len(n.hub.lenses.byKey) != 1 {
		t.Errorf("%d former looks, %d due, %d bytes of answers, %d lenses", len(v.formers), len(v.dirty), s.bytes, len(n.hub.lenses.byKey))
	}
}

func heapNow() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// FuzzBinary: no message harms the hub, and what is said of it can be read.
func FuzzBinary(f *testing.F) {
	for _, h := range hostileBinary {
		f.Add(h.message)
	}
	f.Add(subscribing(func(*pb.View) {}))
	f.Fuzz(func(t *testing.T, message []byte) { fuzzed(t, asBinary, message) })
}

// FuzzJSON is FuzzBinary in the other format.
func FuzzJSON(f *testing.F) {
	for _, h := range hostileJSON {
		f.Add([]byte(h.message))
	}
	f.Add([]byte(`{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"zoom":14,"position":{"epoch":1,"obs":1,"events":1},"held":[1,2]}`))
	f.Fuzz(func(t *testing.T, message []byte) { fuzzed(t, asJSON, message) })
}

func fuzzed(t *testing.T, f format, message []byte) {
	n, s := asking(t, f, 3)
	s.handle(f.message(), message)
	n.log.observe(1, 1, 0, orb.Point{121.4, 31.22})
	n.apply(1)
	n.hear(1)
	n.hub.tick(n.log.now)
	answers(t, s)
	n.hub.leave(s)
}
