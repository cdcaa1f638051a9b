package access

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
)

// Shared keeps what all nodes of a cluster must know of what is good once; *bus.Table
// is one. Get fails with bus.ErrNone, Put with bus.ErrSequence.
type Shared interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Put(ctx context.Context, key string, value []byte, was uint64) (revision uint64, err error)
	Delete(ctx context.Context, key string) error
}

// claimLife is when a node that was killed no longer holds what it had begun.
const claimLife = time.Minute

// errDone says that it was done before.
var errDone = errors.New("done before")

// once runs do unless any node did it before, as the key tells: then errDone. What
// fails may be done again. assets.ErrBusy: another node is at it, or it cannot be known.
func once(ctx context.Context, s Shared, key string, now time.Time, do func() error) error {
	if s == nil {
		return do()
	}
	revision, err := claim(ctx, s, key, now)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // who leaves does not leave a claim behind
	if err := do(); err != nil {
		release(ctx, s, key)
		return err
	}
	// If this fails the claim ends by itself: better twice than told that it failed.
	_, _ = s.Put(ctx, key, nil, revision)
	return nil
}

// claim notes that this node is at it; what is done has an empty note.
func claim(ctx context.Context, s Shared, key string, now time.Time) (revision uint64, err error) {
	mine := strconv.AppendInt(nil, now.UnixMilli(), 10)
	revision, err = s.Put(ctx, key, mine, 0)
	if errors.Is(err, bus.ErrSequence) {
		var was bus.Entry
		was, err = s.Get(ctx, key)
		if err == nil {
			if len(was.Value) == 0 {
				return 0, errDone
			}
			if begun, wrong := strconv.ParseInt(string(was.Value), 10, 64); wrong == nil && now.UnixMilli()-begun < claimLife.Milliseconds() {
				return 0, fmt.Errorf("%w: another node is at it", assets.ErrBusy)
			}
			revision, err = s.Put(ctx, key, mine, was.Revision)
		}
		if errors.Is(err, bus.ErrNone) || errors.Is(err, bus.ErrSequence) {
			return 0, fmt.Errorf("%w: another node is at it", assets.ErrBusy)
		}
	}
	if err != nil { // the note may be there: then it holds for claimLife
		return 0, fmt.Errorf("%w: %w", assets.ErrBusy, err)
	}
	return revision, nil
}

// release lets what is ours be done again. If that fails the claim ends after claimLife.
func release(ctx context.Context, s Shared, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = s.Delete(ctx, key)
}
