package incident_test

import (
	"slices"
	"testing"
	"time"

	"suhe/assets"
	"suhe/twin/incident"
)

// many are so many open incidents at work, spread over the bank.
func many(b *testing.B, n int) []incident.Incident {
	now := at(b, "2026-03-04 10:00")
	one, _ := begun(b, "facility.railing", now)
	one = lead(b, one, now, "file", "dispatch", "accept", "handle")
	out := make([]incident.Incident, n)
	for i := range out {
		out[i] = one
		out[i].ID = assets.ID(string(one.ID) + string(rune('a'+i%26)))
		out[i].What.Place[0] += float64(i) * 1e-5
	}
	return out
}

// BenchmarkClocks reads all clocks of the open incidents of the planning size, as each
// tick does.
func BenchmarkClocks(b *testing.B) {
	all, calendar, now := many(b, 5000), tables(b).Calendar, at(b, "2026-03-05 10:00")
	b.ReportAllocs()
	for b.Loop() {
		for i := range all {
			calendar.Worst(&all[i], now)
		}
	}
}

// BenchmarkDoubles looks for doubles among the open incidents of the planning size, as
// each new one does.
func BenchmarkDoubles(b *testing.B) {
	all, tables := many(b, 5000), tables(b)
	of := all[2500]
	of.ID, of.Tally.Begun = "new", of.Tally.Begun.Add(time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		tables.Doubles(&of, slices.Values(all))
	}
}

// BenchmarkNext takes one action.
func BenchmarkNext(b *testing.B) {
	now := at(b, "2026-03-04 10:00")
	in, _ := begun(b, "facility.railing", now)
	a := action("file", clerk())
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := incident.Next(in, a, now); err != nil {
			b.Fatal(err)
		}
	}
}
