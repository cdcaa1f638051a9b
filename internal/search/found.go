package search

import (
	"context"

	"suhe/internal/access"
	"suhe/twin"
)

// found makes the answer of what was found. The things are as they are now: one that is
// gone or not seen any more since is left out.
func (x *Index) found(a *asking, scope access.Scope, shows access.Fields) Found {
	out := Found{Total: a.total, Exact: a.exact, Facets: x.facets(a, shows)}
	ranks := a.top.ranks
	if len(ranks) > a.q.Limit {
		ranks = ranks[:a.q.Limit]
		out.Next = ranks[len(ranks)-1].String()
	}
	for _, r := range ranks {
		t := x.options.World.ByFID(r.fid)
		if t == nil || !scope.Sees(t.Asset) {
			continue
		}
		out.Hits = append(out.Hits, Hit{Thing: t, Distance: float64(r.distance) / 10, Matches: a.matches(t.Asset)})
	}
	return out
}

// facets counts by what is shown.
func (x *Index) facets(a *asking, shows access.Fields) Facets {
	x.mu.RLock()
	defer x.mu.RUnlock()
	counted := func(property string) map[string]int {
		if !twin.Shown(property, shows) {
			return nil
		}
		return map[string]int{}
	}
	out := Facets{counted("kind"), counted("class"), counted("area"), counted("state")}
	for i, n := range a.counts {
		if n == 0 {
			continue
		}
		l := &x.likes.all[i]
		for _, f := range []struct {
			counts map[string]int
			of     string
		}{{out.Kind, string(l.facet.Kind)}, {out.Class, l.facet.Class}, {out.Area, l.facet.Area}, {out.State, l.state}} {
			if f.counts != nil {
				f.counts[f.of] += int(n)
			}
		}
	}
	return out
}

// Among finds what is meant of things that the index does not hold, such as cases that
// are over, in their order. Pages, places and times of the question do not matter.
func (x *Index) Among(ctx context.Context, q Query, things []*twin.Thing, scope access.Scope, shows access.Fields) ([]Hit, error) {
	a := askings.Get().(*asking)
	defer askings.Put(a)
	if err := x.read(ctx, a, &q, shows); err != nil {
		return nil, err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	areaWords := x.areaWords(a, scope)
	var out []Hit
	for _, t := range things {
		l := likeOf(t)
		if !q.passes(&l) || !scope.SeesFacet(l.facet) {
			continue
		}
		zh, en := x.options.Names(l.facet.Kind, l.facet.Class)
		words := a.termsIn(appendNames(nil, zh, en), everyField)
		if n, known := x.likes.areas[l.facet.Area]; known {
			words |= areaWords[n]
		}
		if _, meant := a.judge(appendRecord(nil, t.Asset), words); meant {
			out = append(out, Hit{Thing: t, Matches: a.matches(t.Asset)})
		}
	}
	return out, nil
}
