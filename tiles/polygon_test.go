package tiles

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"suhe/geo"
)

// ringsOf reads geometry commands back as polygons of rings; it knows nothing of
// how they were made.
func ringsOf(t rapid.TB, data []byte) [][][]pixel {
	var out [][][]pixel
	var ring []pixel
	var p pixel
	for len(data) > 0 {
		var c uint64
		c, data = varint(t, data)
		for n := c >> 3; n > 0; n-- {
			if c&7 == closePath {
				if len(ring) < 3 {
					t.Fatalf("ring of %d points", len(ring))
				}
				if area2(ring) > 0 {
					out = append(out, nil)
				}
				if len(out) == 0 || area2(ring) == 0 {
					t.Fatalf("ring %v: hole first, or no area", ring)
				}
				out[len(out)-1] = append(out[len(out)-1], ring)
				ring = nil
				continue
			}
			var dx, dy uint64
			dx, data = varint(t, data)
			dy, data = varint(t, data)
			p.x += int32(dx>>1) ^ -int32(dx&1)
			p.y += int32(dy>>1) ^ -int32(dy&1)
			ring = append(ring, p)
		}
	}
	if ring != nil {
		t.Fatalf("ring is not closed")
	}
	return out
}

func varint(t rapid.TB, b []byte) (uint64, []byte) {
	var v uint64
	for i, c := range b {
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			return v, b[i+1:]
		}
	}
	t.Fatalf("varint without end")
	return 0, nil
}

// checkValid is a brute force judgement after OGC Simple Features: rings simple,
// rings meet in points at most and do not cross, all within the buffered tile.
func checkValid(t rapid.TB, polygons [][][]pixel) {
	type side struct {
		a, b    pixel
		ring, i int
		n       int
	}
	var sides []side
	ring := 0
	for _, p := range polygons {
		for _, r := range p {
			for i, a := range r {
				if a.x < low || a.x > high || a.y < low || a.y > high {
					t.Fatalf("%v is outside the buffered tile", a)
				}
				sides = append(sides, side{a, r[(i+1)%len(r)], ring, i, len(r)})
			}
			ring++
		}
	}
	for i, e := range sides {
		if e.a == e.b {
			t.Fatalf("edge without length at %v", e.a)
		}
		for _, f := range sides[:i] {
			d1, d2 := sign(turn(f.a, f.b, e.a)), sign(turn(f.a, f.b, e.b))
			d3, d4 := sign(turn(e.a, e.b, f.a)), sign(turn(e.a, e.b, f.b))
			if d1*d2 < 0 && d3*d4 < 0 {
				t.Fatalf("%v–%v crosses %v–%v", e.a, e.b, f.a, f.b)
			}
			if d1 == 0 && d2 == 0 && overlap(e.a, e.b, f.a, f.b) {
				t.Fatalf("%v–%v runs along %v–%v", e.a, e.b, f.a, f.b)
			}
			if e.ring != f.ring {
				continue
			}
			if d := e.i - f.i; d != 1 && d != e.n-1 && (e.a == f.a || e.b == f.b || e.a == f.b || e.b == f.a) {
				t.Fatalf("ring touches itself at a vertex: %v–%v and %v–%v", e.a, e.b, f.a, f.b)
			}
			if d1 == 0 && between(e.a, f.a, f.b) || d2 == 0 && between(e.b, f.a, f.b) ||
				d3 == 0 && between(f.a, e.a, e.b) || d4 == 0 && between(f.b, e.a, e.b) {
				t.Fatalf("ring touches its own edge: %v–%v and %v–%v", e.a, e.b, f.a, f.b)
			}
		}
	}
}

