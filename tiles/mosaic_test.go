package tiles

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// partition cuts a square of degrees into n×n areas with wiggly borders, one
// island in each, and gives the rest of the world to another area. Borders are
// made once and walked by both sides.
type partition struct {
	n       int
	corners [][]orb.Point
	across  [][]orb.LineString // from corner (i,j) to (i+1,j)
	down    [][]orb.LineString // from corner (i,j) to (i,j+1)
}

func newPartition(r *rand.Rand, centre orb.Point, width float64, n, wiggles int) *partition {
	p := &partition{n: n}
	step := width / float64(n)
	for i := range n + 1 {
		p.corners = append(p.corners, nil)
		for j := range n + 1 {
			p.corners[i] = append(p.corners[i], orb.Point{
				centre[0] - width/2 + step*(float64(i)+0.3*(r.Float64()-0.5)),
				centre[1] - width/2 + step*(float64(j)+0.3*(r.Float64()-0.5)),
			})
		}
	}
	for i := range n + 1 {
		p.across, p.down = append(p.across, nil), append(p.down, nil)
		for j := range n + 1 {
			if i < n {
				p.across[i] = append(p.across[i], wiggle(r, p.corners[i][j], p.corners[i+1][j], wiggles))
			}
			if j < n {
				p.down[i] = append(p.down[i], wiggle(r, p.corners[i][j], p.corners[i][j+1], wiggles))
			}
		}
	}
	return p
}

// wiggle is a border between two points, with ever smaller turns.
func wiggle(r *rand.Rand, a, b orb.Point, depth int) orb.LineString {
	if depth == 0 {
		return orb.LineString{a, b}
	}
	side := 0.15 * (r.Float64() - 0.5)
	m := orb.Point{(a[0]+b[0])/2 + side*(b[1]-a[1]), (a[1]+b[1])/2 - side*(b[0]-a[0])}
	return append(wiggle(r, a, m, depth-1), wiggle(r, m, b, depth-1)[1:]...)
}

func backwards(l orb.LineString) orb.LineString {
	l = slices.Clone(l)
	slices.Reverse(l)
	return l
}

func join(lines ...orb.LineString) orb.Ring {
	var ring orb.Ring
	for _, l := range lines {
		ring = append(ring, l[:len(l)-1]...)
	}
	return append(ring, ring[0])
}

func (p *partition) areas() []*twin.Thing {
	var out []*twin.Thing
	add := func(g orb.Geometry) {
		out = append(out, thing(assets.FID(len(out)+1), assets.Area, g))
	}
	for i := range p.n {
		for j := range p.n {
			ring := join(p.across[i][j], p.down[i+1][j], backwards(p.across[i][j+1]), backwards(p.down[i][j]))
			island := p.island(i, j)
			add(orb.Polygon{ring, island})
			add(orb.Polygon{island})
		}
	}
	add(p.rest())
	return out
}

// rest is the world around the partition.
func (p *partition) rest() orb.Polygon {
	var rim [4]orb.LineString
	for k := range p.n {
		rim[0] = append(rim[0], p.across[k][0]...)
		rim[1] = append(rim[1], p.down[p.n][k]...)
		rim[2] = append(rim[2], backwards(p.across[p.n-1-k][p.n])...)
		rim[3] = append(rim[3], backwards(p.down[0][p.n-1-k])...)
	}
	return orb.Polygon{orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}.ToRing(), join(rim[:]...)}
}

// districts are larger areas of another class: each a row of the others.
func (p *partition) districts() []*twin.Thing {
	var out []*twin.Thing
	add := func(g orb.Geometry) {
		t := thing(assets.FID(1000+len(out)), assets.Area, g)
		t.Asset.Class = "area.district"
		out = append(out, t)
	}
	for j := range p.n {
		var there, back orb.LineString
		for i := range p.n {
			there = append(there, p.across[i][j]...)
			back = append(back, backwards(p.across[p.n-1-i][j+1])...)
		}
		add(orb.Polygon{join(there, p.down[p.n][j], back, backwards(p.down[0][j]))})
	}
	add(p.rest())
	return out
}

