package ingest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/stream/ingest/deadletter"
	"suhe/stream/ingest/mapping"
	"suhe/twin"
)

// The doors that a dead letter names; none is that of observations.
const (
	doorOfPositions = "positions"
	doorOfFindings  = "findings"
)

// Doors are all doors by which dead letters came.
type Doors struct {
	Observations *Intake
	Positions    *Positions
	Findings     *Findings
}

// Replay lets a dead letter in by the door that it came by, as received when it
// was. What is accepted is in the log, a second time if it was the first time:
// the log's readers drop repeats. The report tells what is refused still; nothing
// of it is kept as a dead letter. Whether a time is ahead of our clock is judged
// now. An error wraps assets.ErrInvalid: the letter was cut, or its mapping is
// gone; or assets.ErrBusy: the log is away.
func (d Doors) Replay(ctx context.Context, l deadletter.Letter) (Report, error) {
	switch {
	case l.Cut():
		return Report{Results: []Refusal{}}, fmt.Errorf("%w: dead letter %d: %d of %d bytes are kept, so it cannot be replayed", assets.ErrInvalid, l.Seq, len(l.Payload), l.Size)
	case l.Door == doorOfPositions:
		return d.Positions.again(ctx, l)
	case l.Door == doorOfFindings:
		return d.Findings.again(ctx, l)
	}
	return d.Observations.replay(ctx, l)
}

// replay is Doors.Replay of observations.
func (in *Intake) replay(ctx context.Context, l deadletter.Letter) (Report, error) {
	report := Report{Results: []Refusal{}}
	m := &mapped{tally: tally{}}
	in.again(m, l, in.now(), func(item int, o *twin.Observation, err error) {
		report.refuse(max(item, 0), phenomenonOf(o), err)
	})
	if err := in.publish(ctx, m.taken); err != nil {
		return Report{}, err
	}
	in.through(m, byReplay)
	report.sort()
	report.Accepted = len(m.taken)
	return report, nil
}

// again opens the door that the letter came by.
func (in *Intake) again(m *mapped, l deadletter.Letter, now time.Time, refused refuser) {
	switch {
	case strings.HasPrefix(l.Topic, topicBefore):
		in.againPlain(m, l, now, refused)
	case l.Topic != "":
		in.mapLetter(m, bus.Letter{Topic: l.Topic, Data: l.Payload}, l.Received, now, refused)
	case l.Mapping != "":
		how := in.mappings.Set().Posted(l.Mapping)
		if how == nil {
			m.tally[Unmapped]++
			refused(-1, nil, &refusal{Unmapped, fmt.Sprintf("no mapping %q takes HTTP any more", l.Mapping)})
			return
		}
		in.mapPayload(m, how, nil, mapping.Message{Payload: l.Payload, Received: l.Received}, now, refused)
	default:
		in.againItems(m, l, now, refused)
	}
}

// againPlain is what a device published.
func (in *Intake) againPlain(m *mapped, l deadletter.Letter, now time.Time, refused refuser) {
	obs, err := Decode(l.Topic, l.Payload, l.Received)
	if err != nil {
		m.tally[Malformed]++
		refused(-1, nil, err)
		return
	}
	kept := in.keep(obs, nil, now, m.tally, func(i int, err error) { refused(0, &obs[i], err) })
	m.taken = obs[:kept]
}

// againItems is an item of a batch, or a whole body that was no batch.
func (in *Intake) againItems(m *mapped, l deadletter.Letter, now time.Time, refused refuser) {
	items := []item{readItem(bytes.TrimSpace(l.Payload))}
	if items[0].err != nil {
		if whole, err := readBatch(l.Payload); err == nil {
			items = whole
		}
	}
	var unread Report
	d, at := observe(items, l.Received, &unread)
	m.tally[Malformed] += unread.Refused
	for _, r := range unread.Results {
		refused(r.Index, nil, items[r.Index].err)
	}
	kept := in.keep(d.out, nil, now, m.tally, func(i int, err error) { refused(at[i], &d.out[i], err) })
	m.taken = d.out[:kept]
}