func sign(v int64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// overlap says whether edges on one line share more than a point.
func overlap(a, b, c, d pixel) bool {
	if b.less(a) {
		a, b = b, a
	}
	if d.less(c) {
		c, d = d, c
	}
	return a.less(d) && c.less(b)
}

type spot struct{ x, y float64 }

// winding is how often the ring runs around the spot.
func winding(ring []spot, p spot) int {
	n := 0
	a := ring[len(ring)-1]
	for _, b := range ring {
		if (a.x <= p.x) != (b.x <= p.x) {
			y := a.y + (b.y-a.y)*(p.x-a.x)/(b.x-a.x)
			if y < p.y {
				if a.x < b.x {
					n++
				} else {
					n--
				}
			}
		}
		a = b
	}
	return n
}

func near(ring []spot, p spot, limit float64) bool {
	a := ring[len(ring)-1]
	for _, b := range ring {
		dx, dy := b.x-a.x, b.y-a.y
		t := 0.0
		if l := dx*dx + dy*dy; l > 0 {
			t = max(0, min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/l))
		}
		if math.Hypot(a.x+t*dx-p.x, a.y+t*dy-p.y) < limit {
			return true
		}
		a = b
	}
	return false
}

func spots(ring []pixel) []spot {
	out := make([]spot, len(ring))
	for i, p := range ring {
		out[i] = spot{float64(p.x), float64(p.y)}
	}
	return out
}

// checkCover compares what is covered before and after, at spots that are
// farther from the drawn lines than rounding and thinning may move them.
func checkCover(t rapid.TB, before [][]spot, after [][][]pixel, probes []spot, slack float64) {
	for _, p := range probes {
		if p.x <= low || p.x >= high || p.y <= low || p.y >= high {
			continue
		}
		total := 0
		for _, polygon := range after {
			own := 0
			for _, ring := range polygon {
				own += winding(spots(ring), p)
			}
			if own != 0 && own != 1 {
				t.Fatalf("polygon winds %d times around %v", own, p)
			}
			total += own
		}
		if total > 1 {
			t.Fatalf("polygons overlap at %v", p)
		}
		want, close := 0, false
		for _, ring := range before {
			want += winding(ring, p)
			close = close || near(ring, p, slack)
		}
		if !close && (want > 0) != (total > 0) {
			t.Fatalf("%v: winding %d before, covered %d times after", p, want, total)
		}
	}
}

// world puts rings in units of the home tile into a Flat.
func world(rings [][]spot, holes bool) *geo.Flat {
	g := &geo.Flat{Type: geo.FlatPolygon, Min: [2]uint32{math.MaxUint32, math.MaxUint32}}
	unit := float64(uint32(1) << (20 - home.Z))
	for i, r := range rings {
		for j, p := range r {
			v := [2]uint32{uint32(float64(home.X)*unit*Extent + p.x*unit), uint32(float64(home.Y)*unit*Extent + p.y*unit)}
			r[j] = spot{float64(v[0])/unit - float64(home.X)*Extent, float64(v[1])/unit - float64(home.Y)*Extent}
			g.XY = append(g.XY, v[0], v[1])
			for k := range 2 {
				g.Min[k], g.Max[k] = min(g.Min[k], v[k]), max(g.Max[k], v[k])
			}
		}
		g.Ends = append(g.Ends, int32(len(g.XY)/2))
		if !holes || i == len(rings)-1 {
			g.Polys = append(g.Polys, int32(len(g.Ends)))
		}
	}
	return g
}

// star draws a ring around a centre, simple however concave, and a hole of the
// same form.
func star(t *rapid.T) [][]spot {
	centre := spot{rapid.Float64Range(-500, 4600).Draw(t, "x"), rapid.Float64Range(-500, 4600).Draw(t, "y")}
	size := rapid.SampledFrom([]float64{2, 10, 100, 1000, 8000}).Draw(t, "size")
	radii := rapid.SliceOfN(rapid.Float64Range(0.05, 1), 3, 40).Draw(t, "radii")
	hole := rapid.Float64Range(0.1, 0.95).Draw(t, "hole")
	outer, inner := make([]spot, len(radii)), make([]spot, len(radii))
	for i, r := range radii {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(radii)))
		outer[i] = spot{centre.x + size*r*cos, centre.y + size*r*sin}
		inner[len(radii)-1-i] = spot{centre.x + size*r*hole*cos, centre.y + size*r*hole*sin}
	}
	if hole < 0.2 {
		return [][]spot{outer}
	}
	return [][]spot{outer, inner}
}

