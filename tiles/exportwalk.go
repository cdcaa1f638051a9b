package tiles

import (
	"cmp"
	"context"
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/internal/access"
	"suhe/tiles/archive"
	"suhe/twin"
)

// walk finds the tiles on whose ground something stands that the scope sees.
type walk struct {
	world  World
	sight  access.Sight
	layers []*layer
	bounds orb.Bound // nothing outside is walked
	shift  shift     // of what the tiles show
	found  []*twin.Thing
}

// extent is the box of all things of the layers; it is not ok if there are none.
func (w *walk) extent() (extent orb.Bound, ok bool) {
	for _, l := range w.layers {
		w.found = w.world.Within(w.found[:0], l.Kind, geo.Tile{}.Bound(0))
		for _, t := range w.found {
			if !w.sight.Sees(t.Asset) {
				continue
			}
			b := l.ground(t)
			if !ok {
				extent, ok = b, true
			}
			extent = extent.Union(b)
		}
	}
	clear(w.found)
	return extent, ok
}

// zoom yields the tiles of one zoom in the order of their archive ids, until
// yield or the context says stop; then it returns the error. It goes down from
// the whole world and leaves out what is empty with all that is in it.
func (w *walk) zoom(ctx context.Context, z uint32, yield func(geo.Tile) error) error {
	return w.down(ctx, geo.Tile{}, z, yield)
}

func (w *walk) down(ctx context.Context, t geo.Tile, z uint32, yield func(geo.Tile) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !w.occupied(t, z) {
		return nil
	}
	if t.Z == z {
		return yield(t)
	}
	quarters := [4]geo.Tile{
		{Z: t.Z + 1, X: 2 * t.X, Y: 2 * t.Y}, {Z: t.Z + 1, X: 2*t.X + 1, Y: 2 * t.Y},
		{Z: t.Z + 1, X: 2 * t.X, Y: 2*t.Y + 1}, {Z: t.Z + 1, X: 2*t.X + 1, Y: 2*t.Y + 1},
	}
	slices.SortFunc(quarters[:], func(a, b geo.Tile) int { return cmp.Compare(archive.ID(a), archive.ID(b)) })
	for _, q := range quarters {
		if err := w.down(ctx, q, z, yield); err != nil {
			return err
		}
	}
	return nil
}

// occupied says whether something of a layer that shows at zoom z stands on the
// tile or within its buffer. A tile that holds everything is not searched.
func (w *walk) occupied(t geo.Tile, z uint32) bool {
	ground := w.shift.source(t)
	if !ground.Intersects(w.bounds) {
		return false
	}
	everything := ground.Contains(w.bounds.Min) && ground.Contains(w.bounds.Max)
	for _, l := range w.layers {
		if z < l.MinZoom {
			continue
		}
		if everything {
			return true
		}
		w.found = w.world.Within(w.found[:0], l.Kind, l.search(ground))
		if slices.ContainsFunc(w.found, func(t *twin.Thing) bool { return w.sight.Sees(t.Asset) }) {
			return true
		}
	}
	return false
}
