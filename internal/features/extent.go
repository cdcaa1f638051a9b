package features

import (
	"context"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// Extents know where the features of collections lie, for each class of scopes: what is
// not seen does not show in the extent of the rest. They are looked at anew when they
// are a while old. The zero value is ready.
type Extents struct {
	mu    sync.Mutex
	known map[extentOf]extent
}

type extentOf struct {
	world World
	kind  assets.Kind
	class string // of the scope
}

type extent struct {
	box orb.Bound
	any bool
	at  time.Time
}

const (
	extentKept  = time.Minute
	mostExtents = 1000
)

// Of is the box around all of the collection that the viewer sees; false if that is
// nothing.
func (e *Extents) Of(ctx context.Context, w World, kind assets.Kind, v Viewer, now time.Time) (orb.Bound, bool, error) {
	key := extentOf{w, kind, v.Scope.Class()}
	e.mu.Lock()
	x, known := e.known[key]
	e.mu.Unlock()
	if known && now.Sub(x.at) < extentKept {
		return x.box, x.any, nil
	}
	x = extent{at: now}
	looked := 0
	for t := range w.Walk(kind, nil, 0) {
		if looked++; looked%breath == 0 && ctx.Err() != nil {
			return orb.Bound{}, false, ctx.Err()
		}
		switch {
		case !v.Scope.Sees(t.Asset):
		case x.any:
			x.box = x.box.Union(t.Bound())
		default:
			x.box, x.any = t.Bound(), true
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.known) >= mostExtents || e.known == nil {
		e.known = make(map[extentOf]extent)
	}
	e.known[key] = x
	return x.box, x.any, nil
}
