package bus

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// Of many that want a duty one has it at a time; when it goes another takes over.
func TestLease(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir()})
	var holding, most, turns atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var group errgroup.Group
	for range 3 {
		l, err := b.Lease(ctx, "KEEPER")
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() error {
			mine, leave := context.WithCancel(ctx)
			defer leave()
			return l.Run(mine, func(ctx context.Context) error {
				most.Store(max(most.Load(), holding.Add(1)))
				defer holding.Add(-1)
				if turns.Add(1) == 3 {
					cancel()
				}
				leave()
				<-ctx.Done()
				return nil
			})
		})
	}
	if err := group.Wait(); err != nil || most.Load() != 1 || turns.Load() != 3 {
		t.Errorf("%v: %d at once, %d turns; want 1 and 3", err, most.Load(), turns.Load())
	}
}

// Who loses the lease is told, and may get it again.
func TestLeaseLost(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir()})
	l, err := b.Lease(t.Context(), "KEEPER")
	if err != nil {
		t.Fatal(err)
	}
	turns := 0
	failed := errors.New("done")
	err = l.Run(t.Context(), func(ctx context.Context) error {
		if turns++; turns == 2 {
			return failed
		}
		// Another node took it, since ours did not renew.
		if err := l.table.Delete(ctx, held); err != nil {
			return err
		}
		if _, err := l.table.Put(ctx, held, []byte("another"), 0); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
			t.Error("nobody said that it is lost")
		}
		return nil
	})
	if !errors.Is(err, failed) || turns != 2 {
		t.Errorf("%v after %d turns", err, turns)
	}
}

// What a process left of a lease that was killed holds nobody up at the embedded
// broker, while those of one process keep apart.
func TestLeaseLeftBehind(t *testing.T) {
	dir := t.TempDir()
	b := openBus(t, Options{Dir: dir})
	l, err := b.Lease(t.Context(), "KEEPER")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.table.Put(t.Context(), held, []byte("of a process that was killed"), 0); err != nil {
		t.Fatal(err)
	}
	if l, err = b.Lease(t.Context(), "KEEPER"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.table.Put(t.Context(), held, []byte(l.me), 0); err != nil {
		t.Errorf("it is held still: %v", err)
	}
	if _, err = b.Lease(t.Context(), "KEEPER"); err != nil {
		t.Fatal(err)
	}
	if is, err := l.table.Get(t.Context(), held); err != nil || string(is.Value) != l.me {
		t.Errorf("another of the process took it away: %q, %v", is.Value, err)
	}
}
