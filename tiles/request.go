package tiles

import (
	"fmt"
	"strconv"
	"strings"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
)

// Request asks for one tile on behalf of a scope.
type Request struct {
	Layer string // a name of assets.Kind.Layer
	Tile  geo.Tile
	Scope access.Scope
}

// Key names everything that the bytes of a tile depend on. Requests of equal
// keys share a tile. Filter and Datum are empty until tiles can be filtered
// and shifted.
type Key struct {
	Layer   string
	Tile    geo.Tile
	Scope   string // access.Scope.Class
	Filter  string
	Datum   string
	Version uint64 // of the tile's ground when the key was made; 0 in the cache, which holds the newest only
}

// Key is the request's cache key at a version of the ground that the tile shows.
func (r Request) Key(version uint64) Key {
	return Key{Layer: r.Layer, Tile: r.Tile, Scope: r.Scope.Class(), Version: version}
}

// ParseRequest reads a tile's address: the layer's name and z, x, y in decimal,
// y with .mvt, .pbf or no suffix. What is no number is assets.ErrInvalid; a
// layer or a tile that does not exist is assets.ErrNotFound.
func ParseRequest(layer, z, x, y string, scope access.Scope) (Request, error) {
	r := Request{Layer: layer, Scope: scope}
	y = strings.TrimSuffix(strings.TrimSuffix(y, ".mvt"), ".pbf")
	var err error
	if r.Tile, err = parseTile(z, x, y); err != nil {
		return Request{}, err
	}
	if _, ok := assets.KindOfLayer(layer); !ok {
		return Request{}, fmt.Errorf("layer: %w: %q", assets.ErrNotFound, clipText(layer))
	}
	return r, nil
}

// parseTile reads a tile's numbers.
func parseTile(z, x, y string) (t geo.Tile, err error) {
	for _, part := range []struct {
		name, text string
		to         *uint32
	}{{"z", z, &t.Z}, {"x", x, &t.X}, {"y", y, &t.Y}} {
		if *part.to, err = parseNumber(part.name, part.text); err != nil {
			return geo.Tile{}, err
		}
	}
	if !t.Valid() {
		return geo.Tile{}, fmt.Errorf("tile: %w: %d/%d/%d is outside the grid (z 0–%d, x and y below 2^z)",
			assets.ErrNotFound, t.Z, t.X, t.Y, geo.MaxZoom)
	}
	return t, nil
}

// parseNumber reads digits only: a sign, a space or a point is nonsense. A
// number too large for any tile is one that is out of range.
func parseNumber(name, text string) (uint32, error) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, fmt.Errorf("%s: %w: %q is not a decimal number", name, assets.ErrInvalid, clipText(text))
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%s: %w: %s is outside the grid", name, assets.ErrNotFound, clipText(text))
	}
	return uint32(n), nil
}

// clipText keeps an error short whatever was sent.
func clipText(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
