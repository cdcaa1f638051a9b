package geo_test

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// solids is one of each type, flat and with heights.
func solids() []geo.Solid {
	square := orb.Ring{{121, 31}, {121.1, 31}, {121.1, 31.1}, {121, 31}}
	flat := []orb.Geometry{
		orb.Point{121.4, 31.2},
		orb.MultiPoint{{121.4, 31.2}, {121.5, 31.3}},
		orb.LineString{{121.4, 31.2}, {121.5, 31.3}},
		orb.MultiLineString{{{121.4, 31.2}, {121.5, 31.3}}, {{1, 2}, {3, 4}}},
		orb.Polygon{square},
		orb.MultiPolygon{{square}, {square}},
		orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}},
	}
	vertices := []int{1, 2, 2, 4, 4, 8, 3}
	var out []geo.Solid
	for i, g := range flat {
		z := make([]float64, vertices[i])
		for j := range z {
			z[j] = float64(j) + 0.5
		}
		out = append(out, geo.Solid{Plane: g}, geo.Solid{Plane: g, Z: z})
	}
	return out
}

func TestCodecsRoundTrip(t *testing.T) {
	codecs := map[string]struct {
		encode func(geo.Solid) ([]byte, error)
		decode func([]byte) (geo.Solid, error)
	}{
		"ewkb":    {geo.EncodeEWKB, geo.DecodeEWKB},
		"wkb":     {geo.EncodeWKB, geo.DecodeWKB},
		"geojson": {func(s geo.Solid) ([]byte, error) { return geo.AppendGeoJSON(nil, s), nil }, geo.DecodeGeoJSON},
	}
	for name, codec := range codecs {
		t.Run(name, func(t *testing.T) {
			for _, want := range solids() {
				b, err := codec.encode(want)
				if err != nil {
					t.Fatalf("%v: %v", want, err)
				}
				got, err := codec.decode(b)
				if err != nil {
					t.Fatalf("%v: %v", want, err)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
			}
		})
	}
}

// hostileWKB are bytes that must be refused.
var hostileWKB = map[string]string{
	"nothing":               "",
	"half a gigabyte":       "0102000000ffffff03",
	"no such type":          "010900000000000000",
	"no such byte order":    "07010000000000000000000000000000000000000000",
	"measures":              "0101000040000000000000f03f000000000000f03f000000000000f03f",
	"another SRID":          "0101000020110f0000000000000000f03f000000000000f03f",
	"bytes behind":          "0101000000000000000000f03f000000000000f03f00",
	"deep":                  strings.Repeat("010700000001000000", 6) + "0101000000000000000000f03f000000000000f03f",
	"rings beyond the end":  "0103000000ffffff7f",
	"members beyond theend": "0106000000ffffff7f",
}

func TestHostileWKBIsRefused(t *testing.T) {
	for name, text := range hostileWKB {
		t.Run(name, func(t *testing.T) {
			b, _ := hex.DecodeString(text)
			if s, err := geo.DecodeEWKB(b); err == nil {
				t.Errorf("decoded to %v", s)
			}
		})
	}
}

// Points come in many forms; the commonest is read apart from the others.
func TestEWKBPoints(t *testing.T) {
	const x, y, nan = "0000000000005e40", "0000000000003f40", "000000000000f87f" // 120, 31
	here := orb.Geometry(orb.Point{120, 31})
	for name, c := range map[string]struct {
		text string
		want orb.Geometry // nil: refused
	}{
		"4326":          {"0101000020e6100000" + x + y, here},
		"4490":          {"01010000208a110000" + x + y, here},
		"no SRID":       {"0101000000" + x + y, here},
		"big endian":    {"0020000001000010e6405e000000000000403f000000000000", here},
		"empty":         {"0101000020e6100000" + nan + nan, orb.MultiPoint{}},
		"another SRID":  {"0101000020110f0000" + x + y, nil},
		"cut":           {"0101000020e6100000" + x + y[2:], nil},
		"a byte behind": {"0101000020e6100000" + x + y + "00", nil},
		"a line":        {"0102000020e6100000" + x + y, nil},
	} {
		b, err := hex.DecodeString(c.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := geo.DecodeEWKB(b)
		if (err != nil) != (c.want == nil) || err == nil && !reflect.DeepEqual(got, geo.Solid{Plane: c.want}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// What decodes can be encoded and decodes to the same; memory follows the input's size.
func FuzzDecodeEWKB(f *testing.F) {
	for _, s := range solids() {
		b, _ := geo.EncodeEWKB(s)
		f.Add(b)
	}
	for _, text := range hostileWKB {
		b, _ := hex.DecodeString(text)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := geo.DecodeEWKB(b)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(len(b))*64+1<<20 {
			t.Fatalf("%d bytes bought %d", len(b), used)
		}
		if err != nil {
			return
		}
		again, err := geo.EncodeEWKB(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := geo.DecodeEWKB(again); err != nil {
			t.Fatalf("does not decode again: %v", err)
		}
	})
}

func FuzzDecodeGeoJSON(f *testing.F) {
	for _, s := range solids() {
		f.Add(geo.AppendGeoJSON(nil, s))
	}
	for _, text := range []string{`{}`, `null`, `{"type":"Point","coordinates":[]}`, `{"type":"Point","coordinates":[1e999,0]}`,
		`{"type":"Polygon","coordinates":[[]]}`, `{"type":"LineString","coordinates":[[1,2,3],[4,5]]}`, `{"type":"Circle","coordinates":[1,2]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := geo.DecodeGeoJSON(b)
		if err != nil || geo.Check(s.Plane) != nil {
			return
		}
		again, err := geo.DecodeGeoJSON(geo.AppendGeoJSON(nil, s))
		if err != nil {
			t.Fatalf("does not decode again: %v", err)
		}
		if !bytes.Equal(geo.AppendGeoJSON(nil, again), geo.AppendGeoJSON(nil, s)) {
			t.Fatalf("%s changes when written twice", b)
		}
	})
}
