package survey

import (
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
	v := s.lend()
	defer s.rooms.Put(v)
	best := make([]twin.Near, 0, min(n, usualNear)+1)
	for _, kind := range pointsFirst(v, a.kinds()) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.nearestOf(v, &a, kind, p, n, reach); err != nil {
			return nil, err
		}
		for _, near := range v.best {
			best = insert(best, near, n)
		}
		if len(best) == n {
			reach = best[n-1].Distance // others must be as near
		}
	}
	return best, nil
}

// usualNear is how many things are asked for mostly.
const usualNear = 16

// nearRoom is scratch of a search for what is near.
type nearRoom struct {
	kinds []assets.Kind
	boxes []twin.Near
	best  []twin.Near // of one kind
}

// lend returns a room, to be given back to s.rooms.
func (s *Survey) lend() *nearRoom {
	if v, ok := s.rooms.Get().(*nearRoom); ok {
		return v
	}
	return new(nearRoom)
}

// pointsFirst are the kinds in an order in which what is large, and takes long to measure,
// is looked for last, when little of it can be as near.
func pointsFirst(v *nearRoom, kinds []assets.Kind) []assets.Kind {
	v.kinds = v.kinds[:0]
	for _, ground := range [...]bool{false, true} {
		for _, k := range kinds {
			if k.Ground() == ground {
				v.kinds = append(v.kinds, k)
			}
		}
	}
	return v.kinds
}

func nearer(a, b twin.Near) bool {
	return a.Distance < b.Distance || a.Distance == b.Distance && a.Thing.Label.FID < b.Thing.Label.FID
}

// besides is how many more boxes are looked at than things are wanted, of kinds that are
// points and of others: the one behind the last tells that it was the last.
const (
	besidesPoint  = 1
	besidesGround = 8
)

// nearestOf fills v.best with the nearest of one kind. Boxes are never farther than what
// is in them: once n things are nearer than the last box that was looked at, no others are.
func (s *Survey) nearestOf(v *nearRoom, a *Ask, kind assets.Kind, p orb.Point, n int, reach geo.Metres) error {
	atOnce := n + besidesPoint
	if kind.Ground() {
		atOnce = n + besidesGround
	}
	known := a.known(kind, -1)
	var site *geo.Prepared
	for ; ; atOnce *= 4 {
		v.boxes = s.o.World.Nearest(v.boxes[:0], kind, p, min(atOnce, passedOver), reach)
		v.best = v.best[:0]
		for _, b := range v.boxes {
			if len(v.best) >= n && b.Distance > v.best[n-1].Distance {
				break
			}
			if !known.takes(b.Thing) {
				continue
			}
			if b.Point {
				v.best = insert(v.best, b, n)
				continue
			}
			if site == nil {
				site = geo.Prepare(p)
			}
			if len(v.best) == n {
				reach = v.best[n-1].Distance // and what is farther is not measured
			}
			if d, ok := site.Distance(b.Thing.Geometry(), reach); ok {
				v.best = insert(v.best, twin.Near{Thing: b.Thing, Distance: d}, n)
			}
		}
		all := len(v.boxes) < min(atOnce, passedOver)
		if all || len(v.best) == n && v.best[n-1].Distance < v.boxes[len(v.boxes)-1].Distance {
			return nil
		}
		if atOnce >= passedOver {
			return costly("radius: more than %d things of kind %s have to be passed over, want a smaller radius or fewer kinds", passedOver, kind)
		}
	}
}

// insert keeps the n nearest, in order.
func insert(best []twin.Near, one twin.Near, n int) []twin.Near {
	i := len(best)
	for i > 0 && nearer(one, best[i-1]) {
		i--
	}
	if i >= n {
		return best
	}
	best = slices.Insert(best, i, one)
	return best[:min(n, len(best))]
}
