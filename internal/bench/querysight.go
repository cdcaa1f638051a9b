package bench

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
	"suhe/twin/sight"
)

// cameras are n cameras in the box that look all about, a third of which can be turned.
func (m *maker) cameras(n int, box orb.Bound) []*assets.Asset {
	out := m.points(assets.Camera, n, box)
	for _, a := range out {
		ptz := []string{"fixed", "ptz", "fixed"}[m.rand.IntN(3)]
		a.Camera = &assets.CameraSpec{
			MountHeight: 4 + geo.Metres(m.rand.IntN(8)), Azimuth: geo.Degrees(m.rand.IntN(360)), Tilt: geo.Degrees(5 + m.rand.IntN(20)),
			HorizontalFOV: geo.Degrees(30 + m.rand.IntN(60)), VerticalFOV: 40, Range: geo.Metres(50 + m.rand.IntN(250)), PTZ: ptz,
		}
	}
	return out
}

// visibility measures which cameras see a place, behind buildings.
func (m *querying) visibility(context.Context) error {
	m.say("which cameras see a place")
	cameras := sight.New(m.world, assets.DefaultClasses())
	cameras.Took(twin.Batch{}) // a world begins
	n := 0
	times, err := timesOfEach(m.Asks, func(i int) error {
		n += len(cameras.At(m.lookedAt(i), sight.Asked{Height: 1.5, Turning: true}))
		return nil
	})
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%s cameras, %s buildings: who sees a place", count(m.Cameras), count(m.Count/5))
	m.add(alone(what+": p99", "ms", milliseconds(percentile(times, 0.99)), atMost(20)),
		alone(what+": cameras that do", "", float64(n)/float64(m.Asks), limit{}))
	return nil
}
