package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/account/key"
	"suhe/internal/account/link"
	"suhe/internal/api"
	"suhe/internal/audit"
	"suhe/internal/bus"
	"suhe/internal/media"
	"suhe/internal/seal"
	"suhe/internal/search"
	"suhe/internal/webhook"
	"suhe/stream"
	"suhe/stream/command"
	"suhe/stream/ingest"
	"suhe/stream/ingest/deadletter"
	"suhe/stream/ingest/mapping"
	"suhe/tiles"
	"suhe/twin"
	"suhe/twin/filter"
	"suhe/twin/sight"
	"suhe/twin/survey"
)

// keptEvents bounds the stream of events on disk; the database holds everything.
const keptEvents = 1 << 30

// keptObservations bounds the stream of observations on disk: what history has
// not yet written must fit, some days at the planning size. It holds where movers were,
// so it is not kept for longer than that either.
const keptObservations = 4 << 30

// node is one running Suhe: the rooms, connected.
type node struct {
	settings settings
	now      clock
	log      *slog.Logger
	metrics  *prometheus.Registry
	door     api.Door

	store    store
	registry *assets.Registry
	seals    *seal.Keys
	devices  access.Devices
	book     *audit.Book
	recorder *audit.Recorder

	bus         *bus.Bus
	obs, events *bus.Stream
	keeper      *bus.Lease
	cases       cases
	applied     applied
	relations   survey.Links

	world     *twin.World
	relay     *twin.Relay
	publisher *twin.Publisher
	history   *twin.HistoryWriter
	forgetter *twin.Forgetter

	tiles    *tiles.Server
	basemaps tiles.Basemaps
	hub      *stream.Hub
	search   *search.Index
	intake   *ingest.Intake
	places   *ingest.Positions
	findings *ingest.Findings
	mappings *mapping.Folder
	dead     *deadletter.Office
	answers  *bus.Table
	commands *command.Desk

	cameras   *sight.Cameras
	holds     *command.Holds
	player    api.Player // nil: no media server is known
	incidents *incidents
	alarms    *alarms
	media     *media.Store

	tickets  access.Tickets
	hooks    *access.Hooks
	logins   *account.Logins
	gate     account.Gate
	keys     *key.Ring
	links    *link.Book
	webhooks *webhook.Desk
	cities   map[string]api.City
	keysAway bool         // the store, when keys were last read
	public   *publicRooms // nil: there is no public view

	loaded    atomic.Bool
	draining  atomic.Bool
	backingUp sync.Mutex
	unlock    func() // of the data folder
}

// openNode opens the store and the bus and builds the rooms on them; nothing
// runs yet. What it opened is closed by close, also when it fails.
func openNode(ctx context.Context, s settings, now clock, log *slog.Logger) (*node, error) {
	n := &node{settings: s, now: now, log: log, metrics: prometheus.NewRegistry()}
	n.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var err error
	if n.door, err = s.door(); err != nil {
		return nil, err
	}
	for _, open := range []func(context.Context) error{n.openBasemaps, n.openStore, n.openAudit, n.openBus, n.openAccounts, n.openKeys, n.openTwin, n.openCameras, n.openViews, n.openPublic, n.openDoors, n.openIncidents, n.openAlarms, n.openRetention, n.openWebhooks} {
		if err := open(ctx); err != nil {
			n.close()
			return nil, err
		}
	}
	return n, nil
}

func (n *node) openStore(ctx context.Context) (err error) {
	if err := os.MkdirAll(n.settings.DataDir, 0o700); err != nil {
		return fmt.Errorf("data-dir: %w", err)
	}
	if n.unlock, err = n.settings.lock(n.settings.NATS); err != nil {
		return err
	}
	if n.devices, err = openDevices(n.settings.storage); err != nil {
		return err
	}
	if n.store, err = openStore(ctx, n.settings.storage, n.log); err != nil {
		return err
	}
	if n.seals, err = seal.Open(n.settings.sealFile()); err != nil {
		return err
	}
	n.seals.Failed = func(err error) { n.log.Warn("the keys that seal stay as they were", "err", err) }
	n.registry = newRegistry(n.store).SealBy(n.seals)
	if n.settings.Demo {
		return fillScene(ctx, n.registry, n.store, n.settings, n.log)
	}
	return nil
}

