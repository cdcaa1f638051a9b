package filter_test

import (
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"suhe/twin/filter"
)

func BenchmarkPasses(b *testing.B) {
	var building orb.Geometry = orb.Polygon{{{121.41, 31.24}, {121.411, 31.24}, {121.411, 31.241}, {121.41, 31.241}, {121.41, 31.24}}}
	var s filter.Subject = &thing{map[string]filter.Value{"class": filter.String("building.office"), "height": filter.Number(30), "name": filter.String("长风大厦 Changfeng Tower")}, building, nil}
	for _, c := range []struct{ name, text string }{
		{"compare", "height > 24"},
		{"in", "class IN ('building.hotel', 'building.office', 'building.school', 'building.shop')"},
		{"like", "name LIKE '%Tower'"},
		{"casei like", "CASEI(name) LIKE CASEI('%tower%')"},
		{"and", "height > 24 AND class = 'building.office' AND name IS NOT NULL"},
		{"box", "S_INTERSECTS(geometry, BBOX(121.4, 31.2, 121.5, 31.3))"},
		{"polygon", "S_WITHIN(geometry, " + circle(250) + ")"},
	} {
		f := parse(b, c.text)
		if !f.Passes(s) {
			b.Fatalf("%s does not pass", c.text)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Passes(s)
			}
		})
	}
}

func circle(n int) string {
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		ring = append(ring, orb.Point{math.Round(1e5*(121.41+cos/10)) / 1e5, math.Round(1e5*(31.24+sin/10)) / 1e5})
	}
	return wkt.MarshalString(orb.Polygon{append(ring, ring[0])})
}

func BenchmarkParse(b *testing.B) {
	texts := map[string]string{
		"short":     "class = 'bridge'",
		"ordinary":  "height > 24 AND (class = 'building.office' OR name LIKE '%Tower') AND S_INTERSECTS(geometry, BBOX(121.4, 31.2, 121.5, 31.3))",
		"circle":    "S_WITHIN(geometry, " + circle(250) + ")",
		"long list": "n IN (0" + strings.Repeat(",1", 250) + ")",
	}
	for i, text := range hostile() {
		texts["hostile/"+string(rune('a'+i))] = text
	}
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = filter.Parse(text)
			}
		})
	}
}
