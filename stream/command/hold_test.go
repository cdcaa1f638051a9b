package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/internal/testclock"
)

// holds are two nodes' holds at one broker.
func holds(t *testing.T, life time.Duration, now func() time.Time) (one, two *Holds) {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	open := func() *Holds {
		table, err := b.Table(t.Context(), bus.TableOptions{Name: "PTZ", MaxAge: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		return NewHolds(table, life, now)
	}
	return open(), open()
}

func TestHolds(t *testing.T) {
	ctx, clock := t.Context(), testclock.New(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC))
	one, two := holds(t, time.Minute, clock.Now)
	const camera = assets.ID("cam.7:a")
	take := func(h *Holds, who string, over bool, want, wantWas string) {
		t.Helper()
		is, was, err := h.Take(ctx, camera, who, over)
		got := is.Holder
		if err != nil {
			got = err.Error()
		}
		if got != want || was != wantWas {
			t.Errorf("%s takes it: %q from %q, want %q from %q", who, got, was, want, wantWas)
		}
	}
	if err := one.Mine(ctx, camera, "li"); !errors.Is(err, assets.ErrConflict) || !strings.Contains(err.Error(), "nobody holds it") {
		t.Error(err)
	}
	take(one, "li", false, "li", "")
	take(two, "wang", false, "conflict: camera cam.7:a: li holds it until 2026-11-24T08:01:00Z", "li")
	if err := two.Mine(ctx, camera, "li"); err != nil {
		t.Error(err)
	}
	if err := two.Mine(ctx, camera, "wang"); !errors.Is(err, assets.ErrConflict) {
		t.Error(err)
	}
	if dropped, err := two.Drop(ctx, camera, "wang"); dropped || err != nil {
		t.Errorf("wang drops what li holds: %v, %v", dropped, err)
	}
	clock.Pass(40 * time.Second)
	take(two, "li", false, "li", "li") // holds on
	clock.Pass(40 * time.Second)
	if is, held, err := one.Of(ctx, camera); !held || err != nil || is.Expires.Sub(is.Since) != 100*time.Second {
		t.Errorf("%+v %v %v", is, held, err)
	}
	take(two, "zhao", true, "zhao", "li") // supervises
	if err := one.Mine(ctx, camera, "li"); !errors.Is(err, assets.ErrConflict) || !strings.Contains(err.Error(), "zhao") {
		t.Error(err)
	}
	clock.Pass(time.Minute)
	if is, held, err := two.Of(ctx, camera); held || err != nil {
		t.Errorf("held after its end: %+v %v", is, err)
	}
	take(one, "wang", false, "wang", "")
	if dropped, err := two.Drop(ctx, camera, "wang"); !dropped || err != nil {
		t.Error(dropped, err)
	}
	take(two, "li", false, "li", "")
}

// Of many who reach for a camera at once, on two nodes, one gets it.
func TestOneHolds(t *testing.T) {
	one, two := holds(t, time.Minute, time.Now)
	for n := range 20 {
		camera := assets.ID(fmt.Sprintf("cam-%d", n))
		var got atomic.Int64
		var all sync.WaitGroup
		for i, who := range []string{"a", "b", "c", "d", "e", "f"} {
			h := []*Holds{one, two}[i%2]
			all.Go(func() {
				_, _, err := h.Take(context.Background(), camera, who, false)
				switch {
				case err == nil:
					got.Add(1)
				case !errors.Is(err, assets.ErrConflict):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got.Load() != 1 {
			t.Fatalf("%d hold %s", got.Load(), camera)
		}
	}
}
