package ingest

import (
	"context"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/stream/ingest/deadletter"
	"suhe/stream/ingest/mapping"
	"suhe/twin"
)

// Mappings are the mappings of now; *mapping.Folder is one.
type Mappings interface{ Set() *mapping.Set }

// Speaks says whether the gateway may speak for the device; see mapping.Set.
func (in *Intake) Speaks(gateway, device assets.ID) bool {
	return in.mappings.Set().Speaks(gateway, device)
}

type noMappings struct{}

func (noMappings) Set() *mapping.Set { return new(mapping.Set) }

// mapped is what mappings made of some payloads.
type mapped struct {
	taken    []twin.Observation
	deadband int
	round    *mapping.Round // nil: deadbands hold nothing back
	tally    tally
}

// TakeMapped takes MQTT messages of gateways; it is made for bus.Inbox with
// mapping.Topics, and otherwise as TakeLetters.
func (in *Intake) TakeMapped(ctx context.Context, batch []bus.Letter) error {
	now := in.now()
	m := &mapped{round: in.damper.Begin(), tally: tally{}}
	var dead []deadletter.Letter
	for _, l := range batch {
		why := complaint{in: in, now: now, heard: heard(l, now), device: unknownSender}
		in.mapLetter(m, l, why.heard, now, func(_ int, o *twin.Observation, err error) {
			if o != nil {
				why.device = o.Asset
			}
			why.add(err, nil)
		})
		dead = why.letter(dead, byMQTT, l.Topic, l.Data)
	}
	if err := in.publish(ctx, m.taken); err != nil {
		return err
	}
	keepAll(in.refused, dead)
	in.through(m, byMQTT)
	return nil
}

// through counts what was published, and remembers it for the deadbands.
func (in *Intake) through(m *mapped, w way) {
	m.tally[Accepted], m.tally[Deadband] = len(m.taken), m.deadband
	in.counts.add(m.tally, w)
	if m.round != nil {
		m.round.Keep()
	}
}

// refuser hears of a refusal: the item, -1 for the whole payload, and the
// observation, nil if there was none yet.
type refuser func(item int, o *twin.Observation, err error)

// mapLetter maps what a gateway published.
func (in *Intake) mapLetter(m *mapped, l bus.Letter, received, now time.Time, refused refuser) {
	gateway, levels, err := mapping.SplitTopic(l.Topic)
	if err != nil {
		m.tally[Malformed]++
		refused(-1, nil, malformed("%w", err))
		return
	}
	how := in.mappings.Set().Of(gateway, levels)
	if how == nil {
		m.tally[Unmapped]++
		refused(-1, nil, &refusal{Unmapped, fmt.Sprintf("topic: no mapping of gateway %s takes %.200q", gateway, l.Topic)})
		return
	}
	in.mapPayload(m, how, nil, mapping.Message{Levels: levels, Payload: l.Data, Received: received}, now, refused)
}

// mapPayload maps one payload and keeps what the rules and the deadbands let in.
func (in *Intake) mapPayload(m *mapped, how *mapping.Mapping, from Sender, message mapping.Message, now time.Time, refused refuser) {
	result := how.Map(message)
	for _, r := range result.Refusals {
		m.tally[resultOf(r)]++
		refused(r.Item, nil, r)
	}
	for _, r := range result.Readings {
		if err := in.judge(&r.Observation, from, now); err != nil {
			m.tally[resultOf(err)]++
			refused(r.Item, &r.Observation, err)
			continue
		}
		if m.round != nil && !m.round.Passes(r, how.Every) {
			m.deadband++
			continue
		}
		m.taken = append(m.taken, r.Observation)
	}
}

// Mapped takes a payload by HTTP through the mapping of that name, as Batch does;
// assets.ErrNotFound: no mapping of that name takes HTTP.
func (in *Intake) Mapped(ctx context.Context, from Sender, name string, body []byte) (Report, error) {
	report := Report{Results: []Refusal{}}
	how := in.mappings.Set().Posted(name)
	if how == nil {
		return report, fmt.Errorf("mapping %.80q: %w", name, assets.ErrNotFound)
	}
	now := in.now()
	m := &mapped{round: in.damper.Begin(), tally: tally{}}
	var whole error
	var device assets.ID
	in.mapPayload(m, how, from, mapping.Message{Payload: body, Received: now}, now, func(item int, o *twin.Observation, err error) {
		if item < 0 {
			whole = malformed("%w", err)
			return
		}
		if o != nil {
			device = o.Asset
		}
		report.refuse(item, phenomenonOf(o), err)
	})
	if err := in.publish(ctx, m.taken); err != nil {
		return Report{}, err
	}
	in.through(m, byHTTP)
	report.sort()
	report.Accepted, report.Deadband = len(m.taken), m.deadband
	if whole == nil && (report.Refused == 0 || report.foreign()) {
		return report, nil
	}
	// The payload stays whole: an item by itself may lack what stands around it.
	l := deadletter.Letter{Way: string(byHTTP), Mapping: name, Device: device, Received: now, Payload: body, Refusals: max(1, report.Refused)}
	if whole != nil {
		l.Reason, l.Detail = string(resultOf(whole)), whole.Error()
	} else {
		l.Reason, l.Detail = string(report.Results[0].Code), report.Results[0].Detail
	}
	in.refused.Keep(l)
	return report, whole
}

func phenomenonOf(o *twin.Observation) string {
	if o == nil {
		return ""
	}
	return o.Phenomenon
}
