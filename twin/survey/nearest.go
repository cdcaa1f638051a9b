package survey

import (
	"cmp"
	"context"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// The bounds of what is looked for around a point.
const (
	MaxNearest = 1_000
	passedOver = 1 << 16 // things of one kind that are looked at, at most
)

// Nearest are at most n of the things that are asked for, nearest first by the ground
// distance to the thing itself, of equals in order of FID; none is farther than reach.
func (s *Survey) Nearest(ctx context.Context, a Ask, p orb.Point, n int, reach geo.Metres) ([]Row, error) {
	best, err := s.Near(ctx, a, p, n, reach)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(best))
	for i, near := range best {
		out[i] = a.row(near.Thing)
		out[i].Distance = metre(near.Distance)
	}
	return out, nil
}

// Near is Nearest without a word about the things.
func (s *Survey) Near(ctx context.Context, a Ask, p orb.Point, n int, reach geo.Metres) ([]twin.Near, error) {
	if err := geo.Check(p); err != nil {
		return nil, invalid("point: %w", err)
	}
	if n < 1 || n > MaxNearest || !(reach > 0 && reach <= MaxReach) {
		return nil, invalid("limit %d, radius %g: want 1 to %d, and above 0 to %g metres", n, float64(reach), MaxNearest, float64(MaxReach))
	}
	var best []twin.Near
	site := geo.Prepare(p)
	for _, kind := range pointsFirst(a.kinds()) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		some, err := s.nearestOf(&a, kind, p, site, n, reach)
		if err != nil {
			return nil, err
		}
		best = append(best, some...)
		slices.SortFunc(best, nearer)
		best = best[:min(n, len(best))]
		if len(best) == n {
			reach = best[n-1].Distance // others must be as near
		}
	}
	return best, nil
}

// pointsFirst are the kinds in an order in which what is large, and takes long to measure,
// is looked for last, when little of it can be as near.
func pointsFirst(kinds []assets.Kind) []assets.Kind {
	ground := func(k assets.Kind) int {
		if k.Ground() {
			return 1
		}
		return 0
	}
	out := slices.Clone(kinds)
	slices.SortStableFunc(out, func(a, b assets.Kind) int { return ground(a) - ground(b) })
	return out
}

func nearer(a, b twin.Near) int {
	return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Thing.Asset.FID, b.Thing.Asset.FID))
}

// nearestOf is Nearest of one kind. Boxes are never farther than what is in them: once
// n things are nearer than the last box that was looked at, no others are.
func (s *Survey) nearestOf(a *Ask, kind assets.Kind, p orb.Point, site *geo.Prepared, n int, reach geo.Metres) ([]twin.Near, error) {
	for atOnce := n + 8; ; atOnce *= 4 {
		boxes := s.o.World.Nearest(nil, kind, p, min(atOnce, passedOver), reach)
		var best []twin.Near
		for _, b := range boxes {
			if len(best) >= n && b.Distance > best[n-1].Distance {
				break
			}
			if !a.takes(b.Thing) {
				continue
			}
			if b.Point {
				best = insert(best, b, n)
			} else if d, ok := site.Distance(b.Thing.Geometry(), reach); ok {
				best = insert(best, twin.Near{Thing: b.Thing, Distance: d}, n)
			}
		}
		all := len(boxes) < min(atOnce, passedOver)
		if all || len(best) == n && best[n-1].Distance < boxes[len(boxes)-1].Distance {
			return best, nil
		}
		if atOnce >= passedOver {
			return nil, costly("radius: more than %d things of kind %s have to be passed over, want a smaller radius or fewer kinds", passedOver, kind)
		}
	}
}

// insert keeps the n nearest, in order.
func insert(best []twin.Near, one twin.Near, n int) []twin.Near {
	i, _ := slices.BinarySearchFunc(best, one, nearer)
	if i >= n {
		return best
	}
	best = slices.Insert(best, i, one)
	return best[:min(n, len(best))]
}
