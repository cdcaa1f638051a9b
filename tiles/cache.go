package tiles

import (
	"container/list"
	"sync"
	"time"
)

// cache keeps the newest rendering of the tiles asked for last, bounded in bytes.
type cache struct {
	mu    sync.Mutex
	limit int64
	bytes int64
	items map[Key]*list.Element // of *item
	order *list.List            // last used first
}

// kept is a tile and the version of the ground that it was rendered at.
type kept struct {
	version uint64
	at      time.Time // when the render began
	tile    Response
}

type item struct {
	key  Key
	kept kept
	cost int64
}

// itemCost is about what an entry takes besides its bytes.
const itemCost = 512

func newCache(limit int64) *cache {
	return &cache{limit: limit, items: make(map[Key]*list.Element), order: list.New()}
}

func (c *cache) get(k Key) (kept, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[k]
	if !ok {
		return kept{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*item).kept, true
}

// put keeps the tile unless a newer one is kept, or it is larger than the cache.
func (c *cache) put(k Key, t kept) {
	cost := int64(len(t.tile.Data)+len(t.tile.Gzip)) + itemCost
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.items[k]; ok {
		if e.Value.(*item).kept.version > t.version {
			return
		}
		c.drop(e)
	}
	if cost > c.limit {
		return
	}
	for c.bytes+cost > c.limit {
		c.drop(c.order.Back())
	}
	c.items[k] = c.order.PushFront(&item{k, t, cost})
	c.bytes += cost
}

func (c *cache) drop(e *list.Element) {
	i := c.order.Remove(e).(*item)
	delete(c.items, i.key)
	c.bytes -= i.cost
}

// size is the number of bytes held.
func (c *cache) size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}
