package assets

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// MaxPlaceOffset is how far from the creek an asset still has a place along it.
const MaxPlaceOffset geo.Metres = 2000

// Registry is the door to the store: it completes what people give, checks it,
// and commits it. All methods may be called at once.
//
// It keeps the outlines of the areas in memory, learned through Load and
// through Learn. When an outline changes, assets that were placed before keep
// their area until they are edited or loaded the next time: Load places all of
// them anew.
type Registry struct {
	store   Store
	classes *Classes
	river   *geo.River
	sealer  Sealer // nil: nothing is sealed
	kindOf  func(ID) (Kind, bool)

	learning sync.Mutex // one writer of areas at a time
	areas    atomic.Pointer[areaSet]
}

// NewRegistry returns a registry over store. A nil river leaves assets without
// a place along the creek; nil classes are DefaultClasses.
func NewRegistry(store Store, classes *Classes, river *geo.River) *Registry {
	if classes == nil {
		classes = DefaultClasses()
	}
	return &Registry{store: store, classes: classes, river: river}
}

// RelateBy lets edits be checked by what the assets are that they name: a relation is
// to certain kinds only. kindOf is called at once from many goroutines; RelateBy before
// the first edit.
func (r *Registry) RelateBy(kindOf func(ID) (Kind, bool)) *Registry {
	r.kindOf = kindOf
	return r
}

// Classes returns the tables that the registry checks by.
func (r *Registry) Classes() *Classes { return r.classes }

// Learn tells the registry of an applied event: id is now is, or gone if is is
// nil. Whoever applies events calls it for every asset, in order; all but areas
// pass through at once.
func (r *Registry) Learn(id ID, is *Asset) {
	if known := r.areas.Load(); (is == nil || is.Kind != Area) && (known == nil || !known.has(id)) {
		return
	}
	r.learning.Lock()
	defer r.learning.Unlock()
	next := r.areas.Load().clone()
	if next.learn(id, is, r.classes) {
		r.areas.Store(next)
	}
}

func (s *areaSet) has(id ID) bool {
	_, ok := s.byID[id]
	return ok
}

// Area returns the area with that code and its box; false if there is none.
func (r *Registry) Area(code string) (id ID, box orb.Bound, known bool) {
	if all := r.areas.Load(); all != nil {
		for _, p := range all.sorted {
			if p.code == code {
				return p.id, p.bound, true
			}
		}
	}
	return "", orb.Bound{}, false
}

// Place returns a with everything that the registry derives: the area and the
// place along the creek of its geometry's anchor, its sensitivity, the generic class
// of its kind if it has none, and in_use if it has no lifecycle. It returns a itself if
// nothing of it changes, otherwise a copy. An asset without a sound geometry
// comes back with no location.
func (r *Registry) Place(a *Asset) *Asset { return r.place(a, r.areas.Load()) }

func (r *Registry) place(a *Asset, areas *areaSet) *Asset {
	class, life := a.Class, a.Lifecycle
	if class == "" {
		class = Generic(a.Kind)
	}
	if life == "" {
		life = InUse
	}
	loc := r.locate(a, areas)
	harm := r.classes.sensitivityOf(class, a.Properties)
	if class == a.Class && life == a.Lifecycle && harm == a.Sensitivity && equalLocation(loc, a.Location) {
		return a
	}
	placed := *a
	placed.Class, placed.Lifecycle, placed.Sensitivity, placed.Location = class, life, harm, loc
	return &placed
}

func (r *Registry) locate(a *Asset, areas *areaSet) Location {
	g := a.Shape.Geometry.Plane
	if g == nil || geo.Check(g) != nil {
		return Location{}
	}
	return r.locatePoint(anchorOf(g), areas)
}

func (r *Registry) locatePoint(p orb.Point, areas *areaSet) Location {
	loc := Location{Area: areas.at(p)}
	if r.river == nil {
		return loc
	}
	if at := r.river.Locate(p); at.Offset <= MaxPlaceOffset {
		loc.Place = &at
	}
	return loc
}