func (n *node) openBus(ctx context.Context) (err error) {
	options := bus.Options{URL: n.settings.NATS, Dir: n.settings.place("nats"), Login: n.login, Inboxes: len(n.inboxes()), Log: n.log}
	if n.settings.NATS == "" {
		options.MQTTListen = n.settings.MQTTListen
	}
	if options.MQTTTLS, err = follow(n.settings.MQTTCert, n.settings.MQTTKey, n.log); err != nil {
		return fmt.Errorf("mqtt-cert: %w", err)
	}
	if n.bus, err = bus.Open(ctx, options); err != nil {
		return err
	}
	if n.obs, err = n.bus.Stream(ctx, bus.StreamOptions{Name: "OBS", Subjects: []string{"obs.>"}, MaxBytes: keptObservations, MaxAge: n.settings.TrackKeep}); err != nil {
		return err
	}
	if n.events, err = n.bus.Stream(ctx, bus.StreamOptions{Name: "EVENTS", Subjects: []string{"events.>"}, MaxBytes: keptEvents}); err != nil {
		return err
	}
	n.keeper, err = n.bus.Lease(ctx, "KEEPER")
	return err
}

func (n *node) openTwin(context.Context) (err error) {
	began := time.Now()
	n.world, err = twin.New(twin.Options{
		Now: n.now, Steady: func() time.Duration { return time.Since(began) },
		Phenomenon: rules(n.registry.Classes()), Motion: motions(n.registry.Classes()), Locate: n.registry.Locate,
		Prepare: refuse(n.registry), Metrics: n.metrics, Log: n.log,
	})
	if err != nil {
		return err
	}
	n.registry.RelateBy(n.kindOf)
	if n.relay, err = twin.NewRelay(n.store, n.events, twin.RelayOptions{Prepare: prepare(n.registry), Metrics: n.metrics, Log: n.log}); err != nil {
		return err
	}
	if n.publisher, err = twin.NewPublisher(n.obs, n.metrics); err != nil {
		return err
	}
	n.history, err = twin.NewHistoryWriter(n.obs, n.store, twin.HistoryOptions{Now: n.now, Metrics: n.metrics, Log: n.log})
	return err
}

// prepare completes an asset that may have been edited by hand, and refuses it
// by the rules of the registry.
func prepare(registry *assets.Registry) twin.Prepare {
	return func(a *assets.Asset) (*assets.Asset, error) {
		placed := registry.Place(a)
		return placed, registry.Check(placed)
	}
}

// refuse refuses an asset by the rules of the registry; one that the registry
// loads is complete. Markers of cases are not the registry's.
func refuse(registry *assets.Registry) twin.Prepare {
	return func(a *assets.Asset) (*assets.Asset, error) {
		if !a.Kind.Registered() {
			return a, nil
		}
		return a, registry.Check(a)
	}
}

// rules takes what the twin needs to know of a phenomenon from the tables.
func rules(classes *assets.Classes) func(string) (twin.Rule, bool) {
	return func(code string) (twin.Rule, bool) {
		p, ok := classes.Phenomenon(code)
		if !ok {
			return twin.Rule{}, false
		}
		return twin.Rule{Valid: p.Valid, Restless: p.Restless}, true
	}
}

// motions takes how movers move from the tables.
func motions(classes *assets.Classes) func(string) (assets.Motion, bool) {
	return func(code string) (assets.Motion, bool) {
		c, ok := classes.Class(code)
		if !ok || c.Motion == nil {
			return assets.Motion{}, false
		}
		return *c.Motion, true
	}
}

func (n *node) openViews(context.Context) (err error) {
	if n.tiles, err = n.openTiles(n.world, 0, n.metrics); err != nil {
		return err
	}
	n.search = n.openSearch(n.world)
	n.hub = stream.New(n.streams(n.world, n.tiles, stream.Options{
		Past: past{n.events, n.world}, Admit: n.admit, Tell: func(data []byte) error { return n.bus.Shout(presence, data) },
		Watched: n.watched, Metrics: n.metrics,
	}))
	return nil
}

// painted are the layers of tiles, as the stream tells of them.
func painted(t *tiles.Server) []stream.Painted {
	var out []stream.Painted
	for _, g := range t.Grounds() {
		out = append(out, stream.Painted{Name: g.Layer, Kind: g.Kind, First: g.First, Last: g.Last, Ground: g.Of})
	}
	return out
}

func calm(t *tiles.Server) (c stream.Calm) {
	c.Below, c.Every = t.Calm()
	return c
}

// counter counts for the stream what tiles show as clusters.
type counter struct{ tiles *tiles.Server }

// Below implements stream.Clusters.
func (c counter) Below(kind assets.Kind) uint32 { return c.tiles.ClustersBelow(kind) }

// Clusters implements stream.Clusters.
func (c counter) Clusters(kind assets.Kind, zoom uint32, box geo.Box, scope access.Scope, f filter.Filter) []stream.Cluster {
	found := c.tiles.Clusters(kind, zoom, box, scope, f)
	out := make([]stream.Cluster, len(found))
	for i, t := range found {
		out[i] = stream.Cluster{Cell: t.ID, Lon: t.Lon, Lat: t.Lat, Count: t.Count, Severity: t.Severity, State: t.State}
	}
	return out
}

