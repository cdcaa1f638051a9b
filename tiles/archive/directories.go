package archive

import (
	"container/list"
	"sync"
)

// cacheBytes is what the directories kept of one file may hold.
const cacheBytes = 8 << 20

// directories keeps the leaf directories asked for last, bounded in bytes.
type directories struct {
	mu    sync.Mutex
	limit int
	bytes int
	items map[span]*list.Element // of *kept
	order *list.List             // last used first
}

type kept struct {
	at      span
	entries []entry
}

// cost is about what it takes in memory.
func (k *kept) cost() int { return len(k.entries)*entrySize + 256 }

func newDirectories(limit int) *directories {
	return &directories{limit: limit, items: make(map[span]*list.Element), order: list.New()}
}

func (d *directories) get(at span) ([]entry, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, ok := d.items[at]
	if !ok {
		return nil, false
	}
	d.order.MoveToFront(e)
	return e.Value.(*kept).entries, true
}

// put keeps a directory unless it is kept, or larger than the cache.
func (d *directories) put(at span, entries []entry) {
	k := &kept{at, entries}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.items[at] != nil || k.cost() > d.limit {
		return
	}
	for d.bytes+k.cost() > d.limit {
		old := d.order.Remove(d.order.Back()).(*kept)
		delete(d.items, old.at)
		d.bytes -= old.cost()
	}
	d.items[at] = d.order.PushFront(k)
	d.bytes += k.cost()
}
