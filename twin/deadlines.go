package twin

import (
	"container/heap"

	"suhe/assets"
)

// watch is what the writer alone knows of a sensor or a mover.
type watch struct {
	runs  []run  // with the thing's Last
	moves *moves // of a mover, once it was heard
	clock int64  // how our clock was set when it was heard last, as clock.set
	due   int64  // the deadline that stands in the heap for it, or never
}

// moves is what the writer alone knows of a mover.
type moves struct {
	belief Belief
	heard  int64 // when the last of its fixes was received, believed or not, Unix milliseconds
}

// deadline is when a sensor must be looked at again.
type deadline struct {
	at  int64 // Unix milliseconds
	fid assets.FID
}

// deadlines is a heap by time. A sensor whose deadline moves on keeps its entry
// and gets a new one when that comes up, so that a report costs the heap
// nothing; an entry whose time is not the sensor's due is dead.
type deadlines []deadline

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].at < d[j].at }
func (d deadlines) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *deadlines) Push(x any)        { *d = append(*d, x.(deadline)) }

func (d *deadlines) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	*d = (*d)[:last]
	return x
}

// schedule sees to it that w is looked at no later than at.
func (d *deadlines) schedule(fid assets.FID, w *watch, at int64) {
	if at >= w.due {
		return
	}
	w.due = at
	heap.Push(d, deadline{at, fid})
}

// pop takes the first entry if it is due by now.
func (d *deadlines) pop(now int64) (deadline, bool) {
	if len(*d) == 0 || (*d)[0].at > now {
		return deadline{}, false
	}
	return heap.Pop(d).(deadline), true
}

// overdue says whether an entry is due by now.
func (d deadlines) overdue(now int64) bool { return len(d) > 0 && d[0].at <= now }
