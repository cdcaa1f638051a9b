package simulate

import (
	"context"
	"crypto/tls"
	"log/slog"
	"sync"
	"time"

	"suhe/assets"
)

// Device is one device to play.
type Device struct {
	ID       assets.ID
	Sensor   *assets.SensorSpec
	Chainage float64 // metres along the creek
	Route    *Route  // of a mover, which has no Sensor
}

// Options are a run's settings.
type Options struct {
	Broker   string                 // host:port of the MQTT listener
	TLS      *tls.Config            // nil: plain
	Token    func(assets.ID) string // the password of a device
	Devices  []Device               // to play
	Interval time.Duration          // between two reports; 0: each device's own
	Nature   Nature                 // what there is to measure
	Now      func() time.Time       // nil: time.Now
	Log      *slog.Logger           // nil: slog.Default
}

// startSpread is how long it takes until all devices are connected: a broker
// that comes back is not asked by all at once.
const startSpread = 4 * time.Second

// Run plays the devices until ctx ends. A broker that is away is called again
// until it answers; meanwhile devices keep what they measure.
func Run(ctx context.Context, o Options) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.Log.Info("playing devices", "devices", len(o.Devices), "broker", o.Broker)
	var players sync.WaitGroup
	defer players.Wait()
	for i, d := range o.Devices {
		p := &player{o: &o, device: d, now: make(chan struct{}, 1)}
		wait := startSpread * time.Duration(i) / time.Duration(len(o.Devices))
		players.Go(func() { p.run(ctx, wait) })
	}
}

// sleep waits, or returns false when ctx ends.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
