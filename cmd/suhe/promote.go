package main

import (
	"context"
	"errors"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/twin"
	"suhe/twin/alarm"
	"suhe/twin/incident"
)

// promoteEvery is how often alarms that wait are looked at, should nothing be told of
// them: what was refused once is tried again.
const promoteEvery = 10 * time.Second

// promote makes incidents of alarms that ask for it, for all nodes, until ctx ends.
func (n *node) promote(ctx context.Context) error {
	ctx = audit.With(ctx, audit.Origin{Who: incident.Clerk().ID})
	refused := map[assets.ID]bool{} // for good: its class is none
	for {
		for _, h := range n.alarms.Open() {
			if !h.Is.Promotes() || refused[h.Is.ID] || ctx.Err() != nil {
				continue
			}
			if err := n.promoteOne(ctx, &h.Is); err != nil && ctx.Err() == nil {
				n.log.Error("no incident is made of the alarm", "alarm", h.Is.ID, "err", err)
				refused[h.Is.ID] = errors.Is(err, assets.ErrInvalid)
			}
		}
		select {
		case <-n.alarms.news:
		case <-time.After(promoteEvery):
		case <-ctx.Done():
			return nil
		}
	}
}

func (n *node) promoteOne(ctx context.Context, a *alarm.Alarm) error {
	in, _, err := n.incidents.Begin(ctx, incident.Clerk(), findingOf(a, n.world, n.now()))
	if err != nil {
		return err
	}
	if err := n.alarms.Link(ctx, a.ID, in.ID); err != nil && !errors.Is(err, assets.ErrConflict) {
		return err
	}
	return n.caughtUp(ctx)
}

// The bounds of what comes along with an incident.
const (
	evidenceValues = 10
	evidenceAssets = 5
	evidenceReach  = 60 // metres
)

// findingOf is what the alarm tells of the trouble, with the evidence at hand: the
// cameras that see the place, what stands next to it, and the values that raised it.
func findingOf(a *alarm.Alarm, world *twin.World, now time.Time) incident.Finding {
	f := incident.Finding{
		Channel: incident.SensorFound, Class: a.Event, Title: a.Title, Severity: int(a.Severity), Place: [2]float64{a.Lon, a.Lat},
		Reliability: a.Reliability, Ref: string(a.ID), By: "rule:" + a.Rule,
	}
	add := func(e incident.Evidence) {
		e.By, e.At = f.By, now
		f.Evidence = append(f.Evidence, e)
	}
	for _, s := range a.Cameras {
		add(incident.Evidence{Kind: incident.OfCamera, Ref: string(s.Camera), Name: nameOf(world, s.Camera)})
	}
	values := 0
	for i := range a.Members {
		m := &a.Members[i]
		if m.Finding != nil {
			f.Channel, f.By = incident.AI, "hook:"+m.Finding.Hook
			add(incident.Evidence{Kind: incident.OfPicture, Ref: m.Finding.Hook + " " + m.Finding.ID, Name: m.Finding.Class})
		}
		if m.Value != nil && m.Kind != assets.Mover && values < evidenceValues { // who moves is not everybody's to know
			values++
			add(incident.Evidence{Kind: incident.OfValue, Ref: string(m.Asset), Name: m.Phenomenon, Value: m.Value, Unit: m.Unit})
		}
	}
	for _, near := range world.Nearest(nil, assets.Fixture, orb.Point{a.Lon, a.Lat}, evidenceAssets, evidenceReach) {
		add(incident.Evidence{Kind: incident.OfAsset, Ref: string(near.Thing.Asset.ID), Name: near.Thing.Asset.Name})
	}
	return f
}

func nameOf(world *twin.World, id assets.ID) string {
	if t := world.ByID(id); t != nil {
		return t.Asset.Name
	}
	return ""
}
