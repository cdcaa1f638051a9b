package filter

import (
	"github.com/paulmach/orb"

	"suhe/geo"
)

// reach is a box that what passes touches, and whether it then lies in it as a whole.
type reach struct {
	box   orb.Bound
	known bool
	whole bool
	site  *geo.Prepared // that what passes shares a point with too; nil: no more than the box
}

func reachOf(n node) reach {
	switch n := n.(type) {
	case *place:
		return reach{n.shape.Bound(), !n.opposite, n.relation == within || n.relation == equals, n.shape}
	case all:
		return narrowest(n)
	case anyOf:
		return widest(n)
	}
	return reach{}
}

// narrowest is what follows if all hold. What touches two boxes need not touch
// where they overlap, unless it lies in one of them.
func narrowest(nodes []node) (best reach) {
	for _, n := range nodes {
		r := reachOf(n)
		switch {
		case !r.known:
		case !best.known:
			best = r
		case best.whole && r.whole && best.box.Intersects(r.box):
			best.box, best.site = overlap(best.box, r.box), nil
		case area(r.box) < area(best.box):
			best = r
		}
	}
	return best
}

// widest is what follows if one of them holds.
func widest(nodes []node) reach {
	out := reachOf(nodes[0])
	for _, n := range nodes[1:] {
		r := reachOf(n)
		out = reach{box: out.box.Union(r.box), known: out.known && r.known, whole: out.whole && r.whole}
	}
	return out
}

func overlap(a, b orb.Bound) orb.Bound {
	return orb.Bound{
		Min: orb.Point{max(a.Min[0], b.Min[0]), max(a.Min[1], b.Min[1])},
		Max: orb.Point{min(a.Max[0], b.Max[0]), min(a.Max[1], b.Max[1])},
	}
}

func area(b orb.Bound) float64 { return (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1]) }
