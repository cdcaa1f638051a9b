package twin

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// populateAtOnce is how many assets a core takes at once.
const populateAtOnce = 4096

// placeBits leave room for a thousand million assets beside a cell of geo.Curve.
const placeBits = 64 - geo.CurveBits

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

// populate fills the stock with the things of the assets that may live.
//
// Assets are prepared in the order in which they were read, and so lie in memory.
// Things are made in order of place: they lie near each other in memory if they do
// on the map, whatever their numbers are, so that a tile waits for few pages of it,
// and the index is filled in half the time.
func (l *loading) populate(all []*assets.Asset) error {
	places := l.prepareAll(all)
	var named sync.WaitGroup
	named.Go(func() { l.stock.name(all) })
	defer named.Wait()
	slices.Sort(places)
	return l.settleAll(all, places)
}

// prepareAll prepares the assets where they are, nil for those that are refused,
// and tells of each its place on geo.Curve with its index in the low bits.
func (l *loading) prepareAll(all []*assets.Asset) (places []uint64) {
	places = make([]uint64, len(all))
	inParts(len(all), func(from, to int) {
		for i := from; i < to; i++ {
			a, err := prepared(all[i], l.world.options.Prepare)
			if err != nil {
				l.refuse(all[i], err)
				all[i] = nil
				continue
			}
			all[i] = a
			places[i] = geo.Curve(anyPoint(a.Shape.Geometry.Plane))<<placeBits | uint64(i)
		}
	})
	return places
}

func anyPoint(g orb.Geometry) orb.Point {
	if p, ok := g.(orb.Point); ok {
		return p
	}
	return g.Bound().Center()
}

// settleAll makes things in the order of places, and puts them into the stock while
// the next are made.
func (l *loading) settleAll(all []*assets.Asset, places []uint64) error {
	made := make(chan []Change, 2)
	var failed error
	var filled sync.WaitGroup
	filled.Go(func() {
		for born := range made {
			if failed == nil {
				failed = l.stock.fill(born)
			}
		}
	})
	inParts(len(places), func(from, to int) {
		born := make([]Change, 0, to-from)
		for _, p := range places[from:to] {
			if a := all[p&(1<<placeBits-1)]; a != nil {
				born = append(born, Change{Is: l.thing(a)})
			}
		}
		made <- born
	})
	close(made)
	filled.Wait()
	return failed
}

// inParts runs f on parts of [0, n), a few thousand at once, on every core.
func inParts(n int, f func(from, to int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for {
				to := int(next.Add(populateAtOnce))
				if to-populateAtOnce >= n {
					return
				}
				f(to-populateAtOnce, min(to, n))
			}
		})
	}
	all.Wait()
}
