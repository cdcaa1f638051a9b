package incident

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Day is one that is not what its weekday says: a day of rest, or a weekend's day on
// which people work.
type Day struct {
	Date string `json:"date"` // 2026-10-01
	Off  bool   `json:"off"`
	Name string `json:"name,omitempty"` // of the holiday
}

// Days are all days that are not what their weekday says, in order.
func (c *Calendar) Days() []Day {
	days := make([]Day, 0, len(c.off))
	for d, off := range c.off {
		days = append(days, Day{fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day), off, c.names[d]})
	}
	slices.SortFunc(days, func(a, b Day) int { return cmp.Compare(a.Date, b.Date) })
	return days
}

// Years are those whose holidays are known, in order; of others weekends are.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// Hours are the times of work in a workday, in order, as 09:00-12:00.
func (c *Calendar) Hours() []string {
	var hours []string
	for _, h := range c.hours {
		hours = append(hours, clockText(h.from)+"-"+clockText(h.to))
	}
	return hours
}

func clockText(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

// Due is when a clock with the limit that begins at from is past due: what every
// incident's clock shows, were it of that limit. assets.ErrInvalid: it is none.
func (c *Calendar) Due(l Limit, from time.Time) (time.Time, error) {
	if l == (Limit{}) {
		l.Unit = Hours // so that n is what is wrong
	}
	if err := l.check("limit"); err != nil {
		return time.Time{}, err
	}
	return c.Read(Clock{Limit: l, Began: from}, from).Due, nil
}
