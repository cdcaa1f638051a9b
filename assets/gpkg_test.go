package assets_test

import (
	"errors"
	"reflect"
	"runtime"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// shapes has one of every geometry, flat and with heights.
func shapes() []geo.Solid {
	ring := orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 0}}
	hole := orb.Ring{{1, .5}, {3, .5}, {3, 1}, {1, .5}}
	flat := []orb.Geometry{
		orb.Point{121.4, 31.2},
		orb.MultiPoint{{1, 2}, {3, 4}},
		orb.LineString{{1, 2}, {3, 4}, {5, 6}},
		orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}},
		orb.Polygon{ring, hole},
		orb.MultiPolygon{{ring, hole}, {ring}},
		orb.Collection{orb.Point{1, 2}, orb.Polygon{ring}, orb.Collection{orb.LineString{{1, 2}, {3, 4}}}},
	}
	var out []geo.Solid
	for _, g := range flat {
		out = append(out, geo.Solid{Plane: g})
	}
	for i, n := range []int{1, 2, 3, 4, 8, 12, 7} {
		z := make([]float64, n)
		for k := range z {
			z[k] = float64(k) + .5
		}
		out = append(out, geo.Solid{Plane: flat[i], Z: z})
	}
	return out
}

func TestGPKGRoundTrip(t *testing.T) {
	for _, s := range shapes() {
		b := assets.EncodeGPKG(s)
		got, err := assets.DecodeGPKG(b)
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Errorf("%s with %d heights: %v, %v", s.Plane.GeoJSONType(), len(s.Z), got, err)
		}
		if srs, err := assets.SRSOfGPKG(b); err != nil || srs != 4326 {
			t.Errorf("srs %d, %v", srs, err)
		}
		for cut := range b {
			if _, err := assets.DecodeGPKG(b[:cut]); err == nil {
				t.Fatalf("%s cut at byte %d is read", s.Plane.GeoJSONType(), cut)
			}
		}
	}
}

// The WKB inside is plain EWKB where there are no heights: geo reads it too.
func TestGPKGAgainstGeo(t *testing.T) {
	for _, s := range shapes() {
		ewkb, err := geo.EncodeEWKB(s)
		if err != nil {
			t.Fatal(err)
		}
		header := []byte{'G', 'P', 0, 1, 0xe6, 0x10, 0, 0}
		got, err := assets.DecodeGPKG(append(header, ewkb...))
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Errorf("%s with %d heights: %v, %v", s.Plane.GeoJSONType(), len(s.Z), got, err)
		}
	}
}

func TestGPKGNothing(t *testing.T) {
	if b := assets.EncodeGPKG(geo.Solid{}); b != nil {
		t.Errorf("nothing is written as %x, want NULL", b)
	}
	empty := assets.EncodeGPKG(geo.Solid{Plane: orb.MultiPoint{}})
	for _, b := range [][]byte{nil, empty} {
		if _, err := assets.DecodeGPKG(b); !errors.Is(err, assets.ErrEmptyGeometry) {
			t.Errorf("%x: %v, want ErrEmptyGeometry", b, err)
		}
	}
}

// A count that claims 512 MiB must be refused for the bytes that are not there.
func TestGPKGHostileCounts(t *testing.T) {
	for _, code := range []byte{2, 3, 4, 5, 6, 7} {
		b := []byte{'G', 'P', 0, 1, 0xe6, 0x10, 0, 0, 1, code, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := assets.DecodeGPKG(b)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("type %d: read", code)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("type %d: %d bytes allocated", code, n)
		}
	}
}

func FuzzDecodeGPKG(f *testing.F) {
	for _, s := range shapes() {
		f.Add(assets.EncodeGPKG(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := assets.DecodeGPKG(b)
		if err != nil || geo.Check(s.Plane) != nil {
			return
		}
		again, err := assets.DecodeGPKG(assets.EncodeGPKG(s))
		if err != nil || !orb.Equal(again.Plane, s.Plane) {
			t.Fatalf("%v read again as %v, %v", s.Plane, again.Plane, err)
		}
	})
}
