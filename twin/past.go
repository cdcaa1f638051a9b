package twin

import (
	"context"
	"fmt"
)

// ReadEvents returns the events after a sequence, oldest first: the next n of
// those up to last. It is an error if the first of them is no longer there.
func ReadEvents(ctx context.Context, events Reader, after, last uint64, n int) ([]Event, error) {
	last = min(last, after+uint64(n))
	if after >= last {
		return nil, nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop() // before the reader is gone
	out := make([]Event, 0, last-after)
	for m, err := range events.Read(ctx, after) {
		if err != nil {
			return nil, fmt.Errorf("events after %d: %w", after, err)
		}
		e, err := DecodeEvent(m.Data)
		if err != nil {
			return nil, fmt.Errorf("events: %w", err)
		}
		if out = append(out, *e); m.Seq >= last {
			return out, nil
		}
	}
	return nil, fmt.Errorf("events after %d: %w", after, context.Cause(ctx))
}
