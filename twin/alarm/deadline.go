package alarm

import "container/heap"

// deadline is when a check must be looked at again.
type deadline struct {
	at int64 // Unix milliseconds
	of *check
}

// deadlines is a heap by time. An entry whose time is not its check's due is dead.
type deadlines []deadline

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].at < d[j].at }
func (d deadlines) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *deadlines) Push(x any)        { *d = append(*d, x.(deadline)) }

func (d *deadlines) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	(*d)[last].of = nil
	*d = (*d)[:last]
	return x
}

// schedule sees to it that k is looked at no later than at.
func (j *Judge) schedule(k *check, at int64) {
	if at >= k.due {
		return
	}
	k.due = at
	heap.Push(&j.deadlines, deadline{at, k})
}

// Tick lets time pass: what is due by now, Unix milliseconds, is looked at,
// schedules open and close, and warnings come into force and are over.
func (j *Judge) Tick(now int64) {
	j.openAndClose(now)
	j.heed(now)
	for len(j.deadlines) > 0 && j.deadlines[0].at <= now {
		d := heap.Pop(&j.deadlines).(deadline)
		if d.of.due != d.at {
			continue
		}
		d.of.due = never
		j.wake(d.of, now)
	}
}

// wake looks at a check because of the time.
func (j *Judge) wake(k *check, now int64) {
	switch k.rule.Kind {
	case Threshold:
		j.forgetHits(k, now)
	case Stale, Missing:
		j.age(k, now)
	case Found:
		j.fade(k, now)
	}
	if k.pending != never {
		j.decide(k, yes, now, k.detail, "")
	}
}
