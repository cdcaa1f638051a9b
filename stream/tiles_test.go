package stream_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/stream"
	"suhe/twin"
)

const subscribeTiles = `{"type":"subscribe","id":"v1","layers":[],"tiles":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"zooms":[13,14]}`

// tilesOf are the tiles that show a point.
func tilesOf(p orb.Point, first, last uint32) (out []tile) {
	for z := first; z <= last; z++ {
		for t := range geo.BoxOf(p.Bound()).Shown(z).All() {
			out = append(out, tile{t.Z, t.X, t.Y})
		}
	}
	return out
}

func TestChangedTilesAreTold(t *testing.T) {
	const inside = `"bbox":[121.39,31.21,121.41,31.23]`
	// Less than the buffer west of the edge of a tile of zoom 14.
	edge := geo.TileAt(here, 14).Bound(0).Min[0]
	beside := orb.Point{edge - 0.0001, here[1]}
	tests := []struct {
		name string
		view string
		do   func(w *world)
		want []tile
		all  bool
	}{
		{"new", inside + `,"zooms":[14,14]`, func(w *world) { w.put(2, here, 1) }, tilesOf(here, 14, 14), false},
		{"moved", inside + `,"zooms":[13,14]`, func(w *world) { w.put(1, orb.Point{121.405, 31.225}, 0) },
			append(tilesOf(here, 13, 14), tilesOf(orb.Point{121.405, 31.225}, 13, 14)...), false},
		{"moved out of the view", inside + `,"zooms":[14,14]`, func(w *world) { w.put(1, there, 0) }, tilesOf(here, 14, 14), false},
		{"removed", inside + `,"zooms":[14,14]`, func(w *world) { w.remove(1) }, tilesOf(here, 14, 14), false},
		{"zooms of the view", inside + `,"zoom":13.9`, func(w *world) { w.remove(1) }, tilesOf(here, 13, 13), false},
		{"stretched beyond the last zoom", inside + `,"zoom":21.3`, func(w *world) { w.remove(1) }, tilesOf(here, 17, 17), false},
		{"no tiles before the first zoom", inside + `,"zooms":[3,11]`, func(w *world) { w.remove(1) }, tilesOf(here, 10, 11), false},
		{"in the buffer", inside + `,"zooms":[14,14]`, func(w *world) { w.put(2, beside, 1) }, tilesOf(beside, 14, 14), false},
		{"outside, in a tile that reaches in", inside + `,"zooms":[10,10]`, func(w *world) { w.put(2, there, 1) }, tilesOf(there, 10, 10), false},
		{"wide", `"bbox":[121,31,122,32],"zooms":[17,17]`, func(w *world) {
			w.stretch(2, orb.Point{121.2, 31.2}, orb.Point{121.5, 31.5}, 1)
		}, nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			address := serve(t, w)
			w.put(1, here, 0)
			c := dial(t, address)
			c.marked(w.Position())
			c.send(`{"type":"subscribe","id":"v1","tiles":["sensors"],%s}`, test.view)
			if f := c.until("tiles"); !slices.Equal(f.All, []string{"sensors"}) {
				t.Fatalf("at first: got %s, want all", f.raw)
			}
			test.do(w)
			got := map[tile]bool{}
			for f := c.next(); f.Type != "time" || f.Position != w.Position(); f = c.next() {
				for _, id := range f.Changed["sensors"] {
					got[id] = true
				}
				if f.Type == "tiles" && slices.Contains(f.All, "sensors") != test.all {
					t.Errorf("got %s", f.raw)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(set(test.want)) {
				t.Errorf("got %v, want %v", got, set(test.want))
			}
		})
	}
}

func set(tiles []tile) map[tile]bool {
	out := map[tile]bool{}
	for _, t := range tiles {
		out[t] = true
	}
	return out
}

// A layer of tiles may show things where they do not stand.
func TestALayerHasItsOwnGround(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	w.put(1, here, 0)
	c := dial(t, address)
	c.marked(w.Position())
	c.send(`{"type":"subscribe","id":"v1","tiles":["shadows","sensors"],"bbox":[122.39,31.21,122.41,31.23],"zooms":[14,14]}`)
	c.until("tiles")
	w.remove(1)
	f := c.until("tiles")
	want := set(tilesOf(orb.Point{here[0] + 1, here[1]}, 14, 14))
	got := map[tile]bool{}
	for _, id := range f.Changed["shadows"] {
		got[id] = true
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || len(f.Changed) != 1 {
		t.Errorf("got %s, want %v of shadows alone", f.raw, want)
	}
}

// Tiles of low zoom are told of when asking again surely brings what changed.
func TestLowZoomsAreToldLater(t *testing.T) {
	w := newWorld()
	w.calm = stream.Calm{Below: 14, Every: 50 * time.Millisecond}
	address := serve(t, w)
	w.put(1, here, 0)
	c := dial(t, address)
	c.marked(w.Position())
	c.send(`{"type":"subscribe","id":"v1","tiles":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"zooms":[12,14]}`)
	c.until("tiles")
	began := time.Now()
	w.remove(1)
	told := map[tile]time.Duration{}
	want := set(tilesOf(here, 12, 14))
	for len(told) < len(want) {
		for _, id := range c.until("tiles").Changed["sensors"] {
			if _, known := told[id]; !known {
				told[id] = time.Since(began)
			}
		}
	}
	for id, after := range told {
		if !want[id] || id[0] < 14 && after < w.calm.Every {
			t.Errorf("%v is told of after %v", id, after)
		}
	}
}

// What does not show in a view's tiles is not told: a value, what is elsewhere,
// and what the caller may not see.
func TestOtherTilesAreNotTold(t *testing.T) {
	tests := []struct {
		name string
		who  access.Scope
		do   func(w *world)
	}{
		{"a value", access.Open(), func(w *world) { w.put(1, here, 7) }},
		{"elsewhere", access.Open(), func(w *world) { w.put(2, there, 1) }},
		{"unseen", access.Scope{}, func(w *world) { w.put(2, here, 1); w.remove(2) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			address := serveTo(t, w, access.Principal{ID: "test", Scope: test.who})
			w.put(1, here, 0)
			c := dial(t, address)
			c.marked(w.Position())
			c.send(`{"type":"subscribe","id":"v1","tiles":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"zooms":[14,14]}`)
			c.until("tiles")
			test.do(w)
			for f := c.next(); f.Type != "time" || f.Position != w.Position(); f = c.next() {
				if f.Type == "tiles" {
					t.Errorf("got %s", f.raw)
				}
			}
		})
	}
}

// marked reads until everything up to the position has been marked.
func (c *client) marked(at twin.Position) {
	c.t.Helper()
	for c.until("time").Position != at {
	}
}

func TestAMovedViewIsToldWhatItMissed(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	w.put(1, here, 0)
	w.put(2, there, 0)
	c := dial(t, address)
	c.marked(w.Position())
	c.send(subscribeTiles)
	c.until("tiles")
	looked := w.Position()
	w.remove(2)       // in a tile that the client fetches before it says that it moves
	w.put(3, here, 0) // in one that it is told of as it has it already
	if f := c.until("tiles"); fmt.Sprint(set(f.Changed["sensors"])) != fmt.Sprint(set(tilesOf(here, 13, 14))) {
		t.Errorf("got %s, want %v", f.raw, tilesOf(here, 13, 14))
	}
	c.marked(w.Position())
	c.send(`{"type":"update","id":"v1","bbox":[121.39,31.21,121.45,31.26],"position":{"epoch":1,"obs":%d,"events":%d}}`, looked.Obs, looked.Events)
	if f := c.until("tiles"); len(f.All) > 0 || fmt.Sprint(set(f.Changed["sensors"])) != fmt.Sprint(set(tilesOf(there, 13, 14))) {
		t.Errorf("got %s, want %v", f.raw, tilesOf(there, 13, 14))
	}
}

func TestMovingWithoutAKnownPositionMakesAllStale(t *testing.T) {
	w := newWorld()
	c := dial(t, serve(t, w))
	w.put(1, here, 0)
	c.marked(w.Position())
	c.send(subscribeTiles)
	c.until("tiles")
	for _, position := range []string{``, `,"position":{"epoch":9,"obs":1,"events":1}`, `,"position":{"epoch":1,"obs":0,"events":0}`} {
		c.send(`{"type":"update","id":"v1","bbox":[121.4,31.21,121.42,31.23]%s}`, position)
		if f := c.until("tiles"); !slices.Equal(f.All, []string{"sensors"}) {
			t.Errorf("position %q: got %s, want all", position, f.raw)
		}
	}
}

// painter is a client that keeps tiles as a map does: those that touch its box
// at its zooms. It fetches what comes into its view at once, and again what it
// is told of.
type painter struct {
	*client
	w      *world
	box    orb.Bound
	zooms  [2]uint32
	looked twin.Position // known when the view was last told
	tiles  map[tile]string
}

// shown is what a tile shows now.
func (w *world) shown(id tile) string {
	var at []string
	for _, t := range w.Within(nil, assets.Sensor, orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}) {
		if t.Flat.Box().Shown(id[0]).Has(geo.Tile{Z: id[0], X: id[1], Y: id[2]}) {
			at = append(at, fmt.Sprint(t.Asset.FID, t.Anchor))
		}
	}
	slices.Sort(at)
	return fmt.Sprint(at)
}

// look fetches what is new in the view and forgets what has left it.
func (p *painter) look(box orb.Bound, zooms [2]uint32) {
	before := p.tiles
	p.box, p.zooms, p.tiles = box, zooms, map[tile]string{}
	for z := zooms[0]; z <= zooms[1]; z++ {
		for t := range geo.BoxOf(box).Tiles(z).All() {
			id := tile{t.Z, t.X, t.Y}
			if had, ok := before[id]; ok {
				p.tiles[id] = had
			} else {
				p.tiles[id] = p.w.shown(id)
			}
		}
	}
}

func (p *painter) request(kind, extra string) {
	p.send(`{"type":"%s","id":"v1","layers":["sensors"],"tiles":["sensors"],"bbox":[%g,%g,%g,%g],"zooms":[%d,%d]%s}`,
		kind, p.box.Min[0], p.box.Min[1], p.box.Max[0], p.box.Max[1], p.zooms[0], p.zooms[1], extra)
	p.looked = p.position
}

// repaint takes a frame and says which tile was told for nothing.
func (p *painter) repaint(f frame, wanted func(tile) bool) error {
	for id := range p.tiles {
		if slices.Contains(f.All, "sensors") || slices.Contains(f.Changed["sensors"], id) {
			p.tiles[id] = p.w.shown(id)
		}
	}
	for _, id := range f.Changed["sensors"] {
		if !wanted(id) {
			return fmt.Errorf("%v was told: %s", id, f.raw)
		}
	}
	return nil
}

// reach takes frames until each tile shows the world.
func (p *painter) reach(wanted func(tile) bool) error {
	for end := time.Now().Add(10 * time.Second); ; {
		wrong := p.wrong()
		if wrong == "" {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("not told: %s", wrong)
		}
		if err := p.repaint(p.next(), wanted); err != nil {
			return err
		}
	}
}

// wrong names a tile that does not show the world.
func (p *painter) wrong() string {
	for id, shown := range p.tiles {
		if now := p.w.shown(id); shown != now {
			return fmt.Sprintf("%v shows %s, the world %s", id, shown, now)
		}
	}
	return ""
}

// Whatever happens, wherever the view moves and however often the line drops, in
// the end each tile that the client has shows the world, and none was told in
// which nothing ever changed.
func TestTheTilesAreTheWorlds(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	places := []orb.Point{here, there, {121.405, 31.225}, {121.4175, 31.22}, {121.42, 31.23}}
	rapid.Check(t, func(r *rapid.T) {
		touched := map[tile]bool{}
		for _, p := range places {
			for _, id := range tilesOf(p, 10, 17) {
				touched[id] = true
			}
		}
		wanted := func(id tile) bool { return touched[id] }
		p := &painter{client: dial(t, address), w: w, tiles: map[tile]string{}}
		p.look(box, [2]uint32{13, 15})
		p.request("subscribe", "")
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch rapid.IntRange(0, 7).Draw(r, "step") {
			case 0:
				w.remove(assets.FID(rapid.IntRange(1, 6).Draw(r, "fid")))
			case 1:
				p.conn.Close()
				again := dial(t, address)
				again.picture, again.position, again.moves = p.picture, p.position, p.moves
				p.client = again
				p.request("subscribe", "")
			case 2:
				shift := rapid.SampledFrom([]float64{0, 0.01, 0.04}).Draw(r, "shift")
				first := rapid.Uint32Range(12, 15).Draw(r, "first")
				p.look(orb.Bound{Min: orb.Point{box.Min[0] + shift, box.Min[1] + shift}, Max: orb.Point{box.Max[0] + shift, box.Max[1] + shift}},
					[2]uint32{first, first + rapid.Uint32Range(0, 2).Draw(r, "more")})
				time.Sleep(time.Duration(rapid.IntRange(0, 8).Draw(r, "ms")) * time.Millisecond)
				at := p.looked
				p.request("update", fmt.Sprintf(`,"position":{"epoch":1,"obs":%d,"events":%d}`, at.Obs, at.Events))
			case 3:
				if err := p.repaint(p.next(), wanted); err != nil {
					r.Fatal(err)
				}
			default:
				w.put(assets.FID(rapid.IntRange(1, 6).Draw(r, "fid")), rapid.SampledFrom(places).Draw(r, "place"), 0)
			}
		}
		if err := p.reach(wanted); err != nil {
			r.Fatal(err)
		}
		p.conn.Close()
	})
}

// A client that reads nothing costs bounded memory, and is told all it needs.
func TestASlowPainterIsToldInBoundedFrames(t *testing.T) {
	w := newWorld()
	p := &painter{client: dial(t, serve(t, w)), w: w, tiles: map[tile]string{}}
	wide := orb.Bound{Min: orb.Point{121.3, 31.1}, Max: orb.Point{121.5, 31.3}}
	p.look(wide, [2]uint32{14, 14})
	p.request("subscribe", "")
	for round := range 300 {
		for fid := range assets.FID(20) {
			w.put(fid+1, orb.Point{121.3 + 0.2*float64((round*7+int(fid)*13)%97)/97, 31.1 + 0.2*float64((round*11+int(fid)*5)%89)/89}, 0)
		}
		time.Sleep(time.Millisecond)
	}
	if err := p.reach(func(tile) bool { return true }); err != nil {
		t.Fatal(err)
	}
	for _, f := range p.frames {
		if n := len(f.Changed["sensors"]); n > stream.TilesKept {
			t.Errorf("%d tiles in one frame", n)
		}
	}
}
