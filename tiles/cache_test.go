package tiles

import (
	"testing"

	"pgregory.net/rapid"

	"suhe/geo"
)

// The cache never holds more than its limit, and what it gives back is the newest
// that was put.
func TestCacheAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(0, 8*itemCost).Draw(t, "limit")
		c := newCache(limit)
		newest := make(map[Key]uint64)
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				k := Key{Tile: geo.Tile{Z: rapid.Uint32Range(0, 9).Draw(t, "key")}}
				v := rapid.Uint64Range(0, 20).Draw(t, "version")
				c.put(k, kept{version: v, tile: Response{Data: make([]byte, rapid.IntRange(0, 2*itemCost).Draw(t, "size"))}})
				newest[k] = max(newest[k], v)
			},
			"get": func(t *rapid.T) {
				k := Key{Tile: geo.Tile{Z: rapid.Uint32Range(0, 9).Draw(t, "key")}}
				if got, ok := c.get(k); ok && got.version > newest[k] {
					t.Fatalf("version %d was never put", got.version)
				}
			},
			"": func(t *rapid.T) {
				var sum int64
				for e := c.order.Front(); e != nil; e = e.Next() {
					sum += e.Value.(*item).cost
				}
				if sum != c.size() || sum > limit || c.order.Len() != len(c.items) {
					t.Fatalf("holds %d, says %d, may %d; %d in order, %d known", sum, c.size(), limit, c.order.Len(), len(c.items))
				}
			},
		})
	})
}

func TestCacheForgetsTheLeastUsed(t *testing.T) {
	c := newCache(2 * itemCost)
	a, b, d := Key{Layers: "a"}, Key{Layers: "b"}, Key{Layers: "d"}
	c.put(a, kept{version: 5})
	c.put(b, kept{version: 1})
	c.get(a)
	c.put(d, kept{version: 1})
	if _, ok := c.get(b); ok {
		t.Error("b was used least and is still there")
	}
	c.put(a, kept{version: 4})
	if got, ok := c.get(a); !ok || got.version != 5 {
		t.Errorf("an older tile took a newer one's place: %v %v", got.version, ok)
	}
}
