package sight

import (
	"context"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/twin"
)

// overlooks is how many points a side of what a camera may see of some ground is asked at.
const overlooks = 24

// Overlooking are the cameras that see some of the ground, in order of their numbers:
// any of its spots, or of some points spread over what each may see of it. Ground that is
// a line or a point has spots; what is smaller than a part in twenty of what a camera
// sees may be passed over without. Ground without Holds is everything, of which every
// camera that sees at all sees some. The error is the context's.
func (c *Cameras) Overlooking(ctx context.Context, ground Ground, spots []orb.Point, ask Asked) ([]*twin.Thing, error) {
	var out []*twin.Thing
	for _, w := range c.watchers(ground.Box, &ask) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if ground.Holds == nil || c.overlooks(w, ground, spots, &ask) {
			out = append(out, w.thing)
		}
	}
	return out, nil
}

func (c *Cameras) overlooks(w watcher, ground Ground, spots []orb.Point, ask *Asked) bool {
	reach := common(reachOf(w.lens), ground.Box)
	bare := geo.NewEye(w.lens, nil)
	var eye *geo.Eye
	sees := func(p orb.Point) bool {
		if !bare.Sees(p, ask.Height, ask.Turning) {
			return false
		}
		if eye == nil {
			eye = c.eye(w.lens, reach, ask)
		}
		return eye.Clear(p, ask.Height)
	}
	for _, p := range spots {
		if reach.Contains(p) && sees(p) {
			return true
		}
	}
	for row := range overlooks {
		for column := range overlooks {
			p := orb.Point{
				reach.Min[0] + (reach.Max[0]-reach.Min[0])*(float64(column)+.5)/overlooks,
				reach.Min[1] + (reach.Max[1]-reach.Min[1])*(float64(row)+.5)/overlooks,
			}
			if bare.Sees(p, ask.Height, ask.Turning) && ground.Holds(p) && sees(p) {
				return true
			}
		}
	}
	return false
}
