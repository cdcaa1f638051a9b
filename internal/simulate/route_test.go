package simulate

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/internal/bus"
	"suhe/stream/ingest"
	"suhe/twin"
)

// sceneMovers are those of the built-in scene with their routes.
func sceneMovers() (movers []Device, classes map[assets.ID]string) {
	ways := Ways{River: scene.River()}
	var all []*assets.Asset
	for a := range scene.Generate(scene.Options{Size: scene.MinSize, Seed: 1}) {
		if line, ok := a.Shape.Geometry.Plane.(orb.LineString); ok && a.Kind == assets.Bank {
			ways.Banks = append(ways.Banks, line)
		}
		if a.Kind == assets.Mover {
			all = append(all, a)
		}
	}
	classes = map[assets.ID]string{}
	for _, a := range all {
		movers = append(movers, Device{ID: a.ID, Route: ways.RouteOf(a.Class, geo.Anchor(a.Shape.Geometry.Plane))})
		classes[a.ID] = a.Class
	}
	return movers, classes
}

// What the movers say is believed but for the jumps, and patrols keep to a bank.
func TestPositionsAreBelievable(t *testing.T) {
	movers, classes := sceneMovers()
	n := Nature{Seed: 1}
	begin := time.UnixMilli(1795392000000)
	for _, d := range movers {
		motion := *class(t, classes[d.ID]).Motion
		var fixes []twin.Fix
		far := 0
		for i := range 720 {
			at := begin.Add(time.Duration(i) * moverInterval)
			p := n.position(d, at)
			f := twin.Fix{PhenomenonTime: at.UnixMilli(), ReceivedTime: at.UnixMilli(), Lon: p.Lon, Lat: p.Lat, Heading: geo.Degrees(p.Heading), Speed: p.Speed, Accuracy: geo.Metres(p.Accuracy)}
			if field, value, want := f.Wrong(); field != "" {
				t.Fatalf("%s: %s %v, want %s", d.ID, field, value, want)
			}
			truth, _ := d.Route.at(at, n.chance(string(d.ID), -2))
			if geo.Distance(truth, f.Point()) > f.Accuracy+1 {
				far++
			}
			fixes = append(fixes, f)
		}
		if got := len(twin.Believed(fixes, motion)); got < len(fixes)-far || got == len(fixes) && far > 0 {
			t.Errorf("%s: %d of %d believed, %d are jumps", d.ID, got, len(fixes), far)
		}
		if far == 0 || far > 30 {
			t.Errorf("%s: %d of %d are jumps, want about one in a hundred", d.ID, far, len(fixes))
		}
		if first, last := fixes[0], fixes[360]; geo.Distance(first.Point(), last.Point()) < 20 {
			t.Errorf("%s does not get anywhere", d.ID)
		}
	}
}

func class(t *testing.T, code string) *assets.Class {
	t.Helper()
	c, ok := assets.DefaultClasses().Class(code)
	if !ok || c.Motion == nil {
		t.Fatalf("class %s does not move", code)
	}
	return c
}

// Movers come in by their own topic.
func TestMoversPlay(t *testing.T) {
	movers, _ := sceneMovers()
	movers = slices.DeleteFunc(movers, func(d Device) bool { // who is silent just now
		what, _ := Nature{Seed: 1}.faultAt(string(d.ID), time.Now())
		soon, _ := Nature{Seed: 1}.faultAt(string(d.ID), time.Now().Add(2*time.Minute))
		return what == silent || soon == silent
	})
	b, err := bus.Open(t.Context(), bus.Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0",
		Login: func(user, password string) (bus.Rights, bool) {
			return bus.Rights{Publish: []string{ingest.PositionTopic(assets.ID(user))}}, password == token(assets.ID(user))
		}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var rooms sync.WaitGroup
	heard := make(chan twin.Fix, 1000)
	rooms.Go(func() {
		err := b.Inbox(ctx, ingest.PositionTopics, func(_ context.Context, letters []bus.Letter) error {
			for _, l := range letters {
				fixes, err := ingest.DecodePositions(l.Topic, l.Data, time.Now())
				if err != nil {
					t.Error(err)
				}
				for _, f := range fixes {
					select {
					case heard <- f:
					default:
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	rooms.Go(func() {
		Run(ctx, Options{Broker: b.MQTTAddr(), Token: token, Devices: movers[:3], Interval: 50 * time.Millisecond, Nature: Nature{Seed: 1}})
	})
	missing := map[assets.ID]bool{movers[0].ID: true, movers[1].ID: true, movers[2].ID: true}
	late := time.After(time.Minute)
	for len(missing) > 0 {
		select {
		case f := <-heard:
			delete(missing, f.Asset)
		case <-late:
			t.Fatalf("nothing of %v", missing)
		}
	}
	cancel()
	rooms.Wait()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
