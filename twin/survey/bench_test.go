package survey_test

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/twin/survey"
)

// processor is the time that processors have worked for this process: others on the
// machine do not count.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// What questions cost among 100,000 things.
func BenchmarkSurvey(b *testing.B) {
	random := rand.New(rand.NewPCG(71, 1))
	h := open(b, nil, nil, things(random, 100_000)...)
	for _, c := range []struct {
		name string
		ask  func() error
	}{
		{"nearest 10", func() error {
			_, err := h.Nearest(b.Context(), everything(), somewhere(random), 10, 2000)
			return err
		}},
		{"polygon of 1 km", func() error {
			a := everything()
			a.Region, _ = survey.Touching(star(random, somewhere(random), 1000))
			_, err := h.Select(b.Context(), a, 0, 100)
			return err
		}},
		{"corridor of 2 km, 50 m wide", func() error {
			a := everything()
			p := somewhere(random)
			a.Region, _ = survey.Around(orb.LineString{p, {p[0] + 0.01, p[1] + 0.01}, {p[0] + 0.02, p[1]}}, 50)
			_, err := h.Select(b.Context(), a, 0, 100)
			return err
		}},
		{"stretch at a glance", func() error {
			a := everything()
			a.Region, _ = h.Along(survey.Stretch{From: geo.Metres(random.IntN(12_000)), To: 14_000, Off: 300})
			_, err := h.Summary(b.Context(), a)
			return err
		}},
		{"aggregate of all by cell", func() error {
			_, err := h.Aggregate(b.Context(), survey.Question{Ask: everything(), Of: survey.Things, By: []survey.By{survey.ByGrid}})
			return err
		}},
		{"hotspots of all", func() error {
			a := everything()
			a.Region, _ = h.Along(survey.Stretch{From: 0, To: 15_000, Off: 1500})
			_, err := h.Hotspots(b.Context(), survey.HotspotAsk{Events: survey.Events{Ask: a}})
			return err
		}},
		{"clusters of all", func() error {
			_, err := h.Clusters(b.Context(), survey.ClusterAsk{Events: survey.Events{Ask: everything()}, Reach: 20, Least: 8})
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			before := processor()
			for b.Loop() {
				if err := c.ask(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processor()-before)/float64(b.N), "cpu-ns/op")
		})
	}
}