func probes(t *rapid.T, rings [][]spot) []spot {
	var out []spot
	for range 30 {
		out = append(out, spot{rapid.Float64Range(low, high).Draw(t, "px"), rapid.Float64Range(low, high).Draw(t, "py")})
	}
	for _, r := range rings {
		for i, a := range r {
			b := r[(i+1)%len(r)]
			out = append(out, spot{(a.x+b.x)/2 + 3.3, (a.y+b.y)/2 + 2.7}, spot{(a.x+b.x)/2 - 3.3, (a.y+b.y)/2 - 2.7})
		}
	}
	for i, p := range out { // off the lattice and its diagonals
		out[i] = spot{math.Floor(8*p.x)/8 + 0.0617, math.Floor(8*p.y)/8 + 0.0391}
	}
	return out
}

func TestStarsStayValidAndInPlace(t *testing.T) {
	w := newLayerWriter()
	rapid.Check(t, func(t *rapid.T) {
		rings := star(t)
		g := world(rings, true)
		tolerance := rapid.SampledFrom([]float64{0, 1}).Draw(t, "tolerance")
		w.begin(home, tolerance)
		w.shape(g)
		got := ringsOf(t, w.out.data)
		checkValid(t, got)
		checkCover(t, rings, got, probes(t, rings), 2+tolerance)
	})
}

// Any closed lines, as wild as can be, become valid polygons that cover what
// they wind around.
func TestTanglesBecomeValid(t *testing.T) {
	w := newLayerWriter()
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.SampledFrom([]float64{6, 40, 5000}).Draw(t, "span")
		origin := rapid.Float64Range(-100, 200).Draw(t, "origin")
		n := rapid.IntRange(1, 3).Draw(t, "rings")
		rings := make([][]spot, n)
		for i := range rings {
			for range rapid.IntRange(3, 25).Draw(t, "points") {
				rings[i] = append(rings[i], spot{origin + rapid.Float64Range(0, span).Draw(t, "x"), origin + rapid.Float64Range(0, span).Draw(t, "y")})
			}
		}
		g := world(rings, false)
		w.begin(home, 0)
		w.shape(g)
		got := ringsOf(t, w.out.data)
		checkValid(t, got)
		checkCover(t, rings, got, probes(t, rings), 2)
	})
}

// Rings on a small lattice touch and overlap each other all the time.
func TestTouchingRings(t *testing.T) {
	w := newLayerWriter()
	rapid.Check(t, func(t *rapid.T) {
		rings := make([][]spot, rapid.IntRange(1, 6).Draw(t, "rings"))
		slack := 0.0
		for i := range rings {
			x, y := float64(rapid.IntRange(0, 6).Draw(t, "x")), float64(rapid.IntRange(0, 6).Draw(t, "y"))
			dx, dy := float64(rapid.IntRange(1, 4).Draw(t, "dx")), float64(rapid.IntRange(1, 4).Draw(t, "dy"))
			cut := float64(rapid.IntRange(0, 1).Draw(t, "cut")) * dy
			if cut > 0 {
				slack = 2 // sloping edges cross between the points of the lattice
			}
			rings[i] = []spot{{x, y}, {x + dx, y + cut}, {x + dx, y + dy}, {x, y + dy}}
			if rapid.Bool().Draw(t, "hole") {
				r := rings[i]
				r[1], r[3] = r[3], r[1]
			}
		}
		w.begin(home, 0)
		w.rings.reset()
		for _, r := range rings {
			var v []vertex
			for _, p := range r {
				v = append(v, vertex{int64(p.x), int64(p.y)})
			}
			w.rings.add(v)
		}
		w.out.reset()
		if w.weave.weave(&w.rings) {
			w.weave.write(&w.out)
		}
		got := ringsOf(t, w.out.data)
		checkValid(t, got)
		var all []spot
		for x := range 11 {
			for y := range 11 {
				all = append(all, spot{float64(x) + 0.413, float64(y) + 0.291})
			}
		}
		checkCover(t, rings, got, all, slack)
	})
}
