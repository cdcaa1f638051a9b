package bench

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// changesPerSecond is how many states change while tiles are asked for.
const changesPerSecond = 5000

// busy measures fresh tiles with and without changes of state beside them.
func (m *measuring) busy(ctx context.Context, world *twin.World, points, sensors []*assets.Asset) error {
	m.say("fresh tiles beside %d changes of state a second", changesPerSecond)
	s, err := newServer(world, how{})
	if err != nil {
		return err
	}
	defer s.Close()
	f := &feed{sensors: sensors, rate: changesPerSecond}
	inner, stop := context.WithCancel(ctx)
	var running errgroup.Group
	running.Go(func() error { return world.Run(inner, f, s, f) })
	err = m.underChanges(ctx, f, both(ours(s, points[0].Kind), ours(s, assets.Sensor)), tilesOf(points, zooms{14, 16}, m.Each))
	stop()
	if wrong := running.Wait(); err == nil {
		err = wrong
	}
	return err
}

// underChanges takes turns of one pass each, quiet and busy.
func (m *measuring) underChanges(ctx context.Context, f *feed, make side, at []geo.Tile) error {
	quiet, loud := new(score), new(score)
	if err := pass(ctx, at, m.workers, make, new(score)); err != nil {
		return err
	}
	for end := time.Now().Add(m.Span); loud.wall < time.Second || time.Now().Before(end); {
		for _, turn := range []struct {
			on bool
			to *score
		}{{false, quiet}, {true, loud}} {
			f.on.Store(turn.on)
			for until := time.Now().Add(m.Span / 20); ; {
				if err := pass(ctx, at, m.workers, make, turn.to); err != nil {
					return err
				}
				if time.Now().After(until) {
					break
				}
			}
			f.on.Store(false)
		}
	}
	changed := float64(f.took.Load()) / loud.wall.Seconds()
	m.add(compare("z14–z16 tiles of points and sensors, beside changes of state", "tiles/s", loud.rate(), "the same, quiet", quiet.rate(), atLeast(0.7)),
		alone("changes of state shown meanwhile", "/s", changed, atLeast(0.95*changesPerSecond)))
	return nil
}
