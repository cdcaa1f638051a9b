package sight

import (
	"context"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Ground is what is asked to be covered.
type Ground struct {
	Box   orb.Bound
	Holds func(orb.Point) bool // of a point in the box
}

// The bounds of a question about ground.
const (
	maxCells  = 250_000
	maxLooks  = 20_000_000 // cells that all cameras together are asked about
	MinStep   = geo.Metres(1)
	MaxStep   = geo.Metres(200)
	usualStep = geo.Metres(3)
	MaxNext   = 10 // places for cameras that are looked for at once
)

// Wanted is what of the ground is asked for.
type Wanted struct {
	Asked
	Step geo.Metres // side of the cells; 0: as fine as the bounds allow
	Next int        // how many places for further cameras to find
	With geo.Lens   // those cameras: height, tilt, field of view and range
	Bank bool       // to cover bank by them rather than ground
}

// Coverage is how well cameras cover some ground.
type Coverage struct {
	Step    geo.Metres
	Area    float64 // m² of ground without buildings
	Seen    float64 // m² by one camera or more
	Twice   float64 // m² by two or more
	Blind   []Blind // the largest first
	Bank    Banks
	Cameras int // that see any of it
	Next    []Place
}

// Banks is how well cameras cover the bank lines of some ground.
type Banks struct {
	Length, Seen, Twice geo.Metres
	Blind               []Gap // the longest first
}

// Gap is a stretch of bank that no camera sees.
type Gap struct {
	Line   orb.LineString
	Length geo.Metres
}

// Cover says how well cameras cover the ground. Ground is looked at in the middles of
// cells, bank lines are reckoned; see [Cameras.Along]. Two at a time are answered, others
// wait. The error wraps assets.ErrInvalid if that were more than one may ask for, or is
// the context's.
func (c *Cameras) Cover(ctx context.Context, ground Ground, ask Wanted) (*Coverage, error) {
	select {
	case c.desks <- struct{}{}:
		defer func() { <-c.desks }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	watchers := c.watchers(ground.Box, &ask.Asked)
	step, err := stepFor(ground.Box, watchers, ask.Step)
	if err != nil {
		return nil, err
	}
	g := newGrid(ground.Box, step)
	g.ask(ground.Holds)
	g.build(c.blocks(ground.Box, &ask.Asked), ask.Height)
	sees, err := c.look(ctx, g, ground.Box, watchers, &ask.Asked)
	if err != nil {
		return nil, err
	}
	out := &Coverage{Step: step}
	each := float64(step * step)
	for _, cell := range g.cells {
		if !cell.open() {
			continue
		}
		out.Area += each
		if cell.eyes > 0 {
			out.Seen += each
		}
		if cell.eyes > 1 {
			out.Twice += each
		}
	}
	if out.Bank, err = c.banks(ctx, ground, &ask.Asked, sees); err != nil {
		return nil, err
	}
	out.Cameras = len(sees)
	out.Blind = g.outlines(func(c cell) bool { return c.open() && c.eyes == 0 }, each)
	out.Next, err = c.next(ctx, g, out, &ask)
	return out, err
}

// stepFor is the side of the cells, by which neither they nor the looks of the cameras
// are too many.
func stepFor(box orb.Bound, watchers []watcher, asked geo.Metres) (geo.Metres, error) {
	step := asked
	if asked == 0 {
		step = usualStep
	}
	for ; ; step = geo.Metres(math.Ceil(float64(step) * 1.25)) {
		columns, rows := shape(box, step)
		looks := 0
		if float64(columns)*float64(rows) <= maxCells {
			g := newGrid(box, step)
			for _, w := range watchers {
				looks += g.looks(reachOf(w.lens))
			}
			if looks <= maxLooks {
				return step, nil
			}
		}
		if asked != 0 || step > MaxStep {
			return 0, fmt.Errorf("%w: step: %.0f m makes %d × %d cells, want at most %d, and %d looks of cameras, want at most %d: take a larger step or less ground",
				assets.ErrInvalid, float64(step), columns, rows, maxCells, looks, maxLooks)
		}
	}
}

// look counts in each cell the cameras that see it, and returns those that see any.
func (c *Cameras) look(ctx context.Context, g *grid, box orb.Bound, watchers []watcher, ask *Asked) (map[assets.FID]bool, error) {
	sees := map[assets.FID]bool{}
	for _, w := range watchers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		reach := reachOf(w.lens)
		if !reach.Intersects(box) {
			continue
		}
		reach = common(reach, box)
		var eye *geo.Eye
		g.each(reach, func(i int, middle orb.Point) {
			if !g.cells[i].open() {
				return
			}
			if eye == nil {
				eye = c.eye(w.lens, reach, ask)
			}
			if eye.Sees(middle, ask.Height, ask.Turning) {
				g.cells[i].eyes = min(g.cells[i].eyes, math.MaxUint8-1) + 1
				sees[w.thing.Asset.FID] = true
			}
		})
	}
	return sees, nil
}
