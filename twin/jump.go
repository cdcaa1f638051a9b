package twin

import "time"

// leastJump is how far the clock must run away from steady time to have jumped,
// in milliseconds: a clock that is slowly set right does not.
const leastJump = 10_000

// clock tells how our clock was set while we live: by how much in all. What was
// heard is judged by the clock that stamped it: nobody is offline because our
// clock moved.
type clock struct {
	wall, steady int64 // at the last look, milliseconds
	set, last    int64 // forward, in all and the last time
}

// look compares the clock with steady time, and says whether it has jumped since
// the last look.
func (c *clock) look(wall int64, steady time.Duration) bool {
	was := *c
	c.wall, c.steady = wall, steady.Milliseconds()
	by := (c.wall - was.wall) - (c.steady - was.steady)
	if was.wall == 0 || by < leastJump && by > -leastJump {
		return false
	}
	c.set, c.last = c.set+by, by
	return true
}

// of is how the clock was set that stamped what came in just now: as it is, or,
// of what was on its way meanwhile, as it was before the last jump.
func (c *clock) of(received int64) int64 {
	if apart(received, c.wall) > apart(received, c.wall-c.last) {
		return c.set - c.last
	}
	return c.set
}

func apart(a, b int64) int64 { return max(a-b, b-a) }

// watchClock looks at the clock. When it has jumped, every deadline is set anew.
func (w *World) watchClock(now int64) {
	if w.options.Steady == nil || !w.writer.clock.look(now, w.options.Steady()) {
		return
	}
	w.options.Log.Warn("our clock has jumped: devices are judged anew", "by", time.Duration(w.writer.clock.last)*time.Millisecond)
	w.metrics.jumps.Inc()
	w.writer.deadlines = w.writer.deadlines[:0]
	for fid, k := range w.writer.watches {
		k.due = never
		t := w.stock.things.get(fid)
		if t == nil || !reports(t.Asset) {
			continue
		}
		next := now
		if h := w.healthOf(t, now); h.state == t.State && h.severity == t.Severity {
			next = h.next
		}
		w.writer.deadlines.schedule(fid, k, next)
	}
}
