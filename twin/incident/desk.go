package incident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/docket"
)

// Store keeps incidents as cases; a docket.Store is one.
type Store interface {
	Case(ctx context.Context, k assets.Kind, id assets.ID) (docket.Case, error)
	CaseEvents(ctx context.Context, k assets.Kind, id assets.ID) ([]docket.Event, error)
	Cases(ctx context.Context, q docket.Query) ([]docket.Case, error)
	LastCase(ctx context.Context, k assets.Kind, prefix string) (assets.ID, error)
	CommitCases(ctx context.Context, changes []docket.Change, entries ...audit.Entry) ([]docket.Case, error)
}

// Keys seal what not everybody may read, and open it; *seal.Keys do.
type Keys interface {
	Seal(value string, of ...string) string
	Open(sealed string, of ...string) (string, error)
}

// Options are what a desk works with. All but Told are needed.
type Options struct {
	Tables Tables
	Store  Store
	Open   func() iter.Seq[Incident] // all that are open, from memory
	Locate func(orb.Point) assets.Location
	Keys   Keys
	Told   func(ctx context.Context) error // returns when Open holds all that is committed; nil: it does at once
	Now    func() time.Time
}

// Desk is where everything is done with incidents, by people and by the clock. All
// methods may be called at once.
type Desk struct {
	o    Options
	turn chan struct{} // of who begins an incident: one by one, so that the same matter is not begun twice
}

// New makes a desk.
func New(o Options) *Desk {
	if o.Told == nil {
		o.Told = func(context.Context) error { return nil }
	}
	return &Desk{o: o, turn: make(chan struct{}, 1)}
}

// AnyRev is whatever revision there is.
const AnyRev = assets.AnyRev

// tries is how often an action without a revision begins again when another was
// faster.
const tries = 8

// Do does something with an incident that is at that revision, or AnyRev, and returns
// it when everybody here is shown it. assets.ErrNotFound: there is none that who acts
// sees; other errors are those of Next, and assets.ErrConflict if it is at another
// revision.
func (d *Desk) Do(ctx context.Context, who access.Principal, id assets.ID, v Verb, ask Ask, was int64) (Incident, error) {
	ask.Reason, _ = scrub(ask.Reason)
	return d.act(ctx, id, Action{Verb: v, Who: who, Ask: ask}, was)
}

// Attach adds a file that is kept to an incident. One that it has already is not added:
// whoever heard no answer may send it again.
func (d *Desk) Attach(ctx context.Context, who access.Principal, id assets.ID, e Evidence) (Incident, error) {
	if !who.Scope.May(access.Report) {
		return Incident{}, access.Denied(who, access.Report)
	}
	if in, err := d.Get(ctx, who, id); err != nil || in.has(e) {
		return in, err
	}
	return d.act(ctx, id, Action{Verb: Attach, Who: who, own: &Own{Evidence: []Evidence{e}}}, AnyRev)
}

// act is the one door by which incidents are changed.
func (d *Desk) act(ctx context.Context, id assets.ID, a Action, was int64) (Incident, error) {
	for try := 1; ; try++ {
		b, err := d.take(ctx, id, a, was)
		if err == nil {
			err = d.commit(ctx, b)
		}
		if was == AnyRev && errors.Is(err, ErrRevision) && try < tries {
			continue
		}
		if err != nil {
			return Incident{}, err
		}
		return b.is(id), d.o.Told(ctx)
	}
}

// take reads the incident and does the action with it, and what follows with others.
func (d *Desk) take(ctx context.Context, id assets.ID, a Action, was int64) (*batch, error) {
	in, err := d.Get(ctx, a.Who, id)
	switch {
	case err != nil:
		return nil, err
	case was != AnyRev && in.Rev != was:
		return nil, fmt.Errorf("%w: %s is at %d, not %d", ErrRevision, id, in.Rev, was)
	}
	b := &batch{desk: d, now: d.o.Now()}
	if err := b.add(in, a); err != nil {
		return nil, err
	}
	switch a.Verb {
	case Merge:
		main, err := d.Get(ctx, a.Who, a.Into)
		if err != nil {
			return nil, fmt.Errorf("into: %w", err)
		}
		return b, b.absorb(a.Who, main, b.is(id))
	case Unmerge:
		return b, b.release(ctx, in.Into, id)
	}
	return b, nil
}

// Get returns an incident that who asks sees, or assets.ErrNotFound.
func (d *Desk) Get(ctx context.Context, who access.Principal, id assets.ID) (Incident, error) {
	c, err := d.o.Store.Case(ctx, assets.Incident, id)
	if err == nil && !who.Scope.Sees(c.Marker) {
		err = fmt.Errorf("incident %s: %w", id, assets.ErrNotFound)
	}
	if err != nil {
		return Incident{}, err
	}
	held, err := docket.Read[Incident](c)
	return held.Is, err
}

// Events are what happened to an incident that who asks sees, oldest first.
func (d *Desk) Events(ctx context.Context, who access.Principal, id assets.ID) ([]Event, error) {
	if _, err := d.Get(ctx, who, id); err != nil {
		return nil, err
	}
	kept, err := d.o.Store.CaseEvents(ctx, assets.Incident, id)
	if err != nil {
		return nil, err
	}
	out := make([]Event, len(kept))
	for i, k := range kept {
		if err := json.Unmarshal(k.Doc, &out[i]); err != nil {
			return nil, fmt.Errorf("incident %s: event %d: %w", id, k.N, err)
		}
	}
	return out, nil
}

// Tables are what the desk goes by.
func (d *Desk) Tables() Tables { return d.o.Tables }

// Reachable opens for who may see it how whoever reported an incident can be reached,
// in the order of its sources; "": it is not known, or not for who asks.
func (d *Desk) Reachable(who access.Principal, in *Incident) []string {
	out := make([]string, len(in.Sources))
	if !who.Scope.Shows("contact", assets.Personal) {
		return out
	}
	for i, s := range in.Sources {
		if s.Contact == "" {
			continue
		}
		of := s.Of
		if of == "" {
			of = in.ID
		}
		out[i], _ = d.o.Keys.Open(s.Contact, contactOf(of)...) // a key that is gone: not known
	}
	return out
}

// contactOf is what a contact is sealed as.
func contactOf(id assets.ID) []string { return []string{"incident", string(id), "contact"} }