// island is a small ring about the middle of an area, which may be too small for
// many zooms.
func (p *partition) island(i, j int) orb.Ring {
	a, b := p.corners[i][j], p.corners[i+1][j+1]
	var ring orb.Ring
	for k := range 24 {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / 24)
		size := 0.05 + 0.03*float64(k*7%5)
		ring = append(ring, orb.Point{(a[0]+b[0])/2 + size*(b[0]-a[0])*cos, (a[1]+b[1])/2 + size*(b[1]-a[1])*sin})
	}
	return append(ring, ring[0])
}

// areasIn draws the areas of a tile and reads the polygons of each back.
func areasIn(t rapid.TB, w *layerWriter, things []*twin.Thing, tile geo.Tile, tolerance float64) map[uint64][][][]pixel {
	w.begin(tile, tolerance)
	for _, th := range things {
		if w.frame.touches(&th.Flat) {
			draw(w, labelled(th), 0)
		}
	}
	out := map[uint64][][][]pixel{}
	for _, f := range strictLayer(t, w.finish(nil, "areas")) {
		out[f.id] = f.polygons
	}
	return out
}

type segment struct{ from, to pixel }

// checkTiling wants that areas which cover the whole world cover the tile once:
// exactly, in whole numbers. Every edge is there once in each direction, but those
// on the frame once; and the areas add up to that of the frame.
func checkTiling(t rapid.TB, areas map[uint64][][][]pixel, tile geo.Tile) {
	edges := edgesOf(areas)
	for e, n := range edges {
		onFrame := onRim(e, tile)
		back := edges[segment{e.to, e.from}]
		if n != 1 || back != 1 && !onFrame || back != 0 && onFrame {
			t.Fatalf("tile %v: the edge %v is there %d times, and %d times the other way", tile, e, n, back)
		}
	}
	sum := int64(0)
	for _, polygons := range areas {
		for _, polygon := range polygons {
			for _, ring := range polygon {
				sum += area2(ring)
			}
		}
	}
	lo, hi := frameOfWorld(tile)
	if want := 2 * int64(hi.x-lo.x) * int64(hi.y-lo.y); sum != want {
		t.Fatalf("tile %v: the areas cover %d half units, want %d", tile, sum, want)
	}
}

// edgesOf counts the edges of all rings.
func edgesOf(areas map[uint64][][][]pixel) map[segment]int {
	out := map[segment]int{}
	for _, polygons := range areas {
		for _, polygon := range polygons {
			for _, ring := range polygon {
				for i, a := range ring {
					out[segment{a, ring[(i+1)%len(ring)]}]++
				}
			}
		}
	}
	return out
}

// onRim says whether an edge lies on the frame of what the tile shows.
func onRim(e segment, tile geo.Tile) bool {
	lo, hi := frameOfWorld(tile)
	return e.from.x == e.to.x && (e.from.x == lo.x || e.from.x == hi.x) || e.from.y == e.to.y && (e.from.y == lo.y || e.from.y == hi.y)
}

// frameOfWorld is what of the buffered tile lies in the world.
func frameOfWorld(t geo.Tile) (lo, hi pixel) {
	f := frameOf(t)
	a, b := f.vertex(0, 0), f.vertex(math.MaxUint32, math.MaxUint32)
	return pixel{int32(max(low, a.x)), int32(max(low, a.y))}, pixel{int32(min(high, b.x)), int32(min(high, b.y))}
}

