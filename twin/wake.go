package twin

import "github.com/paulmach/orb"

// Things lie far apart in memory, and who takes them one by one waits for each. To wake
// them is to read of all, one behind the other, what is read of them next: nothing waits
// for what was read before, so that the processor waits for many at once. The sums mean
// nothing and the functions are not inlined: thus the compiler leaves no reading out.

// wake reads what nearly everybody reads who is handed things: what they are called, where
// they lie, the asset.
//
//go:noinline
func wake(things []*Thing) (sum uint64) {
	for _, t := range things {
		sum += t.wake()
	}
	return sum
}

// wakeNear is wake of what is near, and wakeGround of those whose distance is not known.
//
//go:noinline
func wakeNear(near []Near) (sum uint64, corners float64) {
	for i := range near {
		sum += near[i].Thing.wake()
		if !near[i].Point {
			corners += near[i].Thing.corner()
		}
	}
	return sum, corners
}

// wakeGround reads a corner of those of the things that will be compared.
//
//go:noinline
func wakeGround(things []*Thing, compared []bool) (sum float64) {
	for i, t := range things {
		if compared[i] {
			sum += t.corner()
		}
	}
	return sum
}

func (t *Thing) wake() uint64 {
	return uint64(t.Label.FID) + uint64(t.Severity) + uint64(t.Flat.Type) + uint64(t.Asset.FID)
}

// corner reads one of a polygon.
func (t *Thing) corner() float64 {
	if g, ok := t.geometry.(orb.Polygon); ok && len(g) > 0 && len(g[0]) > 0 {
		return g[0][0][0]
	}
	return 0
}