// past reads events of before for the stream.
type past struct {
	events *bus.Stream
	world  *twin.World
}

// Events implements stream.Past.
func (p past) Events(ctx context.Context, after uint64, n int) ([]twin.Event, error) {
	return twin.ReadEvents(ctx, p.events, after, p.world.Position().Events, n)
}

// close closes what is open, in the reverse order.
func (n *node) close() {
	if n.public != nil {
		n.public.tiles.Close()
	}
	if n.tiles != nil {
		n.tiles.Close()
	}
	n.basemaps.Close()
	if n.media != nil {
		n.tell("close media", n.media.Close())
	}
	if n.bus != nil {
		n.tell("close bus", n.bus.Close())
	}
	if n.store != nil {
		n.tell("close store", n.store.Close())
	}
	if n.unlock != nil {
		n.unlock()
	}
}

func (n *node) tell(what string, err error) {
	if err != nil {
		n.log.Error(what, "err", err)
	}
}

// live follows the log until ctx ends. When the log and the store no longer fit
// it makes them agree, loads the world again and goes on.
func (n *node) live(ctx context.Context) error {
	for {
		err := n.follow(ctx)
		if !errors.Is(err, twin.ErrResync) {
			return err
		}
		n.log.Warn("loading the world again", "err", err)
	}
}

// follow recovers, loads, and runs the world with all that writes to its log.
func (n *node) follow(ctx context.Context) error {
	at, err := twin.Recover(ctx, n.store, n.store, n.events, n.obs)
	if err != nil {
		return err
	}
	if err := n.world.Load(ctx, twin.Source{Assets: census{n.registry, n.store}, History: n.store, Log: at}); err != nil {
		return err
	}
	if err := n.loadBoards(ctx); err != nil {
		return err
	}
	n.relations.Fill(n.world)
	n.applied.reach(n.world.Position().Events)
	n.loaded.Store(true)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		// Tiles before the stream: who is told of a changed tile finds it changed.
		return n.world.Run(ctx, twin.Follow(n.obs, n.events), learner{n.registry}, n.cameras, n.cases.steps, &n.applied, &n.relations, n.alarms.engine, n.tiles, n.search, n.hub, n.webhooks)
	})
	group.Go(func() error { return n.search.Run(ctx) })
	if n.public != nil {
		group.Go(func() error { return n.public.run(ctx) })
	}
	group.Go(func() error { return n.bus.Watch(ctx) })
	group.Go(func() error { return n.relay.Run(ctx) })
	group.Go(func() error { return n.alarms.engine.Run(ctx) })
	group.Go(func() error { return n.judge(ctx) })
	if len(n.cases.duties) > 0 {
		group.Go(func() error { return n.keep(ctx) })
	}
	group.Go(func() error { return n.history.Run(ctx) })
	for filter, take := range n.inboxes() {
		group.Go(func() error { return n.bus.Inbox(ctx, filter, take) })
	}
	group.Go(func() error { return n.mappings.Run(ctx) })
	group.Go(func() error { return n.keys.Run(ctx) })
	group.Go(func() error { return n.dead.Run(ctx) })
	group.Go(func() error { return n.webhooks.Run(ctx) })
	group.Go(func() error {
		return n.bus.Hear(ctx, presence, func(data []byte) { n.tell("hear other nodes", n.hub.Heard(data)) })
	})
	return group.Wait()
}

// presence is the subject under which nodes tell each other who is here.
const presence = "presence"

// inboxes are the filters of what devices send, and who takes it. How many there
// are is asked before the rooms that take it are there.
func (n *node) inboxes() map[string]func(context.Context, []bus.Letter) error {
	return map[string]func(context.Context, []bus.Letter) error{
		ingest.Topics:         n.intake.TakeLetters,
		ingest.PositionTopics: n.places.TakeLetters,
		mapping.Topics:        n.intake.TakeMapped,
		command.Acks:          n.commands.TakeAcks,
	}
}

// ready says why the node cannot answer yet, or will not for long; or nil.
func (n *node) ready() error {
	if n.draining.Load() {
		return errors.New("the node stops")
	}
	if !n.loaded.Load() {
		return errors.New("the world is being loaded")
	}
	return n.bus.Ready()
}

// learner tells the registry of areas that change, so that edits are placed by
// the outlines of now.
type learner struct{ registry *assets.Registry }

// Took implements twin.Sink.
func (l learner) Took(b twin.Batch) {
	for _, c := range b.Changes {
		if c.Is != nil {
			l.registry.Learn(c.Is.Asset.ID, c.Is.Asset)
		} else {
			l.registry.Learn(c.Was.Asset.ID, nil)
		}
	}
}
