package archive

import (
	"fmt"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Format is what the tiles of an archive are.
type Format string

// The formats.
const (
	MVT  Format = "mvt"
	PNG  Format = "png"
	JPEG Format = "jpg"
	WebP Format = "webp"
	AVIF Format = "avif"
)

// ContentType is the media type of a tile.
func (f Format) ContentType() string {
	switch f {
	case MVT:
		return "application/vnd.mapbox-vector-tile"
	case JPEG:
		return "image/jpeg"
	}
	return "image/" + string(f)
}

// Meta is what an archive says of itself.
type Meta struct {
	Name        string
	Description string
	Attribution string
	Version     string // of the tiles, not of the format
	Format      Format
	MinZoom     uint32
	MaxZoom     uint32
	Bounds      orb.Bound // degrees WGS84
	Layers      []Layer   // of vector tiles
}

// Layer describes one layer of vector tiles, as TileJSON 3.0 does in vector_layers.
type Layer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     uint32            `json:"minzoom"`
	MaxZoom     uint32            `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// world is the box of the tile grid.
var world = geo.Tile{}.Bound(0)

// check says what keeps a file from being written with m.
func (m Meta) check() error {
	if m.Format != MVT {
		return fmt.Errorf("format: %w: %q, want %s", assets.ErrInvalid, m.Format, MVT)
	}
	if m.Name == "" {
		return fmt.Errorf("name: %w: it is empty", assets.ErrInvalid)
	}
	if m.MinZoom > m.MaxZoom || m.MaxZoom > geo.MaxZoom {
		return fmt.Errorf("zooms: %w: %d–%d, want ascending and at most %d", assets.ErrInvalid, m.MinZoom, m.MaxZoom, geo.MaxZoom)
	}
	if !within(m.Bounds, orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}) {
		return fmt.Errorf("bounds: %w: %v, want west, south, east, north in degrees", assets.ErrInvalid, m.Bounds)
	}
	return nil
}

// within says whether b is a box and lies in outer; one with a NaN does not.
func within(b, outer orb.Bound) bool {
	return b.Min[0] >= outer.Min[0] && b.Min[1] >= outer.Min[1] && b.Max[0] <= outer.Max[0] && b.Max[1] <= outer.Max[1] &&
		b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]
}

// settle makes what a file says of zooms and bounds usable: tiles deeper than
// any that can be asked for are not told, and bounds that are none are the world's.
func (m *Meta) settle() error {
	m.MaxZoom = min(m.MaxZoom, geo.MaxZoom)
	if m.MinZoom > m.MaxZoom {
		return fmt.Errorf("zooms: %w: %d–%d, want ascending from at most %d", ErrBroken, m.MinZoom, m.MaxZoom, geo.MaxZoom)
	}
	if !within(m.Bounds, orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}) || m.Bounds == (orb.Bound{}) {
		m.Bounds = world
	}
	return nil
}
