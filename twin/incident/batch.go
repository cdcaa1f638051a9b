package incident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/docket"
)

// ErrRevision is the assets.ErrConflict of who looked at another revision.
var ErrRevision = fmt.Errorf("%w: it is at another revision", assets.ErrConflict)

// batch is what is committed together.
type batch struct {
	desk    *Desk
	now     time.Time
	changes []docket.Change
	events  []Event
	made    map[assets.ID]Incident
}

// is the incident as it is after what was added.
func (b *batch) is(id assets.ID) Incident { return b.made[id] }

// add does the action with the incident.
func (b *batch) add(in Incident, a Action) error {
	out, e, err := Next(in, a, b.now)
	if err != nil {
		return err
	}
	c := docket.Change{Was: in.Rev, Case: docket.Case{Marker: b.desk.marker(&out, b.now), Open: out.State.Open()}}
	if c.Doc, err = json.Marshal(out); err != nil {
		return err
	}
	c.Event.Type = "incident." + string(a.Verb)
	if c.Event.Doc, err = json.Marshal(e); err != nil {
		return err
	}
	if b.made == nil {
		b.made = map[assets.ID]Incident{}
	}
	b.made[out.ID] = out
	b.changes, b.events = append(b.changes, c), append(b.events, e)
	return nil
}

// absorb makes part part of the other, which must have an end ahead.
func (b *batch) absorb(who access.Principal, main, part Incident) error {
	own := &Own{Member: part.ID}
	for _, s := range part.Sources {
		s.Of = part.ID
		own.Sources = append(own.Sources, s)
	}
	if err := b.add(main, Action{Verb: Absorb, Who: who, own: own}); err != nil {
		return fmt.Errorf("into %s: %w", main.ID, err)
	}
	return b.promote(main.ID)
}

// release undoes absorb.
func (b *batch) release(ctx context.Context, into, part assets.ID) error {
	main, err := b.desk.Get(ctx, Clerk(), into)
	if err != nil {
		return err
	}
	return b.add(main, Action{Verb: Release, Who: Clerk(), own: &Own{Member: part}})
}

// promote files an incident by itself if the rule of its class says so.
func (b *batch) promote(id assets.ID) error {
	in := b.is(id)
	c, err := b.desk.o.Tables.Classes.Class(in.What.Class)
	if err != nil || in.State != Discovered || !c.Promote.files(&in) || len(in.Evidence) < in.Terms.Filing {
		return nil // of a class that is no longer in the table nothing is filed by itself
	}
	return b.add(in, Action{Verb: File, Who: Clerk(), Ask: Ask{Reason: "promotion rule of " + c.Code}})
}

// Clerk is who does what nobody does: files by rule, and minds the clocks.
func Clerk() access.Principal { return access.Principal{ID: "suhe", Scope: access.Open()} }

// commit writes all of the batch, with the entries of the record about it.
func (d *Desk) commit(ctx context.Context, b *batch) error {
	entries := make([]audit.Entry, len(b.changes))
	for i, c := range b.changes {
		e := audit.From(ctx).Entry(audit.Action("incident "+string(b.events[i].Verb)), "incident "+string(c.Marker.ID), audit.Done)
		e.Incident = string(c.Marker.ID)
		if e.Who == "" || b.events[i].By == Clerk().ID {
			e.Who = b.events[i].By
		}
		e.Detail, _ = json.Marshal(map[string]any{"rev": c.Was + 1}) // a number
		entries[i] = e
	}
	_, err := d.o.Store.CommitCases(ctx, b.changes, entries...)
	if errors.Is(err, assets.ErrConflict) {
		return fmt.Errorf("%w: %w", ErrRevision, err)
	}
	return err
}
