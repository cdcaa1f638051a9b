package stream

import "time"

// When there is more to write than can be written, views are told less often, by up
// to a third, and if that does not help ticks come later: fewer and longer deltas
// cost less, while clients that are each behind in their own way cost far more.
const (
	latestTick = time.Second // after the one before
	eased      = 50          // ticks without a crowd, before views are told more often again
	crowdFew   = 64          // writers that are busy are no crowd, however few clients there are
	crowdShare = 8           // nor is so small a part of the clients, one of eight
)

// crowded says whether many of the clients that were told something have yet to be
// written to. One that does not take what is written is not waited for.
func (h *Hub) crowded(now time.Time) bool {
	busy := int(h.writing.Load())
	if busy <= crowdFew {
		return false
	}
	h.state.Lock()
	defer h.state.Unlock()
	for s := range h.live {
		if _, stalls := s.stalls(now); stalls {
			busy--
		}
	}
	return busy > max(crowdFew, len(h.live)/crowdShare)
}

// run ticks until done is closed.
func (h *Hub) run(done <-chan struct{}) {
	timer := time.NewTimer(h.o.Tick)
	defer timer.Stop()
	last := time.Now()
	calm := 0 // ticks since there was a crowd
	for {
		select {
		case <-timer.C:
		case <-done:
			return
		}
		h.writers.relieve()
		now := time.Now()
		if now.Sub(last) < latestTick && h.crowded(h.o.Now()) {
			calm = -1
			timer.Reset(h.o.Tick / 8)
			continue
		}
		if calm++; calm == 0 || calm == eased {
			h.breathe(calm == 0)
			calm = min(calm, 0)
		}
		h.tick(h.o.Now())
		last = now
		timer.Reset(time.Until(now.Add(h.o.Tick)))
	}
}

// breathe lets views be told less often in a crowd, and more often without.
func (h *Hub) breathe(crowd bool) {
	h.marking.Lock()
	defer h.marking.Unlock()
	if crowd {
		h.rest = min(h.rest+h.o.Tick, 3*h.o.Rest/2)
	} else {
		h.rest = max(h.rest-h.o.Tick, h.o.Rest)
	}
}
