package survey

import (
	"cmp"
	"context"
	"slices"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// CreekAsk asks what stands along the creek.
type CreekAsk struct {
	Ask
	Upstream bool      // against the flow, else with it
	After    *CreekKey // the last of the page before
	Limit    int
}

// CreekKey is where a list along the creek stands.
type CreekKey struct {
	Chainage geo.Metres
	FID      assets.FID
}

// CreekList is a page of what stands along the creek, in its order.
type CreekList struct {
	Matched int
	Things  []Row
	Next    *CreekKey // nil: this is the last page
}

// Creek lists the things that have a place along the creek, with the flow or against
// it, those at one chainage in order of FID.
func (s *Survey) Creek(ctx context.Context, q CreekAsk) (CreekList, error) {
	all, err := s.alongCreek(ctx, &q.Ask)
	if err != nil {
		return CreekList{}, err
	}
	if q.Upstream {
		slices.Reverse(all)
	}
	out := CreekList{Matched: len(all), Things: []Row{}}
	from := 0
	if q.After != nil {
		sign := 1
		if q.Upstream {
			sign = -1
		}
		for from < len(all) && sign*byPlace(keyAlong(all[from]), *q.After) <= 0 {
			from++
		}
	}
	page := all[from:min(from+q.Limit, len(all))]
	for _, t := range page {
		out.Things = append(out.Things, q.row(t))
	}
	if from+len(page) < len(all) && len(page) > 0 {
		next := keyAlong(page[len(page)-1])
		out.Next = &next
	}
	return out, nil
}

// alongCreek are the things that are asked for and have a place along the creek, with
// the flow.
func (s *Survey) alongCreek(ctx context.Context, a *Ask) ([]*twin.Thing, error) {
	all, err := s.gather(ctx, a, maxSelected)
	all = slices.DeleteFunc(all, func(t *twin.Thing) bool { return t.Location().Place == nil })
	slices.SortFunc(all, func(a, b *twin.Thing) int { return byPlace(keyAlong(a), keyAlong(b)) })
	return all, err
}

func keyAlong(t *twin.Thing) CreekKey { return CreekKey{t.Location().Place.Chainage, t.Asset.FID} }

func byPlace(a, b CreekKey) int {
	return cmp.Or(cmp.Compare(a.Chainage, b.Chainage), cmp.Compare(a.FID, b.FID))
}

// Reach is the stretch of the creek below a thing, or above it, at most so long; it
// must be one that who asks sees, and have a place along the creek.
func (s *Survey) Reach(a *Ask, id assets.ID, upstream bool, length geo.Metres) (from, to geo.Metres, err error) {
	t := s.o.World.ByID(id)
	if t == nil || a.Sees == nil || !a.Sees(t.Asset) {
		return 0, 0, notFound(id)
	}
	p := t.Location().Place
	if p == nil {
		return 0, 0, invalid("%s has no place along the creek", id)
	}
	if !a.shows("chainage") {
		return 0, 0, denied("chainage: you are not shown it")
	}
	if upstream {
		return max(0, p.Chainage-length), p.Chainage, nil
	}
	return p.Chainage, min(max(s.Length(), p.Chainage), p.Chainage+length), nil
}
