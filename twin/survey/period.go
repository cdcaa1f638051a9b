package survey

import "time"

// shanghai is where days begin; it knows no summer time.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Every is how long the periods are into which time is cut; 0: it is not cut.
type Every time.Duration

// The periods.
const (
	Hour = Every(time.Hour)
	Day  = 24 * Hour
	Week = 7 * Day
)

// monday is a beginning of a week, of a day and of an hour.
var monday = time.Date(1970, 1, 5, 0, 0, 0, 0, shanghai).UnixMilli()

// Floor is the beginning of the period that holds t, in Shanghai's time.
func (e Every) Floor(t time.Time) time.Time {
	if e == 0 {
		return t
	}
	width := time.Duration(e).Milliseconds()
	since := t.UnixMilli() - monday
	late := ((since % width) + width) % width
	return time.UnixMilli(t.UnixMilli() - late).In(shanghai)
}

// Ceil is the end of the period that holds the instant before t.
func (e Every) Ceil(t time.Time) time.Time {
	if from := e.Floor(t); from.Before(t) {
		return from.Add(time.Duration(e))
	}
	return t
}

// Against is the time that a span is compared with.
type Against string

// The times.
const (
	Before   Against = "before" // 环比: the span of the same length that ends where it begins
	LastWeek Against = "week"   // 同比: a week before
	LastYear Against = "year"   // 同比: the same date a year before; of weeks, 52 weeks before
)

// from is where the span that is compared with begins.
func (g Against) from(from, to time.Time, e Every) time.Time {
	switch g {
	case LastWeek:
		return from.Add(-time.Duration(Week))
	case LastYear:
		if e == Week {
			return from.Add(-52 * time.Duration(Week))
		}
		return from.In(shanghai).AddDate(-1, 0, 0)
	}
	return from.Add(-to.Sub(from))
}
