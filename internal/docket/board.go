package docket

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"suhe/assets"
)

// Held is an open case with its document, read.
type Held[T any] struct {
	Case
	Is T
}

// Step is what the log tells of a case.
type Step struct {
	Case
	Type string // of the event: "incident.file"
}

// Board is all open cases of one kind in memory, as far as this node has heard. All
// methods may be called at once; what they return is shared and must not be changed.
type Board[T any] struct {
	kind assets.Kind
	log  *slog.Logger

	mu   sync.RWMutex
	held map[assets.ID]*Held[T]
}

// NewBoard makes an empty board.
func NewBoard[T any](kind assets.Kind, log *slog.Logger) *Board[T] {
	return &Board[T]{kind: kind, log: log, held: make(map[assets.ID]*Held[T])}
}

// Load makes the board what the store holds.
func (b *Board[T]) Load(ctx context.Context, s Store) error {
	held := make(map[assets.ID]*Held[T])
	err := s.LoadCases(ctx, func(c Case) error {
		if h := b.read(c); h != nil {
			held[c.Marker.ID] = h
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%ss: %w", b.kind, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = held
	return nil
}

// read is nil of another kind, and of what cannot be read, which the log is told.
func (b *Board[T]) read(c Case) *Held[T] {
	if c.Marker.Kind != b.kind {
		return nil
	}
	h, err := Read[T](c)
	if err != nil {
		b.log.Error("a case cannot be read", "err", err)
		return nil
	}
	return &h
}

// Read reads the document of a case.
func Read[T any](c Case) (Held[T], error) {
	h := Held[T]{Case: c}
	if err := json.Unmarshal(c.Doc, &h.Is); err != nil {
		return h, fmt.Errorf("%s %s: %w", c.Marker.Kind, c.Marker.ID, err)
	}
	return h, nil
}

// Took takes the next step of a case. One that the board is past is none: steps may
// come again.
func (b *Board[T]) Took(s Step) {
	if s.Marker.Kind != b.kind {
		return
	}
	h := b.read(s.Case)
	b.mu.Lock()
	defer b.mu.Unlock()
	id := s.Marker.ID
	if was := b.held[id]; was != nil && was.Rev >= s.Rev {
		return
	}
	if h == nil || !s.Open {
		delete(b.held, id)
		return
	}
	b.held[id] = h
}

// Get finds an open case.
func (b *Board[T]) Get(id assets.ID) (*Held[T], bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	h, ok := b.held[id]
	return h, ok
}

// All are all open cases, in no order.
func (b *Board[T]) All() []*Held[T] {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]*Held[T], 0, len(b.held))
	for _, h := range b.held {
		out = append(out, h)
	}
	return out
}

// Len is how many there are.
func (b *Board[T]) Len() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.held)
}
