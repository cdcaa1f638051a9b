package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/simulate"
	"suhe/twin"
)

// demoInterval is how often a device of the demo reports: often enough to see it live.
const demoInterval = 5 * time.Second

// simulateCmd plays the devices of the registry against a running node.
type simulateCmd struct {
	storage
	Broker   string        `help:"MQTT listener of the node." default:"127.0.0.1:1883" placeholder:"HOST:PORT"`
	Interval time.Duration `help:"Time between two reports of a device; 0 is each device's own." default:"0s"`
	Seed     uint64        `help:"The same seed tells the same story." default:"1"`
	Surge    float64       `help:"Metres by which the creek rises above the tide within a minute, as in a storm; at most 5." default:"0" placeholder:"METRES"`
	Storms   time.Duration `help:"Every so long the surge comes and goes, the first time in two minutes; 0 for one that comes now and stays." default:"0s"`
	Devices  int           `help:"Play so many of the sensors and movers; 0 is all." default:"0"`
}

// Run plays until ctx ends.
func (c *simulateCmd) Run(ctx context.Context, log *slog.Logger) error {
	if c.Interval < 0 || c.Devices < 0 {
		return fmt.Errorf("interval %s, devices %d: want 0 or more: %w", c.Interval, c.Devices, assets.ErrInvalid)
	}
	if wrong := checkSurge("surge", c.Surge, "storms", c.Storms); len(wrong) > 0 {
		return fmt.Errorf("%s: %w", wrong[0], assets.ErrInvalid)
	}
	devices, err := openDevices(c.storage)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, c.storage, log)
	if err != nil {
		return err
	}
	defer store.Close()
	var all cast
	_, err = newRegistry(store).Load(ctx, func(a *assets.Asset) error {
		all.add(a)
		return nil
	})
	if err != nil {
		return err
	}
	played := all.devices()
	if c.Devices > 0 {
		played = played[:min(c.Devices, len(played))]
	}
	if len(played) == 0 {
		return errors.New("the registry has no sensors and no movers: `suhe serve --demo` or `suhe import` brings some")
	}
	simulate.Run(ctx, simulate.Options{Broker: c.Broker, Token: devices.Token, Devices: played, Interval: c.Interval,
		Nature: simulate.Nature{Seed: c.Seed, Surge: surge(c.Surge, c.Storms)}, Log: log})
	return nil
}

// How a surge of the demo comes: the first when somebody has had the time to log in,
// then for long enough to be seen and handled.
const (
	surgeWait  = 2 * time.Minute
	surgeOver  = time.Minute
	surgeStay  = 10 * time.Minute
	stormsMost = 15 * time.Minute // how often they may come
)

// checkSurge says what is wrong with surges of so many metres, and with how often they come.
func checkSurge(surge string, metres float64, storms string, every time.Duration) (wrong []string) {
	if !(metres >= 0 && metres <= 5) {
		wrong = append(wrong, fmt.Sprintf("%s: %v, want 0 to 5 metres", surge, metres))
	}
	if every != 0 && every < stormsMost {
		wrong = append(wrong, fmt.Sprintf("%s: %v, want 0s, or %v or more", storms, every, stormsMost))
	}
	return wrong
}

// surge is one of so many metres that begins now, or comes every so long.
func surge(metres float64, every time.Duration) simulate.Surge {
	s := simulate.Surge{Begin: time.Now(), Rise: metres, Over: surgeOver}
	if every > 0 {
		s.Begin, s.Stay, s.Every = s.Begin.Add(surgeWait), surgeStay, every
	}
	return s
}

// cast is what the registry has for playing.
type cast struct {
	sensors []simulate.Device
	movers  []*assets.Asset
	ways    simulate.Ways
}

func (c *cast) add(a *assets.Asset) {
	switch line, ok := a.Shape.Geometry.Plane.(orb.LineString); {
	case a.Sensor != nil:
		c.sensors = append(c.sensors, deviceOf(a))
	case a.Kind == assets.Mover:
		c.movers = append(c.movers, a)
	case a.Kind == assets.Bank && ok:
		c.ways.Banks = append(c.ways.Banks, line)
	}
}

// devices are the sensors and, behind them, the movers with their routes.
func (c *cast) devices() []simulate.Device {
	out := c.sensors
	c.ways.River = river()
	for _, a := range c.movers {
		out = append(out, simulate.Device{ID: a.ID, Route: c.ways.RouteOf(a.Class, geo.Anchor(a.Shape.Geometry.Plane))})
	}
	return out
}

func deviceOf(a *assets.Asset) simulate.Device {
	d := simulate.Device{ID: a.ID, Sensor: a.Sensor}
	if a.Location.Place != nil {
		d.Chainage = float64(a.Location.Place.Chainage)
	}
	return d
}

// playScene plays the devices of a demo node, over its own MQTT listener.
func playScene(ctx context.Context, n *node) error {
	for n.ready() != nil {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(50 * time.Millisecond):
		}
	}
	var all cast
	for _, kind := range []assets.Kind{assets.Bank, assets.Sensor, assets.Mover} {
		n.world.Each(kind, func(t *twin.Thing) bool {
			all.add(t.Asset)
			return true
		})
	}
	broker := n.settings.MQTTListen
	if address := n.bus.MQTTAddr(); address != "" {
		broker = address
	}
	simulate.Run(ctx, simulate.Options{Broker: broker, Token: n.devices.Token, Devices: all.devices(), Interval: demoInterval,
		Nature: simulate.Nature{Seed: n.settings.SceneSeed, Surge: surge(n.settings.SceneSurge, n.settings.SceneStorms)}, Log: n.log})
	return nil
}
