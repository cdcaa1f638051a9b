package geo_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/geo"
)

// There and back is the same point within 1e-6°, in every system, and the
// shifted datums shift by some hundred metres in China and not at all outside.
func TestDatumRoundTrips(t *testing.T) {
	for _, crs := range []geo.CRS{geo.WGS84, geo.CGCS2000, geo.WebMercator, geo.GaussKruger, geo.CityPlane, geo.GCJ02, geo.BD09} {
		t.Run(string(crs), func(t *testing.T) {
			projector, err := geo.ProjectorFor(crs, geo.ShanghaiPlane)
			if err != nil {
				t.Fatal(err)
			}
			rapid.Check(t, func(t *rapid.T) {
				p := orb.Point{rapid.Float64Range(118, 124).Draw(t, "lon"), rapid.Float64Range(28, 34).Draw(t, "lat")}
				back := projector.ToWGS84(projector.FromWGS84(p))
				if math.Abs(back[0]-p[0]) > 1e-6 || math.Abs(back[1]-p[1]) > 1e-6 {
					t.Fatalf("%v came back as %v", p, back)
				}
			})
		})
	}
}

func TestShiftedDatums(t *testing.T) {
	shanghai, london := orb.Point{121.4458, 31.2498}, orb.Point{-0.12, 51.5}
	for _, crs := range []geo.CRS{geo.GCJ02, geo.BD09} {
		projector, _ := geo.ProjectorFor(crs, geo.ShanghaiPlane)
		if d := geo.Distance(shanghai, projector.FromWGS84(shanghai)); d < 300 || d > 1500 {
			t.Errorf("%s shifts Shanghai by %.0f m", crs, d)
		}
	}
	projector, _ := geo.ProjectorFor(geo.GCJ02, geo.ShanghaiPlane)
	if got := projector.FromWGS84(london); got != london {
		t.Errorf("GCJ-02 shifts London to %v", got)
	}
}

func TestParseCRS(t *testing.T) {
	tests := map[string]geo.CRS{
		"":          geo.WGS84,
		"epsg:4549": geo.GaussKruger,
		"gcj02":     geo.GCJ02,
		"BD-09":     geo.BD09,
		"city":      geo.CityPlane,
		"http://www.opengis.net/def/crs/EPSG/0/4490":   geo.CGCS2000,
		"http://www.opengis.net/def/crs/OGC/1.3/CRS84": geo.WGS84,
	}
	for name, want := range tests {
		if got, err := geo.ParseCRS(name); err != nil || got != want {
			t.Errorf("ParseCRS(%q) = %q, %v, want %q", name, got, err, want)
		}
	}
	if _, err := geo.ParseCRS("EPSG:1"); err == nil {
		t.Error("EPSG:1 was accepted")
	}
}

func TestReprojectLeavesItsInput(t *testing.T) {
	projector, _ := geo.ProjectorFor(geo.WebMercator, geo.ShanghaiPlane)
	for _, g := range orb.AllGeometries {
		if g == nil {
			continue
		}
		before := fmt.Sprint(g)
		geo.Reproject(g, projector.FromWGS84)
		if after := fmt.Sprint(g); after != before {
			t.Errorf("%T was changed from %s to %s", g, before, after)
		}
	}
}

func ExampleProjectorFor() {
	plane, _ := geo.ProjectorFor(geo.GaussKruger, geo.ShanghaiPlane)
	p := plane.FromWGS84(orb.Point{121.4458, 31.2498})
	fmt.Printf("%.2f %.2f\n", p[0], p[1])
	// Output: 637725.61 3459571.63
}
