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

// settleAtOnce is how many things are made, and put into the stock, at once.
const settleAtOnce = 4096

// indexBits leave room for a thousand million assets beside a cell of geo.Curve.
const indexBits = 64 - geo.CurveBits

// inOrderOfPlace returns the assets in the order of a curve through the plane.
// Things that are made in this order lie near each other in memory if they do on
// the map, whatever their numbers are: a tile then waits for few pages of it. The
// index, too, is filled in half the time.
func inOrderOfPlace(all []*assets.Asset) []*assets.Asset {
	keys := make([]uint64, len(all))
	for i, a := range all {
		keys[i] = geo.Curve(anyPoint(a.Shape.Geometry.Plane))<<indexBits | uint64(i)
	}
	slices.Sort(keys)
	out := make([]*assets.Asset, len(all))
	for i, k := range keys {
		out[i] = all[k&(1<<indexBits-1)]
	}
	return out
}

func anyPoint(g orb.Geometry) orb.Point {
	switch g := g.(type) {
	case nil:
		return orb.Point{}
	case orb.Point:
		return g
	}
	return g.Bound().Center()
}

// settleAll makes the things of all assets on every core, and puts them into the
// stock, some thousands at once.
func (l *loading) settleAll(all []*assets.Asset) error {
	l.stock.grow(all)
	full := make(chan []Change, 2)
	var failed error
	var filled sync.WaitGroup
	filled.Go(func() {
		for born := range full {
			if failed == nil {
				failed = l.stock.fill(born)
			}
		}
	})
	var next atomic.Int64
	var made sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		made.Go(func() {
			for from := next.Add(settleAtOnce) - settleAtOnce; from < int64(len(all)); from = next.Add(settleAtOnce) - settleAtOnce {
				full <- l.born(all[from:min(from+settleAtOnce, int64(len(all)))])
			}
		})
	}
	made.Wait()
	close(full)
	filled.Wait()
	return failed
}

// born makes the things of some assets.
func (l *loading) born(some []*assets.Asset) []Change {
	out := make([]Change, 0, len(some))
	for _, a := range some {
		if t := l.thing(a); t != nil {
			out = append(out, Change{Is: t})
		}
	}
	return out
}
