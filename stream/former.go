package stream

import (
	"math"

	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// formersKept is how many former looks a view may have.
const formersKept = 16

// former is how a view looked before it moved. The world may have shown changes
// then of which the hub had not heard: what leaves the former look by them leaves
// the view, though the new look never held it. The hub's marking lock guards it.
type former struct {
	view  *view
	look  *look
	scope access.Scope
	until uint64 // later batches were not shown yet
}

// mark notes that the thing may have left the view.
func (f *former) mark(t *told) {
	if t.first > f.until {
		return
	}
	for _, was := range append([]*twin.Thing{t.was}, t.via...) {
		if was != nil && f.look.holds(was) && f.scope.Sees(was.Asset) {
			f.view.doubt(t)
			return
		}
	}
}

// formers are all former looks that still count.
type formers struct{ cells cells[*former] }

// keep makes the view remember how it looked, for as long as it is not known what
// the world showed. It is nil if the view has too many former looks already.
func (a *formers) keep(v *view, l *look, scope access.Scope) *former {
	if len(v.formers) >= v.session.hub.bounds.formers {
		return nil
	}
	f := &former{v, l, scope, math.MaxUint64}
	v.formers = append(v.formers, f)
	a.cells.watch(f, geo.BoxOf(l.region.box))
	return f
}

// drop forgets the former looks that have nothing more to tell when everything up
// to a batch is told.
func (a *formers) drop(shown uint64) {
	for f := range a.cells.watched {
		if f.until <= shown {
			a.forget(f.view, func(of *former) bool { return of == f })
		}
	}
}

// dropAll forgets the former looks of a view.
func (a *formers) dropAll(v *view) { a.forget(v, func(*former) bool { return true }) }

func (a *formers) forget(v *view, which func(*former) bool) {
	kept := v.formers[:0]
	for _, f := range v.formers {
		if which(f) {
			a.cells.unwatch(f)
		} else {
			kept = append(kept, f)
		}
	}
	clear(v.formers[len(kept):])
	v.formers = kept
}
