package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/docket"
)

// casesAtOnce bounds a page of alarms or incidents.
const casesAtOnce = 1000

// openCases is a page of cases from memory, the newest first: of those before a number
// (0: all) that the caller sees and that are wanted.
func openCases[T any](all []*docket.Held[T], who access.Principal, before assets.FID, limit int, wanted func(*docket.Held[T]) bool) (page []docket.Held[T], more bool) {
	var sight access.Sight
	sight.By(who.Scope)
	var found []*docket.Held[T]
	for _, h := range all {
		if (before == 0 || h.Marker.FID < before) && sight.Sees(h.Marker) && wanted(h) {
			found = append(found, h)
		}
	}
	slices.SortFunc(found, func(a, b *docket.Held[T]) int { return cmp.Compare(b.Marker.FID, a.Marker.FID) })
	for _, h := range found[:min(limit, len(found))] {
		page = append(page, *h)
	}
	return page, len(found) > limit
}

// storedCases is a page of cases from the store: of those that the query finds, that
// the caller sees and that are wanted.
func storedCases[T any](ctx context.Context, read func(context.Context, docket.Query) ([]docket.Case, error), who access.Principal, q docket.Query, limit int, wanted func(*docket.Held[T]) bool) ([]docket.Held[T], bool, error) {
	sees := func(h *docket.Held[T]) bool { return who.Scope.Sees(h.Marker) && wanted(h) }
	return fill(limit, casesAtOnce, sees, func(last *docket.Held[T], atOnce int) ([]docket.Held[T], error) {
		if q.Limit = atOnce; last != nil {
			q.Before = last.Marker.FID
		}
		cases, err := read(ctx, q)
		if err != nil {
			return nil, err
		}
		out := make([]docket.Held[T], len(cases))
		for i, c := range cases {
			if out[i], err = docket.Read[T](c); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

// answerCases answers with the rows of a page under that name and, if there are more,
// with the address of the next page.
func answerCases[T, Row any](w http.ResponseWriter, r *http.Request, name string, page []docket.Held[T], more bool, row func(*docket.Held[T]) Row) {
	rows := make([]Row, len(page))
	for i := range page {
		rows[i] = row(&page[i])
	}
	out := map[string]any{name: rows}
	if more {
		out["next"] = nextOf(r, strconv.FormatUint(uint64(page[len(page)-1].Marker.FID), 10))
	}
	answerUnkept(w, http.StatusOK, out)
}

// lastMonth reads the period that is asked for; the last 30 days if it is not told.
func lastMonth(r *http.Request) (from, to time.Time, err error) {
	if to, err = instant(r, "to", time.Now()); err != nil {
		return from, to, err
	}
	from, err = instant(r, "from", to.AddDate(0, 0, -30))
	return from, to, err
}
