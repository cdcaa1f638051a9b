package twin

import "time"

// leastJump is how far the clock must run away from steady time to have jumped,
// in milliseconds: a clock that is slowly set right does not.
const leastJump = 10_000

// keptJumps bounds what is remembered. Who was silent through more of them is
// judged by a clock that it never saw.
const keptJumps = 16

// jump is a time when our clock was set: what came before it was stamped by the
// clock as it was.
type jump struct {
	obs uint64 // position of OBS then
	by  int64  // milliseconds, forward
}

// jumps finds out that the clock was set, and judges what was heard before by the
// clock of then: nobody is offline because our clock moved.
type jumps struct {
	wall, steady int64 // at the last look
	known        []jump
	all          int64 // by how much in all
}

// look compares the clock with steady time, and returns by how much it has
// jumped since the last look: mostly 0.
func (j *jumps) look(wall int64, steady time.Duration) int64 {
	was := *j
	j.wall, j.steady = wall, steady.Milliseconds()
	by := (j.wall - was.wall) - (j.steady - was.steady)
	if was.wall == 0 || by < leastJump && by > -leastJump {
		return 0
	}
	return by
}

func (j *jumps) note(obs uint64, by int64) {
	if len(j.known) == keptJumps {
		j.known = append(j.known[:0], j.known[1:]...)
	}
	j.known = append(j.known, jump{obs, by})
	j.all += by
}

// since is by how much the clock has jumped since OBS stood there.
func (j *jumps) since(obs uint64) (by int64) {
	for _, k := range j.known {
		if obs <= k.obs {
			by += k.by
		}
	}
	return by
}

// watchClock looks at the clock. When it has jumped, every deadline is set anew.
func (w *World) watchClock(now int64) {
	if w.options.Steady == nil {
		return
	}
	by := w.writer.jumps.look(now, w.options.Steady())
	if by == 0 {
		return
	}
	w.options.Log.Warn("our clock has jumped: devices are judged anew", "by", time.Duration(by)*time.Millisecond)
	w.metrics.jumps.Inc()
	w.writer.jumps.note(w.at.Obs, by)
	w.writer.deadlines = w.writer.deadlines[:0]
	for fid, k := range w.writer.watches {
		k.due = never
		t := w.stock.things.get(fid)
		if t == nil || t.Asset.Sensor == nil {
			continue
		}
		next := now
		if h := w.healthOf(t, now); h.state == t.State && h.severity == t.Severity {
			next = h.next
		}
		w.writer.deadlines.schedule(fid, k, next)
	}
}
