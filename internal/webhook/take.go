package webhook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

const (
	lookEvery = time.Second
	pastPage  = 128     // events that are read again at once
	pastMost  = 100_000 // at most
	lastLimit = 5 * time.Second
)

// cursor is how far events have been put into the queue.
type cursor struct {
	Epoch  uint64 `json:"epoch"`
	Events uint64 `json:"events"`
}

const cursorKey = "cursor"

// taker puts what happens into the queue. It is one goroutine's.
type taker struct {
	*Desk
	known    bool // at was read from the table
	at       cursor
	revision uint64 // of at in the table
	unkept   bool   // at is not in the table
}

// take runs until ctx ends, and once more then: what was taken is kept.
func (d *Desk) take(ctx context.Context) {
	t := &taker{Desk: d}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		t.turn(ctx)
		select {
		case <-ctx.Done():
		case <-d.pending.news:
		case <-tick.C:
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLimit)
	defer cancel()
	t.turn(last)
}

// turn takes what there is. What it cannot put into the queue comes again.
func (t *taker) turn(ctx context.Context) {
	came := t.pending.take()
	if came.at == (twin.Position{}) {
		came.at = t.o.World.Position()
	}
	rest, err := t.put(ctx, came)
	if err == nil {
		err = t.keep(ctx)
	}
	if err != nil {
		t.pending.giveBack(rest)
		if ctx.Err() == nil {
			t.o.Log.Warn("webhooks: not taken, trying again", "waiting", len(rest.notices), "err", err)
		}
	}
}

// put puts what came into the queue and returns what it did not.
func (t *taker) put(ctx context.Context, came happened) (rest happened, err error) {
	if !t.known {
		if t.revision, err = t.kept(ctx, cursorKey, &t.at); err != nil {
			return came, err
		}
		t.known = true
	}
	if err := t.catchUp(ctx, &came); err != nil {
		return came, err
	}
	if came.overflow {
		if err := t.lost(ctx, came.at); err != nil {
			return came, err
		}
		came.overflow = false
	}
	for len(came.notices) > 0 {
		if err := t.tellOf(ctx, came.notices[0]); err != nil {
			return came, err
		}
		came.notices = came.notices[1:]
	}
	t.reach(cursor{came.at.Epoch, came.at.Events})
	return came, nil
}

// reach moves the cursor forward.
func (t *taker) reach(at cursor) {
	if at.Epoch == t.at.Epoch && at.Events > t.at.Events {
		t.at, t.unkept = at, true
	}
}

