package ingest

import (
	"time"

	"suhe/assets"
	"suhe/stream/ingest/deadletter"
)

// Refused keeps what is refused; it must not wait. *deadletter.Office is one.
type Refused interface{ Keep(l deadletter.Letter) }

// nobody keeps nothing.
type nobody struct{}

func (nobody) Keep(deadletter.Letter) {}

// keepAll hands letters over when their batch is through: one that comes again is
// kept once.
func keepAll(to Refused, dead []deadletter.Letter) {
	for _, l := range dead {
		to.Keep(l)
	}
}

// complaint gathers what is wrong with one message, and tells the log.
type complaint struct {
	in     *Intake
	now    time.Time
	heard  time.Time // see heard
	device assets.ID
	first  error
	count  int
}

func (c *complaint) add(err error, payload []byte) {
	c.in.complaints.about(c.now, c.device, err, payload)
	if c.count++; c.first == nil {
		c.first = err
	}
}

// letter appends the message as a dead letter, if anything is wrong with it.
func (c *complaint) letter(dead []deadletter.Letter, w way, topic string, payload []byte) []deadletter.Letter {
	if c.first == nil {
		return dead
	}
	l := letterOf(w, c.heard, c.device, c.first, payload)
	l.Topic, l.Refusals = topic, c.count
	return append(dead, l)
}

func letterOf(w way, received time.Time, device assets.ID, err error, payload []byte) deadletter.Letter {
	if device == unknownSender {
		device = ""
	}
	return deadletter.Letter{Reason: string(resultOf(err)), Detail: err.Error(), Refusals: 1, Way: string(w),
		Device: device, Received: received, Payload: payload}
}

// deadItems makes a letter of each item of a batch that has refusals: the item
// can be posted again by itself. All of an item is about one device.
func deadItems(items []item, r *Report, now time.Time) (dead []deadletter.Letter) {
	last := -1
	for _, refusal := range r.Results {
		if refusal.Index == last {
			dead[len(dead)-1].Refusals++
			continue
		}
		if refusal.foreign {
			continue
		}
		last = refusal.Index
		it := items[last]
		dead = append(dead, deadletter.Letter{Reason: string(refusal.Code), Detail: refusal.Detail, Refusals: 1,
			Way: string(byHTTP), Device: it.id, Received: now, Payload: it.text})
	}
	return dead
}
