package stream

import (
	"sync"

	"suhe/twin"
)

// encoded keeps things as they stand on the wire, so that one that many look at
// is encoded once. What nobody asked for between two turns is forgotten.
type encoded struct {
	mu       sync.Mutex
	now, was map[*twin.Thing][]byte
}

// of returns the thing's JSON; it must not be changed.
func (e *encoded) of(t *twin.Thing) []byte {
	e.mu.Lock()
	b, ok := e.now[t]
	if !ok {
		b, ok = e.was[t]
	}
	e.mu.Unlock()
	if !ok {
		b = encodeThing(t)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.now == nil {
		e.now = make(map[*twin.Thing][]byte)
	}
	e.now[t] = b
	return b
}

// turn begins a new time.
func (e *encoded) turn() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.was, e.now = e.now, nil
}
