package twin

import (
	"context"
	"fmt"
)

// Ends is a stream as Recover mends it; *bus.Stream is one.
type Ends interface {
	Bounds(ctx context.Context) (first, last uint64, err error)
	Reset(ctx context.Context, next uint64) error
}

// Saved tells how far history is; every History does.
type Saved interface {
	Saved(ctx context.Context) (obs uint64, err error)
}

// Recover makes the store and the log agree before a node starts, and returns
// the epoch and the last sequences of both streams, for Source.Log.
//
// A stream that ends before what the store has of it was lost, or lost its tail
// in a power failure. All that it held is in the store; it starts anew behind
// that, and a new epoch begins, so that no client compares positions across.
// If EVENTS is ahead, a node stopped between putting and remembering: its events
// are put again with higher numbers, which does no harm.
//
// Nodes that share a log must not recover at the same time.
func Recover(ctx context.Context, outbox Outbox, history Saved, events, obs Ends) (Position, error) {
	published, err := outbox.Published(ctx)
	if err != nil {
		return Position{}, fmt.Errorf("recover: %w", err)
	}
	saved, err := history.Saved(ctx)
	if err != nil {
		return Position{}, fmt.Errorf("recover: %w", err)
	}
	epoch, err := outbox.Epoch(ctx)
	if err != nil {
		return Position{}, fmt.Errorf("recover: %w", err)
	}
	m := mending{ctx: ctx, outbox: outbox, at: Position{Epoch: epoch}}
	if m.at.Events, err = m.reach(events, published); err != nil {
		return Position{}, fmt.Errorf("recover EVENTS: %w", err)
	}
	if m.at.Obs, err = m.reach(obs, saved); err != nil {
		return Position{}, fmt.Errorf("recover OBS: %w", err)
	}
	return m.at, nil
}

type mending struct {
	ctx    context.Context
	outbox Outbox
	at     Position
	anew   bool
}

// reach sees to it that the stream ends at known or later, and returns its end.
// The epoch changes first: if the node stops between the two, the next start
// changes it once more, and nothing is lost.
func (m *mending) reach(s Ends, known uint64) (uint64, error) {
	_, last, err := s.Bounds(m.ctx)
	if err != nil || last >= known {
		return last, err
	}
	if !m.anew {
		if m.at.Epoch, err = m.outbox.NextEpoch(m.ctx); err != nil {
			return 0, err
		}
		m.anew = true
	}
	return known, s.Reset(m.ctx, known+1)
}
