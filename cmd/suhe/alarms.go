package main

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/docket"
	"suhe/twin"
	"suhe/twin/alarm"
	"suhe/twin/incident"
	"suhe/twin/sight"
)

// alarming is what a node is told of rules.
type alarming struct {
	DefaultRules bool `help:"Judge by our own rules as well, where nobody saved one of the same name." default:"true" negatable:""`
}

// alarms are the rooms that find trouble by rules.
type alarms struct {
	*alarm.Desk
	docket.Store
	library *alarm.Library
	trials  *alarm.Trials
	engine  *alarm.Engine
	keeper  *alarm.Keeper
	board   *docket.Board[alarm.Alarm]
	news    chan struct{} // an alarm has taken a step
}

// codes are those that rules may name: of assets, and of incidents.
type codes struct {
	*assets.Classes
	incidents *incident.Classes
}

// Event implements alarm.Tables.
func (c codes) Event(code string) bool {
	_, err := c.incidents.Class(code)
	return err == nil
}

// Open implements api.Alarms.
func (a *alarms) Open() []*docket.Held[alarm.Alarm] { return a.board.All() }

func (n *node) openAlarms(context.Context) (err error) {
	a := &alarms{Store: n.store, board: docket.NewBoard[alarm.Alarm](assets.Alarm, n.log), news: make(chan struct{}, 1)}
	n.alarms = a
	a.library, err = alarm.NewLibrary(alarm.LibraryOptions{
		Store: n.store, Tables: codes{n.registry.Classes(), n.incidents.Tables().Classes}, River: river(), Defaults: n.settings.DefaultRules, Now: n.now, Log: n.log,
	})
	if err != nil {
		return err
	}
	a.engine, err = alarm.NewEngine(alarm.EngineOptions{
		World: n.world, Locate: n.registry.Locate, Now: n.now, Metrics: n.metrics, Log: n.log,
		Seeds: func(ctx context.Context) ([]*alarm.Condition, error) { return alarm.Holding(ctx, n.store) },
	})
	if err != nil {
		return err
	}
	a.keeper = alarm.NewKeeper(alarm.KeeperOptions{
		Store: n.store, Engine: a.engine, Watching: n.watching, Locate: n.registry.Locate,
		Silences: a.library.Silences, Fences: a.library.Fences, Now: n.now, Log: n.log,
		Told: func(ctx context.Context) error { _, err := n.relay.Flush(ctx); return err },
	})
	a.trials = alarm.NewTrials(alarm.TrialOptions{World: n.world, History: n.store, Locate: n.registry.Locate, Phenomenon: rules(n.registry.Classes())})
	a.Desk = alarm.NewDesk(alarm.DeskOptions{Store: n.store, Locate: n.registry.Locate, Now: n.now})
	n.cases.boards = append(n.cases.boards, a.board.Load)
	n.cases.steps = append(n.cases.steps, a.board.Took, a.keeper.Told, a.told)
	n.cases.duties = append(n.cases.duties, a.keeper.Run, n.promote)
	return nil
}

// maxWatching bounds the cameras that an alarm names: of many the best are enough.
const maxWatching = 8

// watching are the cameras that see the place now, as far as is known.
func (n *node) watching(p orb.Point) []alarm.Sight {
	out := []alarm.Sight{}
	for _, s := range n.cameras.At(p, sight.Asked{Height: sight.UsualHeight, Working: true}) {
		if s.Now && len(out) < maxWatching {
			out = append(out, alarm.Sight{Camera: s.Thing.Asset.ID, Metres: geo.Metres(math.Round(float64(s.Glance.Metres)))})
		}
	}
	return out
}

// told wakes who makes incidents of alarms.
func (a *alarms) told(s docket.Step) {
	if s.Marker.Kind != assets.Alarm {
		return
	}
	select {
	case a.news <- struct{}{}:
	default:
	}
}

// judge lets the engine judge by the rules of now, until ctx ends.
func (n *node) judge(ctx context.Context) error {
	return n.alarms.library.Run(ctx, n.alarms.engine.Judge)
}

var _ twin.Listener = (*alarm.Engine)(nil)
