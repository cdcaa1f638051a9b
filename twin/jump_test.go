package twin

import (
	"sync/atomic"
	"testing"
	"time"

	"suhe/assets"
)

// steadily lets the rig's world tell the clock from the time that passes.
func (r *rig) steadily() (pass func(ms int64)) {
	r.t.Helper()
	if err := r.stop(); err != nil {
		r.t.Fatal(err)
	}
	steady := new(atomic.Int64)
	r.World.options.Steady = func() time.Duration { return time.Duration(steady.Load()) * time.Millisecond }
	r.run()
	return func(ms int64) {
		steady.Add(ms)
		r.pass(ms)
	}
}

// The clock is set by an hour and back: nobody who reports is offline or stale for
// it, who is silent is found out in time, and what was stamped ahead yields.
func TestJumpOfTheClock(t *testing.T) {
	for _, by := range []int64{hour, -hour} {
		r := newRig(t, newShelf(gauge(1, "g", here), gauge(2, "silent", here), gauge(3, "gone", here)))
		is := func(when string, want map[string]string) {
			t.Helper()
			for id, summary := range want {
				if got := r.ByID(assets.ID(id)).Summary(); got != summary {
					t.Errorf("jump by %v, %s: %s is %s, want %s", time.Duration(by)*time.Millisecond, when, id, got, summary)
				}
			}
		}
		pass := r.steadily()
		report := func(ids ...string) {
			for _, id := range ids {
				r.report(reading(assets.ID(id), "level", 2, r.now.Load()))
			}
		}
		pass(minute)
		report("gone")
		pass(3 * minute)
		report("g", "silent")
		is("before", map[string]string{"g": "normal", "silent": "normal", "gone": "offline"})

		r.pass(by) // without steady time
		is("after it", map[string]string{"g": "normal", "silent": "normal", "gone": "offline"})
		pass(minute)
		report("g")
		is("a minute later", map[string]string{"g": "normal", "silent": "normal"})
		pass(minute)
		pass(minute)
		is("three minutes later", map[string]string{"g": "normal", "silent": "offline"})
		report("silent")

		r.pass(-by)
		is("after it was set back", map[string]string{"g": "normal", "silent": "normal", "gone": "offline"})
		pass(minute)
		report("g")
		if got := r.ByID("g").Last[0].PhenomenonTime; got != r.now.Load() {
			t.Errorf("jump by %d: a report after it is not shown: %d at %d", by, got, r.now.Load())
		}
		pass(minute)
		pass(minute)
		is("three minutes after it was set back", map[string]string{"g": "normal", "silent": "offline"})
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	}
}
