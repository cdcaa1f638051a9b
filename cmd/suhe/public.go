package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/internal/public"
	"suhe/internal/search"
	"suhe/stream"
	"suhe/tiles"
	"suhe/twin"
	"suhe/twin/sight"
)

// publicView is what the public is told.
type publicView struct {
	Delay time.Duration `help:"How late the public is told what happens; 0: there is no public view." default:"15m" name:"public-delay"`
	Grid  float64       `help:"Metres between the places at which the public sees what stands on the bank." default:"50" name:"public-grid"`
}

// check says what is wrong, one line each.
func (p publicView) check() (wrong []string) {
	if p.Delay < 0 || p.Delay > 24*time.Hour {
		wrong = append(wrong, fmt.Sprintf("public-delay: %v, want 0s to 24h", p.Delay))
	}
	if !(p.Grid >= 1 && p.Grid <= 10_000) {
		wrong = append(wrong, fmt.Sprintf("public-grid: %v, want 1 to 10000 metres", p.Grid))
	}
	return wrong
}

// publicTiles bounds the tiles that are kept for the public, in bytes.
const publicTiles = 16 << 20

// publicRooms are the rooms of the public view.
type publicRooms struct {
	view  *public.View
	views api.Views
	tiles *tiles.Server
	hub   *stream.Hub

	cameras *sight.Cameras
	words   *search.Index
}

// openPublic builds the rooms of the public view, if there is to be one.
func (n *node) openPublic(context.Context) (err error) {
	if n.settings.Public.Delay == 0 {
		return nil
	}
	p := &publicRooms{}
	p.view, err = public.New(public.Options{
		Delay: n.settings.Public.Delay, Grid: geo.Metres(n.settings.Public.Grid), Classes: n.registry.Classes(),
		Registry: n.registry, Epoch: n.store.Epoch, Obs: n.obs, Events: n.events, Now: n.now, Log: n.log,
	})
	if err != nil {
		return err
	}
	if p.tiles, err = n.openTiles(p.view.World(), publicTiles, nil); err != nil {
		return err
	}
	p.words = n.openSearch(p.view.World())
	p.hub = stream.New(n.streams(p.view.World(), p.tiles, stream.Options{Delayed: true}))
	p.cameras = sight.New(p.view.World(), n.registry.Classes())
	p.views = api.Views{World: p.view.World(), History: p.view.History(n.store), Tiles: p.tiles, Streams: p.hub, Search: p.words, Features: p.view.World(), Cameras: p.cameras, Survey: n.surveyOf(p.view.World(), p.cameras, p.view.Past(n.store), nil)}
	n.public = p
	return nil
}

// run follows the log late, once somebody asks for it.
func (p *publicRooms) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.words.Run(ctx) })
	group.Go(func() error {
		p.view.Run(ctx, p.cameras, p.tiles, p.words, p.hub)
		return nil
	})
	return group.Wait()
}

// Views implements api.Public.
func (p *publicRooms) Views(ctx context.Context) (api.Views, error) {
	return p.views, p.view.Ready(ctx)
}

// Delay implements api.Public.
func (p *publicRooms) Delay() time.Duration { return p.view.Delay() }

// openTiles makes the tiles of a world; of a cache of 0 bytes they have the usual one.
func (n *node) openTiles(w *twin.World, cache int64, metrics prometheus.Registerer) (*tiles.Server, error) {
	return tiles.New(tiles.Options{World: w, Cache: cache, Bounds: scene.Facts().Bounds, Sensitivity: n.registry.Classes().FieldSensitivity, Metrics: metrics})
}

// streams completes the options of a hub that tells of a world and its tiles.
func (n *node) streams(w *twin.World, t *tiles.Server, o stream.Options) stream.Options {
	o.World, o.Clusters, o.Painted, o.Calm = w, counter{t}, painted(t), calm(t)
	o.Ground = stream.Ground{River: river(), Area: areas(n.registry, w)}
	o.Origin = func(r *http.Request) bool { return n.door.Origins.Check(r) == nil }
	o.Sensitivity, o.Log = n.registry.Classes().FieldSensitivity, n.log
	return o
}

// areas finds the areas of a world of which a scope may know.
func areas(registry *assets.Registry, w *twin.World) func(code string, scope access.Scope) (orb.Bound, bool) {
	return func(code string, scope access.Scope) (orb.Bound, bool) {
		id, box, known := registry.Area(code)
		if !known {
			return box, false
		}
		t := w.ByID(id)
		return box, t != nil && scope.KnowsArea(code, t.Asset)
	}
}
