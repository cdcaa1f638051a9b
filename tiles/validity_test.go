package tiles

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// checkFeature judges what a tile holds of one feature: polygons valid after OGC
// Simple Features, with holes inside and exteriors apart.
func checkFeature(t rapid.TB, f strictFeature) {
	t.Helper()
	if f.kind != 3 {
		return
	}
	checkValid(t, f.polygons)
	for i, p := range f.polygons {
		for _, hole := range p[1:] {
			if where(p[0], hole) < 0 {
				t.Fatalf("feature %d: the hole %v lies outside of %v", f.id, hole, p[0])
			}
			for _, other := range p[1:] {
				if &hole[0] != &other[0] && where(other, hole) > 0 {
					t.Fatalf("feature %d: the hole %v lies in another", f.id, hole)
				}
			}
		}
		for j, q := range f.polygons {
			if i != j && where(q[0], p[0]) > 0 && !inHole(q, p[0]) {
				t.Fatalf("feature %d: polygon %v lies in another", f.id, p[0])
			}
		}
	}
}

func inHole(polygon [][]pixel, ring []pixel) bool {
	for _, hole := range polygon[1:] {
		if where(hole, ring) > 0 {
			return true
		}
	}
	return false
}

// where is 1 if the ring holds the other, which does not cross it, -1 if not: by
// the first middle of an edge of the other that is not on the ring.
func where(ring, other []pixel) int {
	for i, a := range other {
		b := other[(i+1)%len(other)]
		if w := parity(ring, pixel{a.x + b.x, a.y + b.y}); w != 0 {
			return w
		}
	}
	return 0
}

// parity is 1 if the ring holds p, which is given in half units, 0 if p is on it.
func parity(ring []pixel, p pixel) int {
	in := -1
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		a, b = pixel{2 * a.x, 2 * a.y}, pixel{2 * b.x, 2 * b.y}
		c := turn(a, b, p)
		if c == 0 && min(a.x, b.x) <= p.x && p.x <= max(a.x, b.x) && min(a.y, b.y) <= p.y && p.y <= max(a.y, b.y) {
			return 0
		}
		if (a.y > p.y) != (b.y > p.y) && (c > 0) == (b.y > a.y) {
			in = -in
		}
	}
	return in
}

// wktOf writes a feature's polygons for PostGIS.
func wktOf(f strictFeature) string {
	var polygons []string
	for _, p := range f.polygons {
		var rings []string
		for _, r := range p {
			var points []string
			for i := range len(r) + 1 {
				points = append(points, fmt.Sprintf("%d %d", r[i%len(r)].x, r[i%len(r)].y))
			}
			rings = append(rings, "("+strings.Join(points, ",")+")")
		}
		polygons = append(polygons, "("+strings.Join(rings, ",")+")")
	}
	return "MULTIPOLYGON(" + strings.Join(polygons, ",") + ")"
}
