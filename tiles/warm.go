package tiles

import "suhe/twin"

// block is how many things are warmed at a time: few enough to stay in the
// processor's nearest cache until they are drawn.
const block = 128

// warm reads a little of every thing and does nothing with it. Without anything
// to decide in between, the processor waits for the memory of many at once, where
// drawing would wait for each of them in turn. It returns a sum, so that the
// compiler does not see through it.
func warm(things []*twin.Thing) (sum uint64) {
	for _, t := range things {
		sum += uint64(t.Label.FID) + uint64(t.Severity)
		if !t.Label.Point {
			sum += warmShape(t)
		}
	}
	return sum
}

// warmShape reads a little of what a line or polygon is drawn by.
func warmShape(t *twin.Thing) (sum uint64) {
	g := &t.Flat
	if len(g.XY) > 0 {
		sum = uint64(g.XY[0]) + uint64(g.XY[len(g.XY)-1])
	}
	if g.Levels != nil && len(g.Levels.From) > 0 {
		sum += uint64(g.Levels.From[0])
	}
	return sum
}
