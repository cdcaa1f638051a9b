package public

import (
	"context"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// past is where a world begins that remembers nothing: the log tells it all.
type past struct{ obs uint64 }

// Latest implements twin.Past.
func (p past) Latest(context.Context, func(twin.Kept) error) (uint64, error) { return p.obs, nil }

// LatestFixes implements twin.Past.
func (past) LatestFixes(context.Context, time.Time, func(twin.KeptFix) error) error { return nil }

// LatestFindings implements twin.Past.
func (past) LatestFindings(context.Context, func(twin.KeptFinding) error) error { return nil }

// Series are time series; *History makes of them what anybody may know.
type Series interface {
	Series(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) ([]twin.Sample, error)
}

// History is what anybody may know of history.
type History struct {
	series Series
	view   *View
}

// Series returns the values up to the delay ago, as the world has them: at most one
// a minute, and multiples of the phenomenon's step. Of whom they are the world must
// show.
func (h History) Series(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) ([]twin.Sample, error) {
	step, told := h.view.rules.step(phenomenon)
	if until := h.view.horizon(); to.After(until) {
		to = until
	}
	if !told || !from.Before(to) {
		return nil, nil
	}
	all, err := h.series.Series(ctx, id, phenomenon, from, to, limit)
	kept := all[:0]
	for _, s := range all {
		s.Time, s.Value = minute(s.Time), rounded(s.Value, step)
		if n := len(kept); n == 0 || kept[n-1].Time != s.Time {
			kept = append(kept, s)
		}
	}
	return kept, err
}

// Fixes returns none: where somebody was is nobody's business.
func (History) Fixes(context.Context, assets.ID, time.Time, time.Time, int) ([]twin.Fix, error) {
	return nil, nil
}

// Findings returns none.
func (History) Findings(context.Context, twin.FindingQuery) ([]twin.Finding, error) { return nil, nil }
