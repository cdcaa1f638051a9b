package stream

import (
	"runtime"
	"sync"
	"time"
)

// hang is how long a writer may be at one connection before another takes its
// place: its client does not take what is written, or has much to take.
const hang = 50 * time.Millisecond

// writers write for the connections that have something to write, in the order in
// which they got it. They are few: ten thousand clients that are told something at
// once shall not cost as many stacks, nor stand before all else in the processors'
// queues. One that hangs is replaced, so no client waits for another for long.
// There are none when there is nothing to write.
type writers struct {
	mu    sync.Mutex
	queue []*conn
	able  []*writer // that do not hang
	most  int       // that do not hang, by the processors of the last tick; 0: nobody asked yet
}

// writer is one goroutine. The lock of writers guards it.
type writer struct {
	since time.Time // it writes to a connection
	hangs bool
}

// mostWriters is how many there are that do not hang. To ask takes the scheduler's
// lock.
func mostWriters() int { return 2 * runtime.GOMAXPROCS(0) }

// add lets somebody write for the connection.
func (w *writers) add(c *conn) {
	now := time.Now()
	w.mu.Lock()
	w.queue = append(w.queue, c)
	one := w.hire(now)
	w.mu.Unlock()
	if one != nil {
		go w.work(one)
	}
}

// relieve replaces writers that hang while others wait.
func (w *writers) relieve() {
	now, most := time.Now(), mostWriters()
	for {
		w.mu.Lock()
		w.most = most
		var one *writer
		if len(w.queue) > 0 {
			one = w.hire(now)
		}
		w.mu.Unlock()
		if one == nil {
			return
		}
		go w.work(one)
	}
}

// hire returns a new writer, or nil if there are enough. The caller holds the lock.
func (w *writers) hire(now time.Time) *writer {
	if w.most == 0 {
		w.most = mostWriters()
	}
	if len(w.able) >= w.most {
		i := 0
		for i < len(w.able) && now.Sub(w.able[i].since) < hang {
			i++
		}
		if i == len(w.able) {
			return nil
		}
		w.able[i].hangs = true
		w.drop(i)
	}
	one := &writer{since: now}
	w.able = append(w.able, one)
	return one
}

func (w *writers) drop(i int) {
	last := len(w.able) - 1
	w.able[i] = w.able[last]
	w.able = w.able[:last]
}

// work writes until there is nothing to write.
func (w *writers) work(me *writer) {
	for c := w.next(me); c != nil; c = w.next(me) {
		c.write()
	}
}

// next is the connection that has waited longest; nil sends the writer home.
func (w *writers) next(me *writer) *conn {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if me.hangs {
		return nil // another took its place
	}
	if len(w.queue) == 0 {
		for i, one := range w.able {
			if one == me {
				w.drop(i)
				break
			}
		}
		w.queue = nil
		return nil
	}
	c := w.queue[0]
	w.queue[0] = nil
	w.queue = w.queue[1:]
	me.since = now
	return c
}
