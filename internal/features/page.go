package features

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// World is what features ask of the living world.
type World interface {
	ByID(id assets.ID) *twin.Thing
	Walk(kind assets.Kind, site *geo.Prepared, after assets.FID) iter.Seq[*twin.Thing]
	Counts(sees func(access.Facet) bool) []twin.Count
}

// Page is one page of an answer.
type Page struct {
	Things  []*twin.Thing
	Next    *Cursor // nil: there is no more
	Matched int     // of the whole answer; -1: it was too much to count
}

// countable is how many things are looked at to count those that match.
const countable = 100_000

// breath is how many things are looked at until it is asked whether anybody still waits.
const breath = 256

// Page answers with so many features as the question allows, or as many as usual.
func (q *Question) Page(ctx context.Context, w World, v Viewer) (Page, error) {
	p, err := q.page(ctx, w, v, q.After, cmp.Or(q.Limit, DefaultLimit))
	if err == nil && len(q.Order) == 0 {
		p.Matched, err = q.count(ctx, w, v)
	}
	return p, err
}

// Each yields all features of the answer, as many as the question allows. Few are in
// memory at once.
func (q *Question) Each(ctx context.Context, w World, v Viewer) iter.Seq2[*twin.Thing, error] {
	if len(q.Order) == 0 {
		return q.eachByNumber(ctx, w, v)
	}
	return q.eachInOrder(ctx, w, v)
}

func (q *Question) eachByNumber(ctx context.Context, w World, v Viewer) iter.Seq2[*twin.Thing, error] {
	return func(yield func(*twin.Thing, error) bool) {
		left := q.Limit
		for t, err := range q.passing(ctx, w, v, q.After.FID) {
			if !yield(t, err) || err != nil {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// sortedAtOnce is how many features are ordered at once of an answer without a limit.
const sortedAtOnce = 50_000

func (q *Question) eachInOrder(ctx context.Context, w World, v Viewer) iter.Seq2[*twin.Thing, error] {
	return func(yield func(*twin.Thing, error) bool) {
		left, after := q.Limit, &q.After
		for after != nil {
			n := sortedAtOnce
			if left > 0 {
				n = left
			}
			p, err := q.page(ctx, w, v, *after, n)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, t := range p.Things {
				if !yield(t, nil) {
					return
				}
			}
			if left > 0 {
				return
			}
			after = p.Next
		}
	}
}

// page reads a page behind a cursor. Of one with an order Matched is known.
func (q *Question) page(ctx context.Context, w World, v Viewer, after Cursor, limit int) (Page, error) {
	if len(q.Order) > 0 {
		return q.sortedPage(ctx, w, v, after, limit)
	}
	var p Page
	for t, err := range q.passing(ctx, w, v, after.FID) {
		if err != nil {
			return Page{}, err
		}
		if len(p.Things) == limit {
			p.Next = &Cursor{FID: p.Things[limit-1].Asset.FID}
			break
		}
		p.Things = append(p.Things, t)
	}
	return p, nil
}

// passing yields what the viewer sees and the filter passes, in order of number.
func (q *Question) passing(ctx context.Context, w World, v Viewer, after assets.FID) iter.Seq2[*twin.Thing, error] {
	return func(yield func(*twin.Thing, error) bool) {
		looked := 0
		for t := range w.Walk(q.Schema.Kind, q.Filter.Site(), after) {
			if looked++; looked%breath == 0 && ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			if q.answers(t, v) && !yield(t, nil) {
				return
			}
		}
	}
}

// answers says whether the thing is in the answer.
func (q *Question) answers(t *twin.Thing, v Viewer) bool {
	return v.Scope.Sees(t.Asset) && q.Filter.Passes(t)
}

// count counts the whole answer, unless that is too much to look at.
func (q *Question) count(ctx context.Context, w World, v Viewer) (int, error) {
	if q.Filter.String() == "" {
		for _, c := range w.Counts(v.Scope.SeesFacet) {
			if c.Kind == q.Schema.Kind {
				return c.Total, nil
			}
		}
		return 0, nil
	}
	n, looked := 0, 0
	for t := range w.Walk(q.Schema.Kind, q.Filter.Site(), 0) {
		if looked++; looked > countable {
			return -1, nil
		}
		if looked%breath == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if q.answers(t, v) {
			n++
		}
	}
	return n, nil
}

// placed is a thing and its place in an order.
type placed struct {
	thing  *twin.Thing
	values [MaxKeys]filter.Value
}

// sortedPage looks at all that passes and keeps the first of those behind the cursor.
func (q *Question) sortedPage(ctx context.Context, w World, v Viewer, after Cursor, limit int) (Page, error) {
	var first placed // the place of the cursor
	begun := after.Values != nil
	copy(first.values[:], after.Values)
	best := make([]placed, 0, 256)
	full := false // then the last of the best is in its place, and what comes behind it is none
	matched := 0
	cut := func() {
		slices.SortFunc(best, q.order)
		full = len(best) > limit
		best = best[:min(len(best), limit+1)]
	}
	for t, err := range q.passing(ctx, w, v, 0) {
		if err != nil {
			return Page{}, err
		}
		matched++
		p := q.place(t)
		if begun && q.behind(&p, &first, after.FID) <= 0 || full && q.behind(&p, &best[limit], best[limit].thing.Asset.FID) > 0 {
			continue
		}
		if best = append(best, p); len(best) >= 2*(limit+1) {
			cut()
		}
	}
	cut()
	out := Page{Matched: matched}
	for i := range best[:min(len(best), limit)] {
		out.Things = append(out.Things, best[i].thing)
	}
	if len(best) > limit {
		last := &best[limit-1]
		out.Next = &Cursor{FID: last.thing.Asset.FID, Values: slices.Clone(last.values[:len(q.Order)])}
	}
	return out, nil
}

// place is a thing's place in the order as it is now.
func (q *Question) place(t *twin.Thing) (p placed) {
	p.thing = t
	for i, key := range q.Order {
		p.values[i] = t.Property(key.Name)
	}
	return p
}

func (q *Question) order(a, b placed) int { return q.behind(&a, &b, b.thing.Asset.FID) }

// behind compares the place of a with that of b, whose number is given. What has no
// value comes last in either direction.
func (q *Question) behind(a, b *placed, fid assets.FID) int {
	for i, key := range q.Order {
		order := filter.Order(a.values[i], b.values[i])
		if null := filter.TypeNull; key.Descending && a.values[i].Type() != null && b.values[i].Type() != null {
			order = -order
		}
		if order != 0 {
			return order
		}
	}
	return cmp.Compare(a.thing.Asset.FID, fid)
}
