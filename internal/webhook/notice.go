package webhook

import (
	"slices"
	"sync"
	"time"

	"suhe/twin"
)

// maxPending bounds what was taken and is not yet in the queue. Of more is told that
// it is lost, but for events, which are read again.
const maxPending = 20_000

// pending is what happened and was not yet looked at. Took must not wait, so it notes
// what may be told, and no more.
type pending struct {
	news chan struct{} // something is there; of one place

	mu sync.Mutex
	happened
}

// happened is what the world did, in order.
type happened struct {
	at       twin.Position // of the last batch; zero: there was none
	notices  []notice
	overflow bool // there was more
}

// notice is one thing that may be told: of the others one is set.
type notice struct {
	at      twin.Position
	since   time.Time         // when it was noted
	event   *twin.Event       // AssetPut, AssetRemoved, and what nobody asks for
	changed *twin.Thing       // StateChanged
	finding *twin.KeptFinding // Found
}

// Took implements twin.Sink.
func (d *Desk) Took(b twin.Batch) {
	p := &d.pending
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = b.At
	if !d.heeds.Load() {
		return
	}
	p.add(b, d.o.Now())
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// add notes what of a batch may be told.
func (h *happened) add(b twin.Batch, now time.Time) {
	for i := range b.Events {
		h.notices = append(h.notices, notice{at: b.At, since: now, event: &b.Events[i]})
	}
	for _, c := range b.Changes {
		if c.Was != nil && c.Is != nil && c.Is.Device() && c.Was.State != c.Is.State {
			h.notices = append(h.notices, notice{at: b.At, since: now, changed: c.Is})
		}
	}
	for i := range b.Findings {
		h.notices = append(h.notices, notice{at: b.At, since: now, finding: &b.Findings[i]})
	}
	if len(h.notices) > maxPending {
		h.notices, h.overflow = nil, true
	}
}

// take hands out what is there.
func (p *pending) take() happened {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.happened
	p.happened = happened{at: h.at}
	return h
}

// giveBack puts before what came since what could not be dealt with.
func (p *pending) giveBack(h happened) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notices = slices.Concat(h.notices, p.notices)
	p.overflow = p.overflow || h.overflow
	if len(p.notices) > maxPending {
		p.notices, p.overflow = nil, true
	}
}

// forget forgets what was noted before that time: another node has told it.
func (p *pending) forget(before time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notices = slices.DeleteFunc(p.notices, func(n notice) bool { return n.since.Before(before) })
	p.overflow = false
}
