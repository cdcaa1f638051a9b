package incident

import (
	"context"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/docket"
)

// pageSize is how many cases are read at once.
const pageSize = 500

// MaxPeriod is the longest time that is evaluated at once.
const MaxPeriod = 400 * 24 * time.Hour

// Evaluate scores the incidents that were found from one time to before the other, as
// far as who asks sees them.
func (d *Desk) Evaluate(ctx context.Context, who access.Principal, by By, from, to time.Time) ([]Score, error) {
	if !from.Before(to) || to.Sub(from) > MaxPeriod {
		return nil, invalid("from, to: %s to %s, want at most %d days", from.Format(time.RFC3339), to.Format(time.RFC3339), int(MaxPeriod.Hours()/24))
	}
	e := d.o.Tables.Calendar.NewEvaluation(by)
	q := docket.Query{Kind: assets.Incident, From: from, Limit: pageSize}
	for {
		page, err := d.o.Store.Cases(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if !who.Scope.Sees(c.Marker) {
				continue
			}
			held, err := docket.Read[Incident](c)
			if err != nil {
				return nil, err
			}
			if begun := held.Is.Tally.Begun; !begun.Before(from) && begun.Before(to) {
				e.Add(&held.Is)
			}
		}
		if len(page) < pageSize {
			return e.Scores(), nil
		}
		q.Before = page[len(page)-1].Marker.FID
	}
}

// Page reads a page of all incidents that there are, open or not, newest first; see
// docket.Query.
func (d *Desk) Page(ctx context.Context, q docket.Query) ([]docket.Case, error) {
	q.Kind = assets.Incident
	return d.o.Store.Cases(ctx, q)
}
