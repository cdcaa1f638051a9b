package tiles

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// Request asks for one tile on behalf of a scope.
type Request struct {
	Layers     []string // names of the catalogue; the tile has them in this order
	Tile       geo.Tile
	Properties Properties    // zero: those that the catalogue gives each layer; what the scope is not shown is left out
	Filter     filter.Filter // zero: everything
	Datum      geo.CRS       // geo.GCJ02 or geo.BD09; empty: WGS84
	Scope      access.Scope
}

// Key names everything that the bytes of a tile depend on. Requests of equal
// keys share a tile.
type Key struct {
	Layers     string // joined by commas
	Tile       geo.Tile
	Properties Properties
	Filter     string // normalised
	Datum      geo.CRS
	Scope      string // access.Scope.Class
	Version    uint64 // of the tile's ground when the key was made; 0 in the cache, which holds the newest only
}

// Key is the request's cache key at a version of the ground that the tile shows.
func (r Request) Key(version uint64) Key {
	return Key{
		Layers: strings.Join(r.Layers, ","), Tile: r.Tile, Properties: r.Properties,
		Filter: r.Filter.String(), Datum: r.Datum, Scope: r.Scope.Class(), Version: version,
	}
}

// plain says whether the tile is one that every caller of the scope's class gets
// who asks for nothing special.
func (r Request) plain() bool {
	return r.Properties == 0 && r.Datum == "" && r.plainSight()
}

// sees says whether the one who asks, by a sight of the scope, is shown the thing.
func (r *Request) sees(sight *access.Sight, t *twin.Thing) bool {
	return sight.Sees(t.Asset) && (r.plainSight() || r.Filter.Passes(t))
}

// plainSight says whether sees decides by the scope alone.
func (r *Request) plainSight() bool { return r.Filter.String() == "" }

// fleeting says whether the filter looks at what no change of a tile's ground
// tells: values, and states in more than one word.
func (r *Request) fleeting() bool {
	return slices.ContainsFunc(r.Filter.Properties(), func(name string) bool {
		switch name {
		case "updated", "communication", "data", "service":
			return true
		}
		return strings.HasPrefix(name, "values.")
	})
}

// Address is a tile's place in URLs, as it was sent. Of an archive Layers is its name.
type Address struct {
	Layers, Z, X, Y string

	Rows bool // x and y are called col and row where it was sent
}

// maxLayers bounds the layers of one tile.
const maxLayers = 16

// ParseRequest reads a tile's address and its query. Layers are names joined by
// commas, each once; z, x, y are decimal, y with .mvt, .pbf or no suffix. The
// query may hold
//
//	properties   names of properties joined by commas, instead of each layer's own
//	filter       CQL2 (see package filter) over twin.Queryables; filter-lang is cql2-text, or cql2-json
//	datum        wgs84, gcj02 or bd09
//
// and nothing else. What is nonsense is assets.ErrInvalid; a layer or a tile
// that does not exist is assets.ErrNotFound.
func ParseRequest(a Address, query url.Values, scope access.Scope) (Request, error) {
	r := Request{Scope: scope}
	var err error
	a.Y = strings.TrimSuffix(strings.TrimSuffix(a.Y, ".mvt"), ".pbf")
	if r.Tile, err = a.tile(); err != nil {
		return Request{}, err
	}
	if r.Layers, err = parseLayers(a.Layers); err != nil {
		return Request{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if n := len(query[name]); n != 1 {
			return Request{}, fmt.Errorf("%s: %w: given %d times, want once", clipText(name), assets.ErrInvalid, n)
		}
		if err := r.set(name, query); err != nil {
			return Request{}, err
		}
	}
	return r, nil
}

func (r *Request) set(name string, query url.Values) (err error) {
	switch value := query.Get(name); name {
	case "properties":
		r.Properties, err = ParseProperties(value)
	case "filter", "filter-lang":
		if r.Filter, err = filter.Read(filter.Language(query.Get("filter-lang")), query.Get("filter"), nil); err == nil {
			err = twin.CheckFilter(r.Filter)
		}
	case "datum":
		r.Datum, err = parseDatum(value)
	default:
		err = fmt.Errorf("query: %w: unknown parameter %q, want properties, filter, filter-lang or datum", assets.ErrInvalid, clipText(name))
	}
	return err
}

// parseLayers reads names joined by commas; whether the catalogue has them the
// server knows.
func parseLayers(text string) ([]string, error) {
	if strings.Count(text, ",") >= maxLayers {
		return nil, fmt.Errorf("layers: %w: more than %d", assets.ErrInvalid, maxLayers)
	}
	layers := strings.Split(text, ",")
	for i, name := range layers {
		if slices.Contains(layers[:i], name) {
			return nil, fmt.Errorf("layers: %w: %q is there twice", assets.ErrInvalid, clipText(name))
		}
	}
	return layers, nil
}

// parseDatum reads a datum's name; WGS84 is "".
func parseDatum(text string) (geo.CRS, error) {
	datum, err := geo.ParseDatum(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	case datum == geo.WGS84:
		return "", nil
	}
	return datum, nil
}

// tile reads the numbers; y has no suffix any more.
func (a Address) tile() (t geo.Tile, err error) {
	x, y := "x", "y"
	if a.Rows {
		x, y = "col", "row"
	}
	for _, part := range []struct {
		name, text string
		to         *uint32
	}{{"z", a.Z, &t.Z}, {x, a.X, &t.X}, {y, a.Y, &t.Y}} {
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
