package survey

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// maxSpots bounds what hotspots and clusters are made of.
const maxSpots = 100_000

// Events asks for what is spread over the ground: things of the map as they are now, or,
// with a time, the incidents that began in it.
type Events struct {
	Ask
	From, To time.Time
}

func (e *Events) past() bool { return !e.From.IsZero() || !e.To.IsZero() }

// spots are the things in order of FID.
func (s *Survey) spots(ctx context.Context, e *Events) ([]*twin.Thing, error) {
	if !e.past() {
		all, err := s.gather(ctx, &e.Ask, maxSpots)
		slices.SortFunc(all, func(a, b *twin.Thing) int { return cmp.Compare(a.Asset.FID, b.Asset.FID) })
		return all, err
	}
	if span := e.To.Sub(e.From); span <= 0 || span > MaxSpan {
		return nil, invalid("from, to: %s to %s, want a time of at most %d days that passes", e.From.Format(time.RFC3339), e.To.Format(time.RFC3339), int(MaxSpan.Hours()/24))
	}
	var all []*twin.Thing
	err := s.begun(ctx, &e.Ask, e.From, e.To, func(t *twin.Thing, _ time.Time) error {
		if len(all) == maxSpots {
			return costly("from, to: more than %d incidents, want less time or a smaller region", maxSpots)
		}
		all = append(all, t)
		return nil
	})
	return all, err
}

// study are the cells of a region: those whose middle lies in it, and those that hold
// one of the things.
func (s *Survey) study(r Region, grid *geo.Grid, held map[geo.Cell]int, most int) ([]geo.Cell, error) {
	all, err := grid.Over(r.bound(), 4*most)
	if err != nil {
		return nil, costly("size: %w", err)
	}
	all = slices.DeleteFunc(all, func(c geo.Cell) bool {
		if held[c] > 0 {
			return true // comes below
		}
		middle := grid.Middle(c)
		return !r.holds(middle, s.location(r, middle))
	})
	for c := range held {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b geo.Cell) int { return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X)) })
	if len(all) > most {
		return nil, costly("size: %d cells, want at most %d", len(all), most)
	}
	return all, nil
}

// location asks where a point is only for a region that wants to know.
func (s *Survey) location(r Region, p orb.Point) assets.Location {
	for _, t := range r.tests {
		if t.placed {
			return s.o.Locate(p)
		}
	}
	return assets.Location{}
}
