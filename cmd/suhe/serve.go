package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"suhe/assets/scene"
	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/internal/ogc"
	"suhe/web"
)

// The times of the HTTP listener. A stream's connection is taken over and has
// deadlines of its own.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = time.Minute
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 8 * time.Second // for requests that are under way to be finished
)

// serveCmd runs a node.
type serveCmd struct {
	settings
}

// Run serves until ctx ends, then stops in order: not ready, no new requests,
// goodbye to the streams, then the log and the stores.
func (c *serveCmd) Run(ctx context.Context, io streams, log *slog.Logger, now clock) error {
	if err := wrongSettings(c.check()); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer listener.Close()
	n, err := openNode(ctx, c.settings, now, log)
	if err != nil {
		return err
	}
	defer n.close()

	// The rooms outlive the listener, so that what was accepted is finished.
	inner, stopRooms := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRooms()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return n.live(inner) })
	group.Go(func() error {
		defer stopRooms()
		return n.serve(ctx, listener)
	})
	if c.Demo {
		group.Go(func() error { return playScene(ctx, n) })
	}
	group.Go(func() error { return n.announce(ctx, io, listener.Addr()) })
	return group.Wait()
}

// serve answers requests and streams until ctx ends. Then it first says that it is
// not ready, so that whoever sends it requests sends them elsewhere, and only after
// a while stops listening.
func (n *node) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           api.New(n.deps()),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(n.log.Handler(), slog.LevelDebug),
	}
	listening, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		n.hub.Run(listening)
		return nil
	})
	if n.public != nil {
		group.Go(func() error {
			n.public.hub.Run(listening)
			return nil
		})
	}
	group.Go(func() error {
		<-ctx.Done()
		n.draining.Store(true)
		time.Sleep(n.settings.Drain)
		stop()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		return server.Shutdown(late)
	})
	return group.Wait()
}

// deps gives the API what it needs of each room.
func (n *node) deps() api.Deps {
	facts := scene.Facts()
	deps := api.Deps{
		Live: api.Views{World: n.world, History: n.store, Tiles: n.tiles, Streams: n.hub}, Registry: n.registry, Relay: n.relay, Classes: n.registry.Classes(),
		Basemaps: n.basemaps, Intake: n.intake, DeadLetters: n.dead, Commands: n.commands, Answers: n.answers,
		Places: n.places, Findings: n.findings, Hooks: openHooks(n.settings.storage),
		Gate: openGate{}, Tickets: &n.tickets, Rate: n.settings.Rate, Log: n.log,
		Site: api.Site{
			Scene: api.Scene{
				Title: facts.Title, TitleEn: facts.TitleEn, Attribution: facts.Attribution,
				Bounds: [4]float64{facts.Bounds.Min[0], facts.Bounds.Min[1], facts.Bounds.Max[0], facts.Bounds.Max[1]},
				Center: facts.Center, Demo: n.settings.Demo, Version: version,
			},
			Dataset: dataset(facts),
			Pages:   web.Files(),
			Metrics: promhttp.HandlerFor(n.metrics, promhttp.HandlerOpts{}),
			Ready:   n.ready,
		},
	}
	if n.public != nil {
		deps.Public = n.public
	}
	return deps
}

// dataset is what the OGC API describes.
func dataset(facts *scene.Sheet) ogc.Dataset {
	return ogc.Dataset{
		Title:       facts.TitleEn,
		Description: facts.Title + ": what stands on the bank of Suzhou Creek, alive",
		Attribution: facts.Attribution,
		Bounds:      [4]float64{facts.Bounds.Min[0], facts.Bounds.Min[1], facts.Bounds.Max[0], facts.Bounds.Max[1]},
	}
}

// openGate lets everybody in with the open scope: there are no logins yet, and
// the default address is our own machine's.
type openGate struct{}

// Who implements api.Gate.
func (openGate) Who(*http.Request) (access.Principal, error) {
	return access.Principal{ID: "demo", Name: "demo", Scope: access.Open()}, nil
}

// announce prints the page's address when the node is ready.
func (n *node) announce(ctx context.Context, io streams, address net.Addr) error {
	for n.ready() != nil {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
	fmt.Fprintf(io.out, "苏河数字孪生 is live at http://%s/\n", address)
	return nil
}
