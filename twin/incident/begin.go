package incident

import (
	"context"
	"errors"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
)

// Begin makes an incident of a finding, in the name of who acts, and returns it as it
// is then: one that a machine found and that is a double of an open one is part of that
// at once, and what the rule of its class says is filed. What the channel told of
// before, by its own number, is returned as it is; begun says whether it is new.
func (d *Desk) Begin(ctx context.Context, who access.Principal, f Finding) (in Incident, begun bool, err error) {
	if !who.Scope.May(access.Report) {
		return Incident{}, false, access.Denied(who, access.Report)
	}
	if err := f.check(); err != nil {
		return Incident{}, false, err
	}
	if _, err := f.Channel.spec(); err != nil {
		return Incident{}, false, err
	}
	f = f.scrubbed()
	if f.By == "" {
		f.By = who.Person()
	}
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return Incident{}, false, ctx.Err()
	}
	if id, is := known(f.Channel, f.Ref, d.o.Open()); is {
		if in, err := d.Get(ctx, who, id); err == nil {
			return in, false, nil
		}
	}
	for try := 1; ; try++ {
		b, id, err := d.begin(ctx, who, f)
		if err == nil {
			err = d.commit(ctx, b)
		}
		if errors.Is(err, ErrRevision) && try < tries {
			continue
		}
		if err != nil {
			return Incident{}, false, err
		}
		return b.is(id), true, d.o.Told(ctx)
	}
}

// begin is the batch of an incident that begins, and its number.
func (d *Desk) begin(ctx context.Context, who access.Principal, f Finding) (*batch, assets.ID, error) {
	c, err := d.o.Tables.Classes.Class(f.Class)
	if err != nil {
		return nil, "", err
	}
	b := &batch{desk: d, now: d.o.Now()}
	area := d.o.Locate(orb.Point(f.Place)).Area
	prefix := d.o.Tables.Calendar.prefix(area, b.now)
	last, err := d.o.Store.LastCase(ctx, assets.Incident, prefix)
	if err != nil {
		return nil, "", err
	}
	id, err := serial(prefix, last)
	if err != nil {
		return nil, "", err
	}
	if f.Contact != "" {
		f.Contact = d.o.Keys.Seal(f.Contact, contactOf(id)...)
	}
	own := &Own{ID: id, What: f.what(c, area), Terms: &c.Terms, Sources: []Source{f.source(f.Contact, b.now)}, Evidence: f.Evidence}
	draft := Incident{ID: id, What: *own.What, Sources: own.Sources}
	if !who.Scope.Reaches(d.marker(&draft, b.now)) {
		return nil, "", denied("place: it is not in an area of %s", who.ID)
	}
	if err := b.add(Incident{}, Action{Verb: Create, Who: who, own: own}); err != nil {
		return nil, "", err
	}
	return b, id, d.settle(ctx, b, id, f.Channel)
}

// settle lets happen by itself what happens to a new incident.
func (d *Desk) settle(ctx context.Context, b *batch, id assets.ID, channel Channel) error {
	in := b.is(id)
	spec, err := channel.spec()
	if err != nil {
		return err
	}
	if !spec.Machine {
		return b.promote(id)
	}
	for _, double := range d.o.Tables.Doubles(&in, d.o.Open()) {
		main, err := d.Get(ctx, Clerk(), double.Incident.ID)
		if err != nil {
			return err
		}
		if !main.State.Open() || len(main.Sources) == maxSources {
			continue
		}
		if err := b.add(in, Action{Verb: Merge, Who: Clerk(), Ask: Ask{Into: main.ID, Reason: "double by class, place and time"}}); err != nil {
			return err
		}
		return b.absorb(Clerk(), main, b.is(id))
	}
	return b.promote(id)
}
