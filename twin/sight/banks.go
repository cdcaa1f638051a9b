package sight

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// bankStep is how finely a bank line is asked whether it belongs to the ground.
const bankStep = geo.Metres(1)

// banks is how well the bank lines of the ground are covered; the cameras that see any
// are added to sees.
func (c *Cameras) banks(ctx context.Context, ground Ground, ask *Asked, sees map[assets.FID]bool) (Banks, error) {
	var out Banks
	for _, line := range c.lines(ground, ask) {
		is, err := c.Along(ctx, line, *ask)
		if err != nil {
			return out, err
		}
		out.Length, out.Seen, out.Twice = out.Length+is.Length, out.Seen+is.Seen, out.Twice+is.Twice
		for _, s := range is.Cameras {
			sees[s.Thing.Asset.FID] = true
		}
		for _, p := range is.Pieces {
			if len(p.Cameras) == 0 {
				out.Blind = append(out.Blind, Gap{Part(line, p.From, p.To), p.To - p.From})
			}
		}
	}
	slices.SortStableFunc(out.Blind, func(a, b Gap) int { return cmp.Compare(b.Length, a.Length) })
	return out, nil
}

// lines are the parts of bank lines that belong to the ground.
func (c *Cameras) lines(ground Ground, ask *Asked) []orb.LineString {
	var out []orb.LineString
	for _, t := range c.world.Within(nil, assets.Bank, ground.Box) {
		if !ask.counts(t) || t.Asset.Lifecycle != assets.InUse {
			continue
		}
		switch g := t.Asset.Shape.Geometry.Plane.(type) {
		case orb.LineString:
			out = cut(out, g, ground.Box, ground.Holds)
		case orb.MultiLineString:
			for _, line := range g {
				out = cut(out, line, ground.Box, ground.Holds)
			}
		}
	}
	return out
}

// cut appends the parts of a line that are held, to about a step.
func cut(dst []orb.LineString, line orb.LineString, box orb.Bound, holds func(orb.Point) bool) []orb.LineString {
	var part orb.LineString
	end := func() {
		if len(part) > 1 {
			dst = append(dst, part)
		}
		part = nil
	}
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		if !box.Intersects(orb.MultiPoint{a, b}.Bound()) {
			end()
			continue
		}
		steps := max(1, math.Ceil(float64(geo.Distance(a, b)/bankStep)))
		in := false
		for s := range int(steps) {
			middle := between(a, b, (float64(s)+.5)/steps)
			if is := box.Contains(middle) && holds(middle); is != in {
				from := between(a, b, float64(s)/steps)
				if in = is; !in {
					part = append(part, from)
					end()
				} else if len(part) == 0 || part[len(part)-1] != from {
					end()
					part = orb.LineString{from}
				}
			} else if !in {
				end()
			}
		}
		if in {
			part = append(part, b)
		}
	}
	end()
	return dst
}
