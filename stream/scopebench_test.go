package stream

import (
	"fmt"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// A tick for views of a scope of two areas costs what it costs for views of the open
// one: both are told in turn, and x-open is how many times as long the quickest of
// the first take as the quickest of the other.
func BenchmarkTickOfAScope(b *testing.B) {
	const views, things, changes = 100, 5_000, 200
	all := make([]*twin.Thing, things)
	for i := range all {
		all[i] = standing(orb.Point{121.4 + float64(i%70)*0.0004, 31.2 + float64(i/70)*0.0003})
		all[i].Asset.FID, all[i].Asset.Location.Area = assets.FID(i+1), []string{"310107005", "310107014012"}[i%2]
		all[i].Last = []twin.Observation{{Phenomenon: "water_level", Value: 3}}
	}
	batch := twin.Batch{At: twin.Position{Epoch: 1}}
	begin := func(scope access.Scope) (tick func() (time.Duration, int)) {
		h := New(Options{World: nowhere{}, Tick: time.Second}) // each tick tells all
		var sessions []*session
		for i := range views {
			s := newSession(h, access.Principal{ID: fmt.Sprint(i), Scope: scope}, asBinary, fmt.Sprint(i))
			x, y := 121.4+float64(i%32)*0.0008, 31.2+float64(i/32)*0.0006
			l, err := h.look(ask{Layers: []string{"sensors"}, BBox: []float64{x, y, x + 0.005, y + 0.004}}, nil, scope)
			if err != nil {
				b.Fatal(err)
			}
			v := newView("v", s, l)
			s.add(v, nil)
			v.begin(nil, 0, h.watch(v, l, nil))
			sessions = append(sessions, s)
		}
		return func() (time.Duration, int) {
			told, began := 0, time.Now()
			h.Took(batch)
			h.tick(h.o.Now())
			for _, s := range sessions {
				for frame, some := s.next(); some; frame, some = s.next() {
					told += len(frame.data)
				}
			}
			return time.Since(began), told
		}
	}
	open, scoped := time.Hour, time.Hour
	one, two := begin(access.Open()), begin(access.GrantOf([]access.Role{access.Operator}, []string{"310107005", "310107014"}).Compile(nil))
	for b.Loop() {
		batch.Changes = nil
		for i := range changes {
			at := (int(batch.Shown)*changes + i) * 7919 % things
			is := *all[at]
			batch.Changes = append(batch.Changes, twin.Change{Was: all[at], Is: &is})
			all[at] = &is
		}
		batch.Shown++
		batch.At.Obs++
		d, n := one()
		e, m := two()
		if open, scoped = min(open, d), min(scoped, e); n != m {
			b.Fatalf("%d bytes are told, want %d", m, n)
		}
	}
	b.ReportMetric(float64(scoped)/float64(open), "x-open")
}
