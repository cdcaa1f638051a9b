package bench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/survey"
)

// place is one question of where: of a box, of a polygon, or around a point.
type place struct {
	box     orb.Bound
	polygon orb.Polygon
	point   orb.Point
	plane   orb.Point // the point in metres, as the rival wants it
	wkb     []byte    // the polygon, likewise
}

// The size of what is asked for: what a screen of a street shows.
const (
	boxSide  = 250 // metres
	corners  = 12  // of a polygon that somebody draws
	sketch   = 200 // metres from its middle to its corners, at most
	nearest  = 10
	farthest = geo.Metres(5_000)
)

// questions are n places in the box.
func questions(n int, in orb.Bound) []place {
	const degreeLon, degreeLat = 95_200.0, 110_900.0
	r := rand.New(rand.NewPCG(11, 7))
	out := make([]place, n)
	for i := range out {
		p := within(r, in)
		x, y := boxSide/2/degreeLon, boxSide/2/degreeLat
		out[i] = place{point: p, box: orb.Bound{Min: orb.Point{p[0] - x, p[1] - y}, Max: orb.Point{p[0] + x, p[1] + y}}}
		var ring orb.Ring
		for k := range corners {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / corners)
			far := sketch * (0.4 + 0.6*r.Float64())
			ring = append(ring, orb.Point{p[0] + far*cos/degreeLon, p[1] + far*sin/degreeLat})
		}
		out[i].polygon = orb.Polygon{append(ring, ring[0])}
	}
	return out
}

// found is a thing as who asks wants it: by its number alone, or with what it is and
// where.
type found struct {
	fid             int64
	id, class, name string
	plane           orb.Geometry
}

// finder answers a question with things: it appends them. Those of a box or a polygon may
// come in any order.
type finder func(ctx context.Context, dst []found, q *place) ([]found, error)

// racing lets a finder take part in a race: what it finds is looked at by nobody.
func (f finder) racing() answerer[*place] {
	room := sync.Pool{New: func() any { return new([]found) }}
	return func(ctx context.Context, q *place) ([]byte, error) {
		dst := room.Get().(*[]found)
		defer room.Put(dst)
		var err error
		*dst, err = f(ctx, (*dst)[:0], q)
		return nil, err
	}
}

// teller says of a thing what is wanted.
type teller func(*twin.Thing) found

// ourNumber tells the number of a thing.
func ourNumber(t *twin.Thing) found { return found{fid: int64(t.Label.FID)} }

// ourThing tells what a thing is and where.
func ourThing(t *twin.Thing) found {
	return found{int64(t.Label.FID), string(t.Asset.ID), t.Label.Class, t.Label.Name, t.Geometry()}
}

// kindsAsked are the kinds of things that are looked for.
var kindsAsked = []assets.Kind{assets.Building, assets.Fixture}

// asked is how people ask about the world, seeing all of it.
func asked(w *twin.World) (*survey.Survey, survey.Ask) {
	scope := access.Open()
	return survey.New(survey.Options{World: w}), survey.Ask{Sees: scope.Sees, SeesAll: scope.SeesAll, Kinds: kindsAsked}
}

// ourBox finds what shares a point with the box.
func ourBox(w *twin.World, tell teller) finder {
	return ourGround(w, tell, func(q *place) (survey.Region, error) { return survey.Box(q.box), nil })
}

// ourPolygon finds what shares a point with the polygon.
func ourPolygon(w *twin.World, tell teller) finder {
	return ourGround(w, tell, func(q *place) (survey.Region, error) { return survey.Touching(q.polygon) })
}

func ourGround(w *twin.World, tell teller, region func(*place) (survey.Region, error)) finder {
	s, ask := asked(w)
	return func(ctx context.Context, dst []found, q *place) (_ []found, err error) {
		ask := ask
		if ask.Region, err = region(q); err != nil {
			return nil, err
		}
		err = s.Each(ctx, &ask, func(t *twin.Thing) error {
			dst = append(dst, tell(t))
			return nil
		})
		return dst, err
	}
}

// ourNearest finds the nearest things.
func ourNearest(w *twin.World, tell teller) finder {
	s, ask := asked(w)
	return func(ctx context.Context, dst []found, q *place) ([]found, error) {
		near, err := s.Near(ctx, ask, q.point, nearest, farthest)
		for _, is := range near {
			dst = append(dst, tell(is.Thing))
		}
		return dst, err
	}
}

// sameFinds asks both and says how they differ. Nearest things may be others where they
// are as near to a millimetre in a hundred metres: the rival measures on a plane.
func sameFinds(ctx context.Context, asks []*place, ours, theirs finder, things []*assets.Asset, near bool) error {
	for i, q := range asks {
		a, err := ours(ctx, nil, q)
		if err != nil {
			return err
		}
		b, err := theirs(ctx, nil, q)
		if err != nil {
			return err
		}
		if len(a) != len(b) {
			return fmt.Errorf("question %d: ours finds %d things, theirs %d", i, len(a), len(b))
		}
		if !near {
			slices.SortFunc(a, byNumber)
			slices.SortFunc(b, byNumber)
		}
		for k := range a {
			switch same := a[k].fid == b[k].fid; {
			case same && !a[k].is(&b[k]):
				return fmt.Errorf("question %d: of %d ours tells %v, theirs %v", i, a[k].fid, a[k], b[k])
			case !same && !(near && asNear(q.point, things[a[k].fid-1], things[b[k].fid-1])):
				return fmt.Errorf("question %d: ours finds %d, theirs %d", i, a[k].fid, b[k].fid)
			}
		}
	}
	return nil
}

func byNumber(a, b found) int { return cmp.Compare(a.fid, b.fid) }

// is says whether both tell the same.
func (f *found) is(o *found) bool {
	return f.fid == o.fid && f.id == o.id && f.class == o.class && f.name == o.name && (f.plane == nil) == (o.plane == nil) &&
		(f.plane == nil || orb.Equal(f.plane, o.plane))
}

func asNear(p orb.Point, a, b *assets.Asset) bool {
	site := geo.Prepare(p)
	d, _ := site.Distance(a.Shape.Geometry.Plane, farthest)
	e, _ := site.Distance(b.Shape.Geometry.Plane, farthest)
	return math.Abs(float64(d-e)) <= 1e-5*float64(max(d, e, 1))
}
