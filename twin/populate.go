package twin

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"suhe/assets"
	"suhe/geo"
)

// populateAtOnce is how many assets a core takes at once.
const populateAtOnce = 4096

// indexBits leave room for a thousand million assets beside a cell of geo.Curve.
const indexBits = 64 - geo.CurveBits

// prepared completes an asset from the store, and refuses what may not live.
func prepared(a *assets.Asset, prepare Prepare) (*assets.Asset, error) {
	if prepare != nil {
		var err error
		if a, err = prepare(a); err != nil {
			return nil, err
		}
	}
	return a, livable(a)
}

// population is a registry on its way into a stock.
type population struct {
	assets []*assets.Asset // prepared, in the order read; nil: refused
	homes  []home          // of the same
	order  []uint64        // indexes of both in order of place: below each, its cell of geo.Curve
}

// home is where a thing will be found.
type home struct {
	layer *layer // nil: nowhere
	move  geo.Move[assets.FID]
}

// populate fills the stock with the things of the assets that may live.
//
// Memory is waited for most, so all is done in the order in which assets were read,
// and so lie, but for two things. Things lie in order of place: near each other in
// memory if they are on the map, whatever their numbers are, so that a tile waits for
// few pages of it. And the index is filled in that order, in half the time.
func (l *loading) populate(all []*assets.Asset) error {
	p := l.prepareAll(all)
	var failed error
	var beside sync.WaitGroup
	beside.Go(func() { l.stock.name(p.assets) })
	slices.Sort(p.order)
	beside.Go(func() { failed = l.stock.house(p) })
	l.settleAll(p)
	beside.Wait()
	return failed
}

// prepareAll prepares the assets, and puts what it made in their place.
func (l *loading) prepareAll(all []*assets.Asset) *population {
	p := &population{assets: all, homes: make([]home, len(all)), order: make([]uint64, len(all))}
	inParts(len(all), func(from, to int) {
		for i := from; i < to; i++ {
			p.order[i] = uint64(i)
			a, err := prepared(all[i], l.world.options.Prepare)
			if err != nil {
				l.refuse(all[i], err)
				all[i] = nil
				continue
			}
			all[i] = a
			box := a.Shape.Geometry.Plane.Bound()
			p.homes[i] = home{l.stock.layers[a.Kind], geo.Move[assets.FID]{Key: a.FID, Is: box}}
			p.order[i] |= geo.Curve(box.Center()) << indexBits
		}
	})
	return p
}

// ordered yields the indexes in order of place.
func (p *population) ordered(yield func(int) bool) {
	for _, o := range p.order {
		if !yield(int(o & (1<<indexBits - 1))) {
			return
		}
	}
}

// house puts all into the indexes, each of which packs them.
func (s *stock) house(p *population) error {
	counts := make(map[*layer]int)
	for i := range p.homes {
		counts[p.homes[i].layer]++
	}
	delete(counts, nil)
	for l, n := range counts {
		l.moves = make([]geo.Move[assets.FID], 0, n)
	}
	for i := range p.ordered {
		if h := &p.homes[i]; h.layer != nil {
			h.layer.moves = append(h.layer.moves, h.move)
		}
	}
	if err := s.index(nil); err != nil {
		return err
	}
	for l := range counts {
		l.moves = nil // it was large
	}
	return nil
}

// settleAll allocates the things in order of place and makes them in that of reading.
func (l *loading) settleAll(p *population) {
	things := make([]*Thing, len(p.assets))
	for i := range p.ordered {
		if p.assets[i] != nil {
			things[i] = new(Thing)
		}
	}
	var adding sync.Mutex
	inParts(len(things), func(from, to int) {
		for i := from; i < to; i++ {
			if things[i] != nil {
				things[i] = l.thing(p.assets[i], things[i])
			}
		}
		adding.Lock()
		defer adding.Unlock()
		for _, t := range things[from:to] {
			if t != nil {
				l.stock.add(t)
			}
		}
	})
}

// inParts runs f on parts of [0, n), a few thousand at once, on every core.
func inParts(n int, f func(from, to int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for to := int(next.Add(populateAtOnce)); to-populateAtOnce < n; to = int(next.Add(populateAtOnce)) {
				f(to-populateAtOnce, min(to, n))
			}
		})
	}
	all.Wait()
}
