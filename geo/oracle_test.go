package geo_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"suhe/geo"
	"suhe/internal/pgtest"
)

// cityProj is geo.ShanghaiPlane in PROJ's words.
const cityProj = "+proj=tmerc +lat_0=0 +lon_0=121.46714714 +k=1 +x_0=0 +y_0=-3457079.25 +ellps=GRS80 +units=m +no_defs"

// Planes agree with PROJ within a millimetre, both ways, on random points.
func TestPlanesAgainstPROJ(t *testing.T) {
	url := pgtest.Start(t)
	// A row of its own: PROJ keeps what it made of an SRID, not of a text.
	pgtest.Query(t, url, "INSERT INTO spatial_ref_sys (srid, proj4text) VALUES (990001, '"+cityProj+"')")
	tests := []struct {
		name  string
		crs   geo.CRS
		there string // SQL from WGS84 geometry g to the plane
		spanX float64
	}{
		{"4549", geo.GaussKruger, "ST_Transform(ST_SetSRID(g, 4490), 4549)", 3},
		{"city", geo.CityPlane, "ST_Transform(g, 990001)", 3},
		{"3857", geo.WebMercator, "ST_Transform(g, 3857)", 50},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			projector, err := geo.ProjectorFor(test.crs, geo.ShanghaiPlane)
			if err != nil {
				t.Fatal(err)
			}
			random := rand.New(rand.NewPCG(1, 2))
			var lines []string
			for range 2000 {
				lines = append(lines, fmt.Sprintf("%.12f\t%.12f", 120+(random.Float64()*2-1)*test.spanX, random.Float64()*84-42))
			}
			pgtest.Query(t, url, "CREATE TABLE IF NOT EXISTS points (lon float8, lat float8); TRUNCATE points; COPY points FROM STDIN", lines...)
			sql := "SELECT lon, lat, ST_X(p), ST_Y(p) FROM (SELECT lon, lat, " + test.there +
				" p FROM points, LATERAL (SELECT ST_SetSRID(ST_MakePoint(lon, lat), 4326) g) q) r"
			checked := 0
			for _, row := range pgtest.Query(t, url, sql) {
				v := numbers(t, row)
				wgs, plane := orb.Point{v[0], v[1]}, orb.Point{v[2], v[3]}
				if got := projector.FromWGS84(wgs); math.Hypot(got[0]-plane[0], got[1]-plane[1]) > 0.001 {
					t.Fatalf("FromWGS84(%v) = %v, PROJ says %v", wgs, got, plane)
				}
				if got := projector.ToWGS84(plane); geo.Distance(got, wgs) > 0.001 {
					t.Fatalf("ToWGS84(%v) = %v, PROJ says %v", plane, got, wgs)
				}
				checked++
			}
			if checked != 2000 {
				t.Fatalf("%d points were checked", checked)
			}
		})
	}
}

func numbers(t *testing.T, row []string) []float64 {
	t.Helper()
	out := make([]float64, len(row))
	for i, text := range row {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = v
	}
	return out
}

// Distance agrees with the geodesic of PostGIS within 1e-5, Locate with its
// linear referencing within 0.1 m and a thousandth of the offset.
func TestMeasuresAgainstPostGIS(t *testing.T) {
	url := pgtest.Start(t)
	line := orb.LineString{{121.35, 31.239}, {121.3546, 31.2317}, {121.3569, 31.2281}, {121.3656, 31.2248}, {121.3781, 31.2217}, {121.41, 31.225}, {121.4214, 31.2358}}
	river, err := geo.NewRiver(line)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	var lines []string
	for range 500 {
		lines = append(lines, fmt.Sprintf("%.9f\t%.9f", 121.34+random.Float64()*0.09, 31.215+random.Float64()*0.03))
	}
	pgtest.Query(t, url, "CREATE TABLE p (lon float8, lat float8); COPY p FROM STDIN", lines...)
	sql := fmt.Sprintf(`SELECT lon, lat, ST_Distance(g::geography, l::geography), ST_Distance(g::geography, ST_StartPoint(l)::geography), ST_Length(l::geography)
		FROM p, LATERAL (SELECT ST_SetSRID(ST_MakePoint(lon, lat), 4326) g, ST_GeomFromText('%s', 4326) l) q`, wkt.MarshalString(line))
	for _, row := range pgtest.Query(t, url, sql) {
		v := numbers(t, row)
		p := orb.Point{v[0], v[1]}
		if got := float64(river.Locate(p).Offset); math.Abs(got-v[2]) > 0.1+v[2]*0.001 {
			t.Errorf("offset of %v is %.3f, PostGIS says %.3f", p, got, v[2])
		}
		if got := float64(geo.Distance(p, line[0])); math.Abs(got-v[3]) > v[3]*1e-5+1e-4 {
			t.Errorf("distance of %v is %.4f, PostGIS says %.4f", p, got, v[3])
		}
		if got := float64(river.Length()); math.Abs(got-v[4]) > 0.05 {
			t.Fatalf("length is %.3f, PostGIS says %.3f", got, v[4])
		}
	}
}