// catchUp sees to it that no event before those that came is left out: after a start
// and when too much came at once they are read again.
func (t *taker) catchUp(ctx context.Context, came *happened) error {
	first := came.at.Events + 1
	for _, n := range came.notices {
		if n.event != nil {
			first = n.event.Seq
			break
		}
	}
	if t.at.Epoch != came.at.Epoch {
		came.overflow = came.overflow || t.at != cursor{}
		t.at, t.unkept = cursor{came.at.Epoch, first - 1}, true
	}
	if !t.heeds.Load() {
		return nil
	}
	if first > t.at.Events+pastMost {
		t.at, t.unkept, came.overflow = cursor{came.at.Epoch, first - 1}, true, true
	}
	for t.at.Events+1 < first {
		events, err := t.o.Past.Events(ctx, t.at.Events, min(pastPage, int(first-1-t.at.Events)))
		if err != nil && ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded) {
			t.o.Log.Warn("webhooks: events of before cannot be read any more", "after", t.at.Events, "err", err)
			t.at, t.unkept, came.overflow = cursor{came.at.Epoch, first - 1}, true, true
			return nil
		}
		if err != nil || len(events) == 0 {
			return err // the world is about to come to them
		}
		for i := range events {
			if err := t.tellOf(ctx, notice{at: came.at, event: &events[i]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellOf puts what a notice tells into the queue, for all hooks that are to be told.
func (t *taker) tellOf(ctx context.Context, n notice) error {
	if n.event != nil && n.event.Seq <= t.at.Events {
		return nil // told before
	}
	thing, m := t.messageOf(n)
	for name, h := range t.hooks.All() {
		if m == nil || n.event != nil && m.Time.Before(h.Is.Made) {
			continue
		}
		if !t.concerns(h.Is, thing, m) {
			continue
		}
		if err := t.append(ctx, name, m); err != nil {
			return err
		}
	}
	if n.event != nil {
		t.reach(cursor{t.at.Epoch, n.event.Seq})
	}
	return nil
}

// messageOf is what a notice tells, and of which thing, as far as that is known; nil:
// nothing.
func (t *taker) messageOf(n notice) (thing *twin.Thing, m *kept) {
	m = &kept{Taken: t.o.Now()}
	switch {
	case n.event != nil:
		e := n.event
		m.Type, m.Time, m.ID = Type(e.Type), e.Time, identity("event", n.at.Epoch, e.Seq)
		a := e.Asset
		if a == nil {
			a = e.Was
		}
		switch {
		case a == nil: // it was removed, and the log does not say what it was
			m.Object = texts(map[string]any{"id": e.ID})
			return nil, m
		case a.Shape.Geometry.Plane == nil:
			return nil, nil
		}
		if e.OfCase() {
			m.Type = Type(a.Kind)
		}
		if thing = t.o.World.ByID(e.ID); thing == nil || thing.Asset.Revision.N != a.Revision.N {
			thing = twin.NewThing(a)
		}
	case n.changed != nil:
		thing = n.changed
		m.Type, m.Time = StateChanged, n.since
		m.ID = identity("state", n.at.Epoch, thing.Asset.FID, thing.Changed.Obs, thing.Changed.Events, thing.State)
	default:
		f := n.finding
		m.Type, m.Time = Found, time.UnixMilli(f.ReceivedTime)
		m.ID = identity("finding", n.at.Epoch, f.Seq, f.Hook, f.Finding.ID)
		if thing = t.o.World.ByID(f.Camera); thing == nil {
			return nil, nil
		}
	}
	m.Facet, m.Known = access.FacetOf(thing.Asset), true
	object := objectOf(thing)
	if m.Type == AssetRemoved {
		object = map[string]any{"id": thing.Asset.ID, "layer": thing.Asset.Kind.Layer(), "class": thing.Asset.Class, "name": thing.Asset.Name}
	}
	if n.event != nil && n.event.OfCase() {
		object["step"], object["open"] = n.event.Type, n.event.Open
	}
	if n.finding != nil {
		object["finding"] = findingOf(&n.finding.Finding)
	}
	m.Object = texts(object)
	return thing, m
}

// concerns says whether the hook is to be told. Of what was removed, of which only
// those know who see everything, nobody knows the layer or what would pass a filter.
func (t *taker) concerns(h *held, thing *twin.Thing, m *kept) bool {
	scope, err := t.scope(h)
	if err != nil || !m.sees(scope) {
		return false
	}
	if thing == nil {
		return h.Enabled && slices.Contains(h.Types, m.Type) && h.Filter == ""
	}
	return h.wants(m.Type, thing.Asset.Kind) && h.filter.Passes(thing)
}

// lost tells all hooks that something was not told.
func (t *taker) lost(ctx context.Context, at twin.Position) error {
	m := &kept{ID: identity("lost", at.Epoch, at.Obs, at.Events), Type: Lost, Time: t.o.Now(), Taken: t.o.Now()}
	for name, h := range t.hooks.All() {
		if h.Is.Enabled {
			if err := t.append(ctx, name, m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *taker) append(ctx context.Context, hook string, m *kept) error {
	if _, err := t.o.Queue.Append(ctx, subjects+hook, textOf(m)); err != nil {
		return fmt.Errorf("%w: webhooks: %w", assets.ErrBusy, err)
	}
	t.workers.nudge(hook)
	return nil
}

// keep keeps the cursor, once it has moved.
func (t *taker) keep(ctx context.Context) (err error) {
	if !t.unkept {
		return nil
	}
	t.revision, err = t.o.Table.Put(ctx, cursorKey, textOf(t.at), t.revision)
	t.unkept = err != nil
	return err
}
