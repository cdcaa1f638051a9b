package geo

import "github.com/paulmach/orb"

// Distance returns ground metres between two points in degrees WGS84.
func Distance(a, b orb.Point) Metres { panic("stub") }

// Intersects says whether a and b, in degrees WGS84, share a point (planar in degrees).
func Intersects(a, b orb.Geometry) bool { panic("stub") }

// Contains says whether the polygon or multipolygon g holds p.
func Contains(g orb.Geometry, p orb.Point) bool { panic("stub") }

// Anchor is a point that stands for g: itself, the middle of a line, a point inside a polygon.
func Anchor(g orb.Geometry) orb.Point { panic("stub") }
