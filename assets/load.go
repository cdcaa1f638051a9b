package assets

import (
	"context"
	"runtime"
	"sync"
)

// Load reads the whole store as Store.Load does, learns the areas, and yields
// every asset placed by the outlines of now, in order of FID, on the caller's
// goroutine. It has to know all areas before it can place the first asset, so
// all assets are held until then; placing uses every core. It is a Store.Load
// in its own right.
func (r *Registry) Load(ctx context.Context, yield func(*Asset) error) (events uint64, err error) {
	var all []*Asset
	areas := (*areaSet)(nil).clone()
	events, err = r.store.Load(ctx, func(a *Asset) error {
		if a.Kind == Area {
			areas.learn(a.ID, a, r.classes)
		}
		all = append(all, a)
		return nil
	})
	if err != nil {
		return 0, err
	}
	r.learning.Lock()
	r.areas.Store(areas)
	r.learning.Unlock()
	r.placeAll(all, areas)
	for _, a := range all {
		if err := yield(a); err != nil {
			return 0, err
		}
	}
	return events, nil
}

// placeAll replaces each asset by itself placed.
func (r *Registry) placeAll(all []*Asset, areas *areaSet) {
	share := len(all)/runtime.GOMAXPROCS(0) + 1
	var wg sync.WaitGroup
	for from := 0; from < len(all); from += share {
		part := all[from:min(from+share, len(all))]
		wg.Go(func() {
			for i, a := range part {
				part[i] = r.place(a, areas)
			}
		})
	}
	wg.Wait()
}
