package geo

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"
)

// maxPairs bounds the work of checkCrossing: an outline made to be slow is
// refused, not waited for.
const maxPairs = 50_000_000

// checkCrossing finds two edges of the polygon's rings that cross, by a sweep
// from west to east over the edges' boxes.
func checkCrossing(p orb.Polygon) error {
	var room, others [fewSegments]segment // of most polygons, and no garbage
	active := others[:0]
	pairs := 0
	for _, s := range sortedSegments(room[:0], p) {
		kept := active[:0]
		for _, t := range active {
			if t.east < s.west {
				continue
			}
			kept = append(kept, t)
			if properlyCross(s.ends, t.ends) {
				at := crossingPoint(s.ends, t.ends)
				return fmt.Errorf("ring crosses itself near %.7f, %.7f", at[0], at[1])
			}
		}
		pairs += len(kept)
		if pairs > maxPairs {
			return errors.New("ring is too tangled to check, simplify it")
		}
		active = append(kept, s)
	}
	return nil
}

// fewSegments is how many edges most polygons have at most.
const fewSegments = 32

// segment is an edge and how far it reaches west and east.
type segment struct {
	ends       [2]orb.Point
	west, east float64
}

// sortedSegments appends the edges of the rings, from west to east.
func sortedSegments(dst []segment, p orb.Polygon) []segment {
	for _, ring := range p {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			dst = append(dst, segment{[2]orb.Point{a, b}, min(a[0], b[0]), max(a[0], b[0])})
		}
	}
	slices.SortFunc(dst, func(a, b segment) int { return cmp.Compare(a.west, b.west) })
	return dst
}

// properlyCross says whether each segment has its ends strictly on both sides of the other.
func properlyCross(s, t [2]orb.Point) bool {
	if max(s[0][1], s[1][1]) < min(t[0][1], t[1][1]) || max(t[0][1], t[1][1]) < min(s[0][1], s[1][1]) {
		return false
	}
	return side(t, s[0])*side(t, s[1]) < 0 && side(s, t[0])*side(s, t[1]) < 0
}

func crossingPoint(s, t [2]orb.Point) orb.Point {
	return between(s[0], s[1], crossingShare(s, t))
}
