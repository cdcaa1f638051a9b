package twin

import (
	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
)

// layer is all things of one kind: where they are and how many there are that are alike.
type layer struct {
	index  geo.Index[assets.FID]
	counts map[alike]int          // none is 0
	moves  []geo.Move[assets.FID] // scratch of the writer
}

// alike says what things have in common that are counted together: who sees one of
// them sees all.
type alike struct {
	facet access.Facet
	state string // Thing.Summary
}

func newLayer() *layer { return &layer{counts: make(map[alike]int)} }

// count adds by (1 or -1) things like t.
func (l *layer) count(t *Thing, by int) {
	key := alike{access.FacetOf(t.Asset), t.Summary()}
	if l.counts[key] += by; l.counts[key] == 0 {
		delete(l.counts, key)
	}
}

// seen counts those that are seen.
func (l *layer) seen(kind assets.Kind, sees func(access.Facet) bool) Count {
	out := Count{Kind: kind, Classes: make(map[string]int), States: make(map[string]int)}
	for of, n := range l.counts {
		if sees(of.facet) {
			out.Total += n
			out.Classes[of.facet.Class] += n
			out.States[of.state] += n
		}
	}
	return out
}

// moved notes that t's box is new or, if gone, that it has none any more.
func (l *layer) moved(t *Thing, gone bool) {
	m := geo.Move[assets.FID]{Key: t.Asset.FID, Gone: gone}
	if !gone {
		m.Is = t.Bound()
	}
	l.moves = append(l.moves, m)
}
