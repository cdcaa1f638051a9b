// Package filter is the one filter language of tiles, streams and features: a
// subset of CQL2 (OGC 21-065r2), as text and as JSON. A filter is parsed once, is immutable, and
// says of any number of things whether they pass, without allocating.
//
// # Language
//
//	height >= 24 AND class IN ('building.hotel', 'building.office')
//	CASEI(name) LIKE CASEI('%bridge%') OR properties.material IS NULL
//	"values.water_level" NOT BETWEEN 1.5 AND 3.8
//	updated > TIMESTAMP('2026-11-24T08:00:00Z') AND NOT occupied = TRUE
//	S_INTERSECTS(geometry, BBOX(121.41, 31.23, 121.43, 31.25))
//
// Comparison = <> < <= > >= of properties and literals, also of two properties;
// [NOT] IN with literals of one type; [NOT] LIKE with % and _, and \ before what
// is meant as it stands; [NOT] BETWEEN; IS [NOT] NULL; AND, OR, NOT and brackets.
// Keywords may be written in any case of letters. Names are plain (letters, dots,
// digits, _ and :) or in double quotes. In a text a quote is doubled, or has a \
// before it. A time is TIMESTAMP('…') with an offset or Z, or DATE('…'), the first
// instant of that day in UTC. CASEI compares without regard to the case of letters
// (Unicode simple folding). false is less than true. Texts are ordered by code
// point, not by any language's alphabet.
//
// The eight spatial functions of OGC 06-103r4, S_INTERSECTS, S_DISJOINT, S_WITHIN,
// S_CONTAINS, S_EQUALS, S_TOUCHES, S_OVERLAPS and S_CROSSES, take the property geometry and
// a literal, in either order: WKT of points, lines, polygons and multis of these,
// or BBOX, in degrees WGS84, longitude first, unless [Read] is told to put them there.
// S_INTERSECTS and S_DISJOINT take collections of them as well, of which the standard
// defines no more. What does not hold between two types, as S_CROSSES of areas, is false.
//
//	T_DURING(updated, INTERVAL('2026-11-01', '..'))
//	T_INTERSECTS(INTERVAL(begun, ended), DATE('2026-11-24'))
//	A_CONTAINS(properties.tags, ('heritage', 'lit'))
//
// All fifteen temporal functions take properties, instants and intervals in either
// order; an instant is an interval whose ends are one. A date is its first instant in
// UTC, as the end of an interval its last microsecond; '..' is no end. A_CONTAINS,
// A_CONTAINEDBY, A_EQUALS and A_OVERLAPS compare sets: properties that are arrays, and
// literals of texts, numbers, booleans and arrays of these.
//
// In JSON the same is said as {"op": …, "args": […]}.
//
// Not handled: arithmetic, functions of one's own, ACCENTI.
//
// # Null
//
// Logic is three-valued as in SQL. A property that a thing does not have is null;
// comparing null, or values of two types, is neither true nor false but unknown,
// and NOT unknown is unknown. Only what is true passes.
//
// # Normal form
//
// [Filter.String] is the same for filters that differ in spacing, case of
// keywords, order of what AND, OR and IN join, repetition, double NOT, or in how a
// literal is written, whatever the notation. It is CQL2 text again and fit for cache
// keys.
//
// # Bounds
//
// A text has at most [MaxText] bytes, also in its normal form, brackets nest at
// most [MaxDepth] deep, at most [MaxTerms] predicates and literals, a pattern has at
// most [MaxPattern] characters, a geometry [MaxVertices]. What breaks them is an
// error with the offset in bytes, or in JSON the way to it, and the expectation.
package filter
