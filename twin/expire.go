package twin

// atOnce bounds a batch: the observations that one takes from the log, and the
// deadlines that one lets pass.
const atOnce = 4096

// expire lets the deadlines up to now pass: what turns offline or stale by time
// alone goes out as batches at the position where the log stands.
func (w *World) expire(now int64, sinks []Sink) error {
	for w.writer.deadlines.overdue(now) {
		w.writer.begin()
		for range atOnce {
			d, ok := w.writer.deadlines.pop(now)
			if !ok {
				break
			}
			w.expireOne(d, now)
		}
		if len(w.writer.changes) == 0 {
			continue
		}
		if err := w.publish(w.at, sinks); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) expireOne(d deadline, now int64) {
	k := w.writer.watches[d.fid]
	if k == nil || k.due != d.at {
		return
	}
	k.due = never
	t := w.stock.things.get(d.fid)
	if t == nil {
		return
	}
	h := w.healthOf(t, now)
	if h.state == t.State && h.severity == t.Severity {
		w.writer.deadlines.schedule(d.fid, k, h.next)
		return
	}
	is := w.writer.draft(w.stock, t)
	is.Changed = afterLog(is.Changed, w.at)
	w.settleHealth(is, k, h)
}

// afterLog stamps a change that has no place in the log: with the next one of
// OBS, so that who resumes from at gets it.
func afterLog(changed, at Position) Position {
	return Position{Epoch: at.Epoch, Obs: max(changed.Obs, at.Obs+1), Events: changed.Events}
}
