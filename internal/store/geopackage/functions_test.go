package geopackage

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// blobs are geometries with the box that the R-tree shall have; nil: none.
func blobs() map[string]struct {
	blob []byte
	want *box
} {
	encode := func(g orb.Geometry) []byte { return assets.EncodeGPKG(geo.Solid{Plane: g}) }
	line := encode(orb.LineString{{1, 2}, {3, 1}})
	big := []byte{'G', 'P', 0, 0b10, 0, 0, 0x10, 0xe6}
	for _, v := range []float64{1, 3, 1, 2} {
		bits := math.Float64bits(v)
		for i := 7; i >= 0; i-- {
			big = append(big, byte(bits>>(8*i)))
		}
	}
	empty := append([]byte(nil), line...)
	empty[3] |= 0b1_0000
	return map[string]struct {
		blob []byte
		want *box
	}{
		"point":         {encode(orb.Point{5, 6}), &box{5, 5, 6, 6}},
		"line":          {line, &box{1, 3, 1, 2}},
		"big endian":    {big, &box{1, 3, 1, 2}},
		"marked empty":  {empty, nil},
		"empty line":    {encode(orb.LineString{}), nil},
		"NaN point":     {encode(orb.Point{math.NaN(), 6}), nil},
		"nothing":       {[]byte{}, nil},
		"header only":   {line[:8], nil},
		"half envelope": {line[:39], nil},
		"no GP":         {append([]byte("XX"), line[2:]...), nil},
		"bad point":     {encode(orb.Point{5, 6})[:12], nil},
	}
}

func TestBoxOf(t *testing.T) {
	for name, c := range blobs() {
		got, ok := boxOf(c.blob)
		if ok != (c.want != nil) || ok && got != *c.want {
			t.Errorf("%s: %v %v, want %v", name, got, ok, c.want)
		}
	}
}

func FuzzBoxOf(f *testing.F) {
	for _, c := range blobs() {
		f.Add(c.blob)
	}
	f.Fuzz(func(t *testing.T, blob []byte) {
		if b, ok := boxOf(blob); ok && (!(b.minX <= b.maxX) || !(b.minY <= b.maxY)) {
			t.Errorf("box %v", b)
		}
	})
}
