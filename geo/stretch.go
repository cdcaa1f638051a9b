package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// widestStretch finds the widest part of the horizontal at y that lies in p.
func widestStretch(p orb.Polygon, y float64) (from, to float64, ok bool) {
	var crossings []float64
	for _, ring := range p {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] > y) != (b[1] > y) {
				crossings = append(crossings, a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]))
			}
		}
	}
	slices.Sort(crossings)
	for i := 1; i < len(crossings); i += 2 {
		if !ok || crossings[i]-crossings[i-1] > to-from {
			from, to, ok = crossings[i-1], crossings[i], true
		}
	}
	return from, to, ok
}
