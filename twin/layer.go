package twin

import (
	"suhe/assets"
	"suhe/geo"
)

// layer is all things of one kind: where they are and how many.
type layer struct {
	index   geo.Index[assets.FID]
	total   int
	classes map[string]int
	states  map[string]int
	moves   []geo.Move[assets.FID] // scratch of the writer
}

func newLayer() *layer {
	return &layer{classes: make(map[string]int), states: make(map[string]int)}
}

// count adds by (1 or -1) things like t.
func (l *layer) count(t *Thing, by int) {
	l.total += by
	add(l.classes, t.Asset.Class, by)
	add(l.states, t.Summary(), by)
}

func add(m map[string]int, key string, by int) {
	if m[key] += by; m[key] == 0 {
		delete(m, key)
	}
}

// moved notes that t's box is new or, if gone, that it has none any more.
func (l *layer) moved(t *Thing, gone bool) {
	m := geo.Move[assets.FID]{Key: t.Asset.FID, Gone: gone}
	if !gone {
		m.Is = t.Bound()
	}
	l.moves = append(l.moves, m)
}