// Areas that part the world part every tile of it, at every zoom, thinned or not.
func TestAreasPartTheirTiles(t *testing.T) {
	w := newLayerWriter()
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		centre := orb.Point{rapid.Float64Range(-170, 170).Draw(t, "lon"), rapid.Float64Range(-70, 70).Draw(t, "lat")}
		width := math.Pow(10, rapid.Float64Range(-3, 1).Draw(t, "width"))
		p := newPartition(r, centre, width, rapid.IntRange(1, 4).Draw(t, "n"), rapid.IntRange(0, 6).Draw(t, "wiggles"))
		things := p.areas()
		for z := range uint32(21) {
			at := centre
			for k := range at {
				at[k] += width * 0.6 * (r.Float64()*2 - 1)
			}
			if r.IntN(2) == 0 { // where four areas meet
				at = p.corners[r.IntN(p.n+1)][r.IntN(p.n+1)]
			}
			tile := geo.TileAt(at, z)
			checkTiling(t, areasIn(t, w, things, tile, float64(r.IntN(2))), tile)
		}
	})
}

// Areas of two classes, one within the other, each part the tile for themselves,
// along the same lines.
func TestNestedAreasPartTheirTiles(t *testing.T) {
	w := newLayerWriter()
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 4))
		width := math.Pow(10, rapid.Float64Range(-4, 0).Draw(t, "width"))
		p := newPartition(r, at(home, 2000, 2000), width, rapid.IntRange(1, 4).Draw(t, "n"), rapid.IntRange(0, 5).Draw(t, "wiggles"))
		tile := geo.TileAt(p.corners[r.IntN(p.n+1)][r.IntN(p.n+1)], rapid.Uint32Range(6, 20).Draw(t, "z"))
		all := areasIn(t, w, append(p.areas(), p.districts()...), tile, 1)
		lower, upper := map[uint64][][][]pixel{}, map[uint64][][][]pixel{}
		for id, polygons := range all {
			if id < 1000 {
				lower[id] = polygons
			} else {
				upper[id] = polygons
			}
		}
		checkTiling(t, lower, tile)
		checkTiling(t, upper, tile)
		fine := edgesOf(lower)
		for e := range edgesOf(upper) {
			if fine[e] == 0 && !onRim(e, tile) {
				t.Fatalf("tile %v: the district's edge %v is none of its areas'", tile, e)
			}
		}
	})
}

// Borders so narrow that they collapse and cross in rounding still part the tile.
func TestTangledAreasPartTheirTile(t *testing.T) {
	w := newLayerWriter()
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		centre := at(home, 2000.5, 2000.5)
		units := rapid.Float64Range(1, 60).Draw(t, "units")
		width := units / Extent / float64(uint32(1)<<home.Z) * 360
		p := newPartition(r, centre, width, rapid.IntRange(2, 8).Draw(t, "n"), rapid.IntRange(0, 5).Draw(t, "wiggles"))
		checkTiling(t, areasIn(t, w, p.areas(), home, float64(rapid.IntRange(0, 1).Draw(t, "tolerance"))), home)
	})
}

// Two tiles that show the same border draw the same line where both see it.
func TestNeighboursThinBordersAlike(t *testing.T) {
	w := newLayerWriter()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		things := newPartition(r, at(home, 4096, 2000), 0.02, 5, 7).areas()
		east := geo.Tile{Z: home.Z, X: home.X + 1, Y: home.Y}
		mine, theirs := strip(areasIn(t, w, things, home, 1), 0), strip(areasIn(t, w, things, east, 1), Extent)
		if len(mine) == 0 {
			t.Fatal("no border in the strip")
		}
		for e := range mine {
			if !theirs[e] {
				t.Fatalf("seed %d: %v is in one tile only", seed, e)
			}
		}
	}
}

// strip is the edges within one cell of the seam that both tiles see whole.
func strip(areas map[uint64][][][]pixel, shift int32) map[string]bool {
	out := map[string]bool{}
	for id, polygons := range areas {
		for _, polygon := range polygons {
			for _, ring := range polygon {
				for i, a := range ring {
					b := ring[(i+1)%len(ring)]
					a.x, b.x = a.x+shift, b.x+shift
					if min(a.x, b.x) > Extent-cellWidth && max(a.x, b.x) < Extent+cellWidth && min(a.y, b.y) > 0 && max(a.y, b.y) < Extent {
						out[fmt.Sprint(id, a, b)] = true
					}
				}
			}
		}
	}
	return out
}
