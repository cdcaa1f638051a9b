package stream

import (
	"fmt"
	"sync"
	"time"
)

// paces are the least times between two rounds of deltas to clients that are more
// and more behind.
var paces = [...]time.Duration{0, time.Second, 2 * time.Second, 5 * time.Second}

const (
	stalled   = 300 * time.Millisecond // a write that takes longer means that the client is behind
	patience  = time.Second            // with one that is behind, before it is told less often
	confident = 10 * time.Second       // without a stall, before it is told more often
)

// pace is how often a client is told. It adapts to how fast the client reads.
type pace struct {
	mu     sync.Mutex
	level  int
	begun  time.Time // the stalls that follow each other began
	last   time.Time // stall, or change of level
	remark *slowFrame
}

// note notes whether the client is stalled, by a write that is on its way since a
// time, and returns whether it is, or is told less often than it asked for.
func (p *pace) note(behind bool, since, now time.Time) (slow bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case behind:
		if now.Sub(p.last) > patience {
			p.begun = since
		}
		p.last = now
		if now.Sub(p.begun) >= patience && p.level < len(paces)-1 {
			p.shift(1, now, fmt.Sprintf("writes take longer than %v", stalled))
		}
	case p.level > 0 && now.Sub(p.last) >= confident:
		p.shift(-1, now, "the client keeps up again")
	}
	return behind || p.level > 0
}

// shift changes the level. The caller holds the lock.
func (p *pace) shift(by int, now time.Time, why string) {
	p.level += by
	p.begun, p.last = now, now
	p.remark = &slowFrame{paces[p.level], why}
}

// interval is the least time between two rounds of deltas of a view; 0: as it asks.
func (p *pace) interval() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return paces[p.level]
}

// news returns what the client has to be told of its pace, once; nil if nothing.
func (p *pace) news() *slowFrame {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.remark
	p.remark = nil
	return f
}
