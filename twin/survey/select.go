package survey

import (
	"cmp"
	"context"
	"slices"

	"suhe/assets"
	"suhe/twin"
)

// The bounds of one list.
const (
	MaxRows     = 10_000
	maxSelected = 1_000_000 // that are counted
)

// Selection is a page of the things in a region.
type Selection struct {
	Matched int        `json:"matched"` // all of them
	Things  []Row      `json:"things"`
	Next    assets.FID `json:"-"` // after which the next page goes on; 0: this is the last
}

// Select is the page after a FID, in order of FID.
func (s *Survey) Select(ctx context.Context, a Ask, after assets.FID, n int) (Selection, error) {
	all, err := s.gather(ctx, &a, maxSelected)
	if err != nil {
		return Selection{}, err
	}
	slices.SortFunc(all, func(a, b *twin.Thing) int { return cmp.Compare(a.Asset.FID, b.Asset.FID) })
	out := Selection{Matched: len(all), Things: []Row{}}
	from, _ := slices.BinarySearchFunc(all, after+1, func(t *twin.Thing, fid assets.FID) int { return cmp.Compare(t.Asset.FID, fid) })
	page := all[from:min(from+n, len(all))]
	for _, t := range page {
		out.Things = append(out.Things, a.row(t))
	}
	if from+n < len(all) {
		out.Next = page[n-1].Asset.FID
	}
	return out, nil
}

// gather collects what is asked for, at most so many.
func (s *Survey) gather(ctx context.Context, a *Ask, most int) ([]*twin.Thing, error) {
	var all []*twin.Thing
	err := s.Each(ctx, a, func(t *twin.Thing) error {
		if len(all) == most {
			return costly("more than %d things, want a smaller region or a narrower filter", most)
		}
		all = append(all, t)
		return nil
	})
	return all, err
}
