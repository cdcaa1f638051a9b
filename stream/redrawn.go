package stream

import (
	"slices"
	"sort"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// redrawnKept is how many footprints are remembered for views that move.
const redrawnKept = 4096

// footprint is where a change redraws the tiles of a layer.
type footprint struct {
	layer *Painted
	asset *assets.Asset // before or after: who sees it sees the change
	box   geo.Box
	at    twin.Position // of the tick that told of it
}

// footprints appends where the change redraws: where the thing was and is.
func footprints(dst []footprint, layers []Painted, c twin.Change, at twin.Position) []footprint {
	if !c.Redraws() {
		return dst
	}
	if c.Was != nil && c.Is != nil && c.Was.Asset == c.Is.Asset {
		c.Was = nil // it stands where it stood
	}
	for _, t := range [2]*twin.Thing{c.Was, c.Is} {
		if t != nil && t.Flat.Type != geo.FlatNone {
			dst = footprintsOf(dst, layers, t, at)
		}
	}
	return dst
}

func footprintsOf(dst []footprint, layers []Painted, t *twin.Thing, at twin.Position) []footprint {
	for i := range layers {
		if l := &layers[i]; l.Kind == t.Asset.Kind {
			dst = append(dst, footprint{l, t.Asset, l.Ground(t), at})
		}
	}
	return dst
}

// redrawn remembers the last footprints, shared by all views: what one needs
// that comes to look at tiles which its client fetched before. Its owner's lock
// guards it.
type redrawn struct {
	from twin.Position // what is here is all that redrew after it; zero: nothing is known
	last []footprint   // oldest first
}

// add appends footprints of a tick. The first tick's are not remembered: how
// far back they reach is not known.
func (r *redrawn) add(f []footprint, at twin.Position) {
	if r.from.Epoch != at.Epoch {
		*r = redrawn{from: at}
		return
	}
	r.last = append(r.last, f...)
	if extra := len(r.last) - redrawnKept; extra >= redrawnKept {
		r.from = r.last[extra-1].at
		r.last = slices.Clone(r.last[extra:])
	}
}

// after returns the footprints after a position; false if that is too long ago
// or of another epoch.
func (r *redrawn) after(p twin.Position) ([]footprint, bool) {
	if p.Epoch != r.from.Epoch || later(r.from, p) {
		return nil, false
	}
	i := sort.Search(len(r.last), func(i int) bool { return later(r.last[i].at, p) })
	return r.last[i:], true
}

// later says whether a shows something that b does not. Both are of one epoch.
func later(a, b twin.Position) bool { return a.Obs > b.Obs || a.Events > b.Events }
