package incident_test

import (
	"slices"
	"testing"
	"time"

	"suhe/twin/incident"
)

func TestDays(t *testing.T) {
	c := tables(t).Calendar
	days := c.Days()
	for _, want := range []incident.Day{{"2026-02-14", false, ""}, {"2026-02-15", true, "春节"}, {"2026-10-07", true, "国庆节"}, {"2026-10-10", false, ""}} {
		if !slices.Contains(days, want) {
			t.Errorf("the calendar does not tell of %v", want)
		}
	}
	if !slices.IsSortedFunc(days, func(a, b incident.Day) int { return slices.Compare([]byte(a.Date), []byte(b.Date)) }) {
		t.Error("days are not in order")
	}
	for _, d := range days {
		if at, err := time.ParseInLocation(time.DateOnly, d.Date, c.Zone()); err != nil || c.Workday(at) == d.Off {
			t.Errorf("%v is told otherwise than it counts (%v)", d, err)
		}
	}
	if got := c.Hours(); !slices.Equal(got, []string{"09:00-12:00", "13:00-18:00"}) {
		t.Errorf("hours %v", got)
	}
	if got := c.Years(); !slices.Equal(got, []int{2026}) {
		t.Errorf("years %v", got)
	}
}

func TestDue(t *testing.T) {
	c := tables(t).Calendar
	for _, x := range []struct {
		name  string
		limit incident.Limit
		from  string
		due   string // "": it is no limit
		known bool
	}{
		{"over the national holiday", incident.Limit{N: 4, Unit: incident.WorkingHours}, "2026-09-30 16:00", "2026-10-08 11:00", true},
		{"by day and night", incident.Limit{N: 2, Unit: incident.Hours}, "2026-10-01 23:00", "2026-10-02 01:00", true},
		{"to the end of a shifted Saturday", incident.Limit{N: 2, Unit: incident.WorkingDays}, "2026-10-08 10:00", "2026-10-10 18:00", true},
		{"into a year that nobody announced", incident.Limit{N: 1, Unit: incident.WorkingDays}, "2026-12-31 10:00", "2027-01-01 18:00", false},
		{"nothing", incident.Limit{}, "2026-10-08 10:00", "", false},
		{"no unit", incident.Limit{N: 1, Unit: "moons"}, "2026-10-08 10:00", "", false},
		{"too much", incident.Limit{N: 1e9, Unit: incident.Hours}, "2026-10-08 10:00", "", false},
	} {
		due, err := c.Due(x.limit, at(t, x.from))
		if (err != nil) != (x.due == "") {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if err == nil && !due.Equal(at(t, x.due)) {
			t.Errorf("%s: due %v, want %s", x.name, due, x.due)
		}
		if got := c.KnowsAll(at(t, x.from), due); got != x.known {
			t.Errorf("%s: known %v", x.name, got)
		}
	}
}
