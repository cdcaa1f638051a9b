package filter

import (
	"fmt"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// Language is a notation of filters.
type Language string

// The notations of CQL2 (OGC 21-065r2).
const (
	Text Language = "cql2-text"
	JSON Language = "cql2-json"
)

// Place puts a geometry of a filter, which is in another coordinate reference
// system, into degrees WGS84, longitude first. A box may become a polygon.
type Place func(orb.Geometry) orb.Geometry

// Read reads a filter in one of the notations; "" is Text. A nil Place leaves
// geometries as they are. The error wraps assets.ErrInvalid.
func Read(l Language, s string, place Place) (Filter, error) {
	switch l {
	case Text, "":
		return parseText(s, place)
	case JSON:
		return parseJSON(s, place)
	}
	return Filter{}, fmt.Errorf("%w: filter-lang: %.40q, want %s or %s", assets.ErrInvalid, l, Text, JSON)
}

func checkLength(s string) error {
	if len(s) > MaxText {
		return fmt.Errorf("%w: filter: %d bytes, want at most %d", assets.ErrInvalid, len(s), MaxText)
	}
	return nil
}
