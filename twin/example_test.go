package twin_test

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// gauges is a store and a history with one sensor that never reported.
type gauges struct{}

func (gauges) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	return 0, yield(&assets.Asset{
		ID: "sensor-1", FID: 1, Kind: assets.Sensor, Class: "sensor.water_level",
		Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.42, 31.24}}},
		Sensor: &assets.SensorSpec{
			ReportInterval: time.Minute,
			Measures:       []assets.Measure{{Phenomenon: "water_level", Unit: "m", Normal: [2]float64{1.5, 3.8}}},
		},
	})
}

func (gauges) Latest(context.Context, func(twin.Kept) error) (uint64, error) { return 0, nil }

func (gauges) LatestFixes(context.Context, time.Time, func(twin.KeptFix) error) error { return nil }

func (gauges) LatestFindings(context.Context, func(twin.KeptFinding) error) error { return nil }

// one is a log with one observation.
type one twin.Observation

func (o one) Read(ctx context.Context, _ twin.Position) iter.Seq2[[]twin.Entry, error] {
	return func(yield func([]twin.Entry, error) bool) {
		yield([]twin.Entry{{Stream: twin.Obs, Seq: 1, Observations: []twin.Observation{twin.Observation(o)}}}, nil)
		<-ctx.Done()
	}
}

// The world is loaded, then follows the log; who waits for a position sees what
// was written there.
func ExampleWorld() {
	world, err := twin.New(twin.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := world.Load(ctx, twin.Source{Assets: gauges{}, History: gauges{}, Log: twin.Position{Epoch: 1}}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(world.ByID("sensor-1").Summary())

	now := time.Now().UnixMilli()
	done := make(chan error)
	go func() { done <- world.Run(ctx, one{"sensor-1", "water_level", 4.2, now, now}) }()
	if err := world.Wait(ctx, twin.Position{Obs: 1}); err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range world.Within(nil, assets.Sensor, orb.Point{121.42, 31.24}.Bound()) {
		fmt.Println(t.Summary(), t.Last[0].Value, t.Severity)
	}
	cancel()
	fmt.Println(<-done)
	// Output:
	// unknown
	// normal 4.2 4
	// <nil>
}