// Locate says where a point is, degrees WGS84, in the terms of the district: by
// the outlines of now.
func (r *Registry) Locate(p orb.Point) Location { return r.locatePoint(p, r.areas.Load()) }

// anchorOf spares the commonest geometry the way through an interface.
func anchorOf(g orb.Geometry) orb.Point {
	if p, ok := g.(orb.Point); ok {
		return p
	}
	return geo.Anchor(g)
}

func equalLocation(a, b Location) bool {
	if a.Area != b.Area || (a.Place == nil) != (b.Place == nil) {
		return false
	}
	return a.Place == nil || *a.Place == *b.Place
}

// Get returns one asset as stored, or ErrNotFound.
func (r *Registry) Get(ctx context.Context, id ID) (*Asset, error) { return r.store.Get(ctx, id) }

// Edit completes, checks and commits one edit in the name of by, and returns
// the asset as stored (for a removal: as it was). Errors wrap ErrInvalid,
// ErrNotFound or ErrConflict where one of these is the cause.
func (r *Registry) Edit(ctx context.Context, by, why string, e Edit) (*Asset, Verdict, error) {
	var got *Asset
	var verdict Verdict
	one := func(yield func(Edit, error) bool) { yield(e, nil) }
	err := r.EditAll(ctx, by, why, one, func(a *Asset, v Verdict) { got, verdict = a, v })
	if err != nil {
		return nil, "", err
	}
	return got, verdict, nil
}

// EditAll completes, checks and commits edits in one transaction, in their
// order: all or, on any error, none. An area of the same transaction places the
// assets that come behind it. took runs as with Store.Commit; it may be nil.
func (r *Registry) EditAll(ctx context.Context, by, why string, edits iter.Seq2[Edit, error], took func(*Asset, Verdict)) error {
	if took == nil {
		took = func(*Asset, Verdict) {}
	}
	b := r.begin(by, why)
	return r.store.Commit(ctx, func(yield func(Edit, error) bool) {
		for e, err := range edits {
			if err == nil {
				e, err = b.prepare(e)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}, took)
}

// bulk is one transaction on its way: it sees the areas that it edits itself.
type bulk struct {
	r       *Registry
	by, why string
	areas   *areaSet
	own     bool // areas is a copy of ours
}

func (r *Registry) begin(by, why string) *bulk {
	return &bulk{r: r, by: by, why: why, areas: r.areas.Load()}
}

// prepare completes and checks an edit.
func (b *bulk) prepare(e Edit) (Edit, error) {
	if e.Asset == nil {
		if _, err := ParseID(string(e.Remove)); err != nil {
			return e, fmt.Errorf("remove: %w", err)
		}
		b.learn(e.Remove, nil)
		e.By, e.Why = b.by, b.why
		return e, nil
	}
	placed := b.r.place(e.Asset, b.areas)
	if err := b.r.Check(placed); err != nil {
		return e, fmt.Errorf("asset %.128q: %w", e.Asset.ID, err)
	}
	if b.r.kindOf != nil {
		if err := checkRelated(placed, b.r.kindOf); err != nil {
			return e, fmt.Errorf("asset %.128q: %w", e.Asset.ID, err)
		}
	}
	if b.learn(placed.ID, placed) {
		placed = b.r.place(placed, b.areas) // an area lies in itself
	}
	placed, err := b.r.sealedOf(placed)
	if err != nil {
		return e, fmt.Errorf("asset %.128q: %w", e.Asset.ID, err)
	}
	if placed == e.Asset {
		c := *placed
		placed = &c
	}
	placed.Revision.By, placed.Revision.Why = b.by, b.why
	e.Asset = placed
	return e, nil
}

func (b *bulk) learn(id ID, is *Asset) bool {
	if (is == nil || is.Kind != Area) && (b.areas == nil || !b.areas.has(id)) {
		return false
	}
	if !b.own {
		b.areas, b.own = b.areas.clone(), true
	}
	return b.areas.learn(id, is, b.r.classes)
}
