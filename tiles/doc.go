// Package tiles serves vector tiles of what the twin holds, straight from memory.
//
// # Promises
//
// Bytes. A tile is a Mapbox Vector Tile 2.1: one layer, or several in the order
// asked for, of version 2, extent 4096, exterior rings positive and holes negative in the sense of the standard,
// no feature without geometry. The same things in the same state give the same
// bytes, whatever order they came in: features lie in order of their number,
// keys and values in order of first use. The ETag is made of the bytes alone, so
// it is strong, and holds over restarts and on every node.
//
// Geometry. Coordinates are rounded to the tile's units, the same in every tile
// that shows them, and clipped to the tile grown by [Buffer] units. Polygons that
// are clean after that are written as they are; all others are taken apart into
// their edges and put together again by winding number, so every polygon written
// is valid: its rings are simple, they touch in points at most, holes lie in
// their exterior, exteriors do not overlap. A ring so small or thin that it
// vanishes in rounding is left out. Nothing wraps around the antimeridian. Lines
// and polygons are thinned to a unit of their zoom, by levels that were prepared
// with the geometry (geo.Levels), which also know at which zooms a small polygon
// needs no judgement.
//
// Borders. Areas are drawn together: a border between two is the same line from
// both sides, at every zoom, and so in all tiles that show it. Where the areas of
// one class part the plane, they part every tile of it exactly: no slivers, no
// overlaps.
//
// Freshness. A tile answered after [Server.Took] returned shows that batch, but
// tiles of low zoom may be as old as [Options.Calm]. A change makes stale the tiles that its old and its new footprint touch, at a
// cost that does not grow with the cache; a value that leaves state and severity
// as they are makes nothing stale. A tile that is rendered again to the same
// bytes keeps its ETag.
//
// Low zooms. Below a zoom that the catalogue names, points are clusters, one for
// each of 8 × 8 cells of a tile: how many they are, of which states, severities
// and classes, how bad the worst is, and the zoom at which they come apart. What
// is alone in its cell is drawn as itself. The counts are kept as things change,
// at a cost that does not grow with the things, and so is a tile made of them. A
// cluster lies in one tile; its number, from 2^52 on, is its cell's.
//
// Load. One render per tile at a time, whoever asks; a bounded number of renders
// at once; a waiter leaves when its own context ends. The cache is bounded in
// bytes, a tile in features and in bytes: what is in trouble stays, and the tile
// says that it is truncated. Tiles with a filter, a datum or properties of their
// own have a share of the cache that drives no plain tile out. A panic in a render is an error of that tile alone.
//
// Scope. Every feature passes the scope of the one who asks, clusters count what
// it sees and nothing else, and the scope's class is part of every cache key.
package tiles
