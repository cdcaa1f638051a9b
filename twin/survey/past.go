package survey

import (
	"context"
	"time"

	"suhe/assets"
)

// Past is what the store knows of before. Its methods may be called at once; yield runs
// on the caller's goroutine, and its error stops them.
type Past interface {
	// Sums yields what the assets measured, one asset and period after the other, in
	// their order; of a period without a value there is none.
	Sums(ctx context.Context, q SumQuery, yield func(Sum) error) error
	// Begun yields the incidents that began in [from, to), open or not, in order of
	// FID: each by its marker as it is now.
	Begun(ctx context.Context, from, to time.Time, yield func(Begun) error) error
}

// SumQuery asks for what assets measured of one phenomenon in [From, To), whole
// milliseconds, by periods of Every from From on.
type SumQuery struct {
	Assets     []assets.ID
	Phenomenon string
	From, To   time.Time
	Every      time.Duration
	Valid      [2]float64 // what is outside is no measurement
}

// Sum is what one asset measured in one period.
type Sum struct {
	Asset  assets.ID
	Period int // from 0
	Tally
}

// Begun is an incident and when it began.
type Begun struct {
	Marker *assets.Asset
	At     time.Time
}

// Tally is the sum of some values. The zero Tally is of none.
type Tally struct {
	Count         int
	Sum, Min, Max float64
}

func (t *Tally) add(o Tally) {
	switch {
	case o.Count == 0:
		return
	case t.Count == 0:
		*t = o
		return
	}
	t.Count, t.Sum = t.Count+o.Count, t.Sum+o.Sum
	t.Min, t.Max = min(t.Min, o.Min), max(t.Max, o.Max)
}
