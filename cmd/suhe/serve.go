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
	"suhe/internal/door"
	"suhe/internal/ogc"
	"suhe/tiles"
	"suhe/web"
)

// stopTimeout is how long requests that are under way have to be finished.
const stopTimeout = 8 * time.Second

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
	if err := n.firstAccounts(ctx, io); err != nil {
		return err
	}

	// The rooms outlive the listener, so that what was accepted is finished.
	inner, stopRooms := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRooms()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return n.live(inner) })
	group.Go(func() error { return n.followAccounts(inner) })
	group.Go(func() error { return n.followAudit(inner) })
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
	deps := n.deps()
	server := door.NewServer(api.New(deps), door.Patient(), slog.NewLogLogger(n.log.Handler(), slog.LevelDebug))
	var err error
	if server.TLSConfig, err = follow(n.settings.TLSCert, n.settings.TLSKey, n.log); err != nil {
		return fmt.Errorf("tls-cert: %w", err)
	}
	listening, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := n.settings.serveHTTP(server, listener, n.door.Proxies); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error { return n.serveAdmin(listening, deps.Site) })
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

// serveAdmin serves those who run the machine, if they are to be served.
func (n *node) serveAdmin(ctx context.Context, site api.Site) error {
	if n.settings.AdminListen == "" {
		return nil
	}
	listener, err := net.Listen("tcp", n.settings.AdminListen)
	if err != nil {
		return fmt.Errorf("admin-listen: %w", err)
	}
	server := door.NewServer(api.NewAdmin(site), door.Patient(), slog.NewLogLogger(n.log.Handler(), slog.LevelDebug))
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// deps gives the API what it needs of each room.
func (n *node) deps() api.Deps {
	facts := scene.Facts()
	deps := api.Deps{
		Live: n.liveViews(), Registry: n.registry, Relay: n.relay, Classes: n.registry.Classes(),
		Basemaps: n.basemaps, Intake: n.intake, Mappings: n.mappings, DeadLetters: n.dead, Doors: n.allDoors(), Commands: n.commands, Answers: n.answers, Backups: n,
		Incidents: n.incidents, Media: n.media, Alarms: n.alarms, Library: n.alarms.library, Trials: n.alarms.trials,
		Holds: n.holds, Player: n.player,
		Places: n.places, Findings: n.findings, Hooks: n.hooks,
		Door: n.door, Gate: n.gate, Logins: n.logins, Accounts: n.logins, Keys: n.keys, Links: n.links, Webhooks: n.webhooks, Cities: n.cities, Federation: n.logins,
		Tickets: &n.tickets, Recorder: n.recorder, Audit: n.book, Rate: n.settings.Rate, Log: n.log,
		Site: api.Site{
			Scene: api.Scene{
				Title: facts.Title, TitleEn: facts.TitleEn, Attribution: facts.Attribution,
				Bounds: [4]float64{facts.Bounds.Min[0], facts.Bounds.Min[1], facts.Bounds.Max[0], facts.Bounds.Max[1]},
				Center: facts.Center, Demo: n.settings.Demo, Version: version,
			},
			OIDC:    n.providers(),
			Dataset: dataset(facts, n.tiles),
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

// dataset is what the OGC API describes, of the layers what everybody is told.
func dataset(facts *scene.Sheet, t *tiles.Server) ogc.Dataset {
	return ogc.Dataset{
		Title:       facts.TitleEn,
		Description: facts.Title + ": what stands on the bank of Suzhou Creek, alive",
		Attribution: facts.Attribution,
		Bounds:      [4]float64{facts.Bounds.Min[0], facts.Bounds.Min[1], facts.Bounds.Max[0], facts.Bounds.Max[1]},
		Layers:      t.Layers(access.Scope{}),
	}
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
	fmt.Fprintf(io.out, "苏河数字孪生 is live at %s://%s/\n", n.settings.scheme(), address)
	return nil
}
