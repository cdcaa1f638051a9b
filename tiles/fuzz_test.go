package tiles

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// origins are where fuzzed geometries lie: at home, on the corners of tiles of all
// zooms, on the antimeridian, at the poles and where Mercator ends.
var origins = [...]orb.Point{
	{121.4062, 31.2372}, {0, 0}, {180, 10}, {-180, -10}, {179.9999999, 0}, {0, 90}, {10, -90},
	{-180, geo.MaxLatitude}, {180, -geo.MaxLatitude}, {90, 66.51326044311186}, {121.4, -85.05},
}

// fuzzed makes a geometry of bytes: of any type, with points off an origin by steps
// of a size from a micrometre to the whole world.
func fuzzed(data []byte) (g orb.Geometry, rest []byte) {
	kind, origin, size, per := data[0]%6, origins[int(data[1])%len(origins)], math.Pow(10, float64(data[2]%12)-10), int(data[3]%30)+2
	data = data[4:]
	var lines []orb.LineString
	for len(data) >= 2 && len(lines) < 8 {
		var line orb.LineString
		for ; len(data) >= 2 && len(line) < per; data = data[2:] {
			line = append(line, orb.Point{
				math.Max(-180, math.Min(180, origin[0]+size*float64(int8(data[0])))),
				math.Max(-90, math.Min(90, origin[1]+size*float64(int8(data[1])))),
			})
		}
		lines = append(lines, line)
	}
	return assemble(kind, lines), data
}

func assemble(kind byte, lines []orb.LineString) orb.Geometry {
	if len(lines) == 0 {
		return orb.MultiPoint{}
	}
	switch kind {
	case 0:
		return lines[0][0]
	case 1:
		return orb.MultiPoint(lines[0])
	case 2:
		return orb.MultiLineString(lines)
	}
	var p orb.Polygon
	for _, l := range lines {
		p = append(p, append(orb.Ring(l), l[0]))
	}
	switch kind {
	case 3: // the others are holes, wherever they lie
		return p
	case 4:
		var m orb.MultiPolygon
		for _, r := range p {
			m = append(m, orb.Polygon{r})
		}
		return m
	}
	half := len(p) / 2
	return orb.MultiPolygon{p[:half+1], p[half:]}
}

// FuzzWriter writes any geometries, alone or as areas drawn together, into any tile
// of z0–z20 that they touch: the strict reader must find a valid tile, or none.
func FuzzWriter(f *testing.F) {
	for origin := range origins {
		for kind := range byte(6) {
			f.Add([]byte{kind, byte(origin), byte(3 + origin%7), 5, 0, 0, 9, 0, 9, 9, 0, 9, 200, 200, 100, 0, 50, 90, 3, 3, 7, 1, 250, 5}, byte(2*origin), byte(origin))
		}
	}
	f.Add([]byte{3, 0, 5, 30, 0, 0, 127, 127, 127, 0, 0, 127, 60, 200}, byte(15), byte(1))
	f.Add([]byte{3, 9, 11, 2, 128, 128, 127, 128, 127, 127, 128, 127}, byte(0), byte(0))
	w := newLayerWriter()
	f.Fuzz(func(t *testing.T, data []byte, z, options byte) {
		if len(data) < 6 || len(data) > 300 {
			return
		}
		kind, tolerance := assets.Water, float64(options>>1&1)
		if options&1 != 0 {
			kind = assets.Area
		}
		var things []*twin.Thing
		for len(data) > 6 {
			var g orb.Geometry
			g, data = fuzzed(data)
			if th := thing(assets.FID(len(things)+1), kind, g); th.Flat.Type != geo.FlatNone {
				things = append(things, th)
			}
		}
		if len(things) == 0 {
			return
		}
		zoom := uint32(z) % 21
		at := things[0].Flat.XY[:2]
		tile := geo.Tile{Z: zoom, X: uint32(uint64(at[0]) << zoom >> 32), Y: uint32(uint64(at[1]) << zoom >> 32)}
		w.begin(tile, tolerance)
		for _, th := range things {
			draw(w, labelled(th), 1<<fieldID|1<<fieldClass)
		}
		for _, feature := range strictLayer(t, w.finish(nil, "fuzzed")) {
			checkFeature(t, feature)
		}
	})
}
