package bench

import (
	"runtime"
	"testing"

	"suhe/assets"
)

// BenchmarkPlaces asks the questions of suhe bench query, each of other ground, without a
// rival: for profiles, and to see what a change does in processor time. What others on the
// machine do makes it longer, so that the least of several runs tells most.
func BenchmarkPlaces(b *testing.B) {
	n := 1_000_000
	if testing.Short() {
		n = 200_000
	}
	maker := newMaker()
	things := append(maker.buildings(n/5, ground(n)), maker.points(assets.Fixture, n-n/5, ground(n))...)
	world, err := newWorld(b.Context(), things)
	if err != nil {
		b.Fatal(err)
	}
	asks := places(questions(2000, insideOf(ground(n))))
	for _, c := range []struct {
		name string
		find finder
	}{{"box", ourBox(world, ourThing)}, {"polygon", ourPolygon(world, ourThing)}, {"nearest", ourNearest(world, ourThing)}} {
		b.Run(c.name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			var dst []found
			b.ReportAllocs()
			begun := threadTime()
			i := 0
			for ; b.Loop(); i++ {
				if dst, err = c.find(b.Context(), dst[:0], asks[i%len(asks)]); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(threadTime()-begun)/float64(i), "cpu-ns/op")
		})
	}
}
