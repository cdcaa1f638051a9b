package main

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"sync"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/docket"
	"suhe/internal/media"
	"suhe/internal/seal"
	"suhe/twin"
	"suhe/twin/incident"
)

// loop is what the closed loop of incidents is told.
type loop struct {
	Tables   string `help:"Folder with calendar.json and classes.json in place of the built-in tables of incidents." placeholder:"DIR" name:"incident-tables"`
	MediaURL string `help:"Keep photos and files here (s3://BUCKET?region=…, file:///…) instead of in the data folder." placeholder:"URL" name:"media-url" secret:""`
}

// check says what is wrong, one line each.
func (l loop) check() (wrong []string) {
	if _, err := incident.ReadTables(l.Tables); err != nil {
		wrong = append(wrong, fmt.Sprintf("incident-tables: %v", err))
	}
	if u, err := url.Parse(l.MediaURL); l.MediaURL != "" && (err != nil || u.Scheme != "s3" && u.Scheme != "file") {
		wrong = append(wrong, "media-url: want an s3:// or file:// address")
	}
	return wrong
}

// incidents is the desk of incidents with what memory knows of those that are open.
type incidents struct {
	*incident.Desk
	board *docket.Board[incident.Incident]
	world *twin.World
}

// All implements api.IncidentBoard.
func (i *incidents) All() []*docket.Held[incident.Incident] { return i.board.All() }

func (n *node) openIncidents(ctx context.Context) error {
	tables, err := incident.ReadTables(n.settings.Tables)
	if err != nil {
		return err
	}
	keys, err := seal.Open(n.settings.sealFile())
	if err != nil {
		return err
	}
	n.media, err = media.Open(ctx, media.Options{URL: n.settings.MediaURL, Dir: n.settings.place("media"), Zone: tables.Calendar.Zone()})
	if err != nil {
		return err
	}
	board := docket.NewBoard[incident.Incident](assets.Incident, n.log)
	n.incidents = &incidents{board: board, world: n.world}
	n.incidents.Desk = incident.New(incident.Options{
		Tables: tables, Store: n.store, Open: func() iter.Seq[incident.Incident] { return open(board.All()) },
		Locate: n.registry.Locate, Keys: keys, Told: n.caughtUp, Now: n.now,
	})
	n.cases.boards = append(n.cases.boards, board.Load)
	n.cases.steps = append(n.cases.steps, board.Took)
	n.cases.duties = append(n.cases.duties, n.mindClocks)
	return nil
}

func open(held []*docket.Held[incident.Incident]) iter.Seq[incident.Incident] {
	return func(yield func(incident.Incident) bool) {
		for _, h := range held {
			if !yield(h.Is) {
				return
			}
		}
	}
}

// Advise implements api.IncidentBoard.
func (i *incidents) Advise(in *incident.Incident, who access.Principal) incident.Advice {
	return i.Tables().Advise(in, i.world, who, open(i.All()))
}

// Doubles implements api.IncidentBoard.
func (i *incidents) Doubles(of *incident.Incident, who access.Principal) []incident.Double {
	var seen []*docket.Held[incident.Incident]
	for _, h := range i.All() {
		if who.Scope.Sees(h.Marker) {
			seen = append(seen, h)
		}
	}
	return i.Tables().Doubles(of, open(seen))
}

// mindEvery is how often the clocks of incidents are looked at.
const mindEvery = 5 * time.Second

// mindClocks tells of clocks that turn yellow or red, for all nodes.
func (n *node) mindClocks(ctx context.Context) error {
	for {
		if err := n.incidents.Tick(ctx); err != nil && ctx.Err() == nil {
			n.log.Error("clocks of incidents", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(mindEvery):
		}
	}
}

// caughtUp returns when all that is committed is on the map and on the boards.
func (n *node) caughtUp(ctx context.Context) error {
	events, err := n.relay.Flush(ctx)
	if err != nil {
		return err
	}
	return n.applied.wait(ctx, events)
}

// applied is how far the boards have followed the events: a sink that comes after them.
// The zero applied is ready.
type applied struct {
	mu     sync.Mutex
	events uint64
	news   chan struct{} // closed when events grows
}

// Took implements twin.Sink.
func (a *applied) Took(b twin.Batch) { a.reach(b.At.Events) }

func (a *applied) reach(events uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if events == a.events {
		return
	}
	a.events = events
	if a.news != nil {
		close(a.news)
		a.news = nil
	}
}

func (a *applied) wait(ctx context.Context, events uint64) error {
	for {
		a.mu.Lock()
		if a.events >= events {
			a.mu.Unlock()
			return nil
		}
		if a.news == nil {
			a.news = make(chan struct{})
		}
		news := a.news
		a.mu.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
