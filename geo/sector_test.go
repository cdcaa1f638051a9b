package geo_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"suhe/geo"
	"suhe/internal/pgtest"
)

func TestSectorOfNothing(t *testing.T) {
	at := orb.Point{121.4, 31.2}
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name         string
		p            orb.Point
		azimuth, fov geo.Degrees
		reach        geo.Metres
	}{
		{"no field of view", at, 10, 0, 80},
		{"a negative one", at, 10, -60, 80},
		{"no reach", at, 10, 60, 0},
		{"a negative reach", at, 10, 60, -1},
		{"no number", at, geo.Degrees(nan), 60, 80},
		{"no number to see", at, 10, geo.Degrees(nan), 80},
		{"no number far", at, 10, 60, geo.Metres(nan)},
		{"endless", at, 10, 60, geo.Metres(inf)},
		{"nowhere", orb.Point{nan, 31}, 10, 60, 80},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if g := geo.Sector(test.p, test.azimuth, test.fov, test.reach); g != nil {
				t.Errorf("got %v", g)
			}
		})
	}
}

// A sector is valid and wound as RFC 7946 says, has the area of its share of a
// disc, holds what lies well within its angle and reach and nothing beyond.
func TestSectorAgainstPostGIS(t *testing.T) {
	url := pgtest.Start(t)
	random := rand.New(rand.NewPCG(5, 6))
	for i := range 40 {
		p := orb.Point{random.Float64()*340 - 170, random.Float64()*120 - 60}
		azimuth, reach := random.Float64()*720-360, 10*math.Pow(100, random.Float64())
		fov := []float64{0.5, 7, 60, 90, 180, 270, 359, 360, 400}[i%9]
		g := geo.Sector(p, geo.Degrees(azimuth), geo.Degrees(fov), geo.Metres(reach))
		sql := fmt.Sprintf(`SELECT ST_IsValid(g), ST_IsPolygonCCW(g), ST_Area(g::geography),
			ST_MaxDistance(ST_Transform(g, s), ST_Transform(c, s)),
			ST_Contains(g, ST_Project(c::geography, %[3]g, radians(%[4]g))::geometry),
			ST_Contains(g, ST_Project(c::geography, %[3]g, radians(%[5]g))::geometry),
			ST_Contains(g, ST_Project(c::geography, %[6]g, radians(%[7]g))::geometry)
			FROM (SELECT ST_GeomFromText('%[1]s', 4326) g, ST_GeomFromText('%[2]s', 4326) c, _ST_BestSRID(ST_GeomFromText('%[2]s', 4326)::geography) s) q`,
			wkt.MarshalString(g), wkt.MarshalString(p), reach*0.99, azimuth+math.Min(fov, 360)*0.49, azimuth+fov/2+2, reach*1.003, azimuth)
		row := pgtest.Query(t, url, sql)[0]
		want := math.Pi * reach * reach * math.Min(fov, 360) / 360
		area := numbers(t, row[2:4])
		if row[0] != "t" || row[1] != "t" {
			t.Errorf("%g° at %v: valid %s, counterclockwise %s", fov, p, row[0], row[1])
		}
		if math.Abs(area[0]-want) > 0.006*want {
			t.Errorf("%g° at %v: area %.2f m², want %.2f", fov, p, area[0], want)
		}
		if math.Abs(area[1]-reach) > 0.005*reach {
			t.Errorf("%g° at %v reaches %.2f m, want %.2f", fov, p, area[1], reach)
		}
		beside := "f"
		if fov >= 358 {
			beside = "t" // 2° beside the edge is in the sector again
		}
		if row[4] != "t" || row[5] != beside || row[6] != "f" {
			t.Errorf("%g° at %v: holds its edge's inside %s, beside %s, beyond %s", fov, p, row[4], row[5], row[6])
		}
	}
}

// Its Flat is what tiles draw: one ring that needs no mending at street zooms.
func TestSectorFlat(t *testing.T) {
	f := geo.Flatten(geo.Sector(orb.Point{121.4, 31.2}, 350, 60, 80))
	if f.Type != geo.FlatPolygon || f.Ends != nil || area(f.XY) <= 0 {
		t.Fatalf("flat is %+v", f)
	}
}
