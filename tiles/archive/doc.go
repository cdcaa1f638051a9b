// Package archive reads and writes files of tiles: PMTiles version 3 and
// MBTiles 1.3, both by their specifications.
//
// A writer takes tiles in the order of their ids, keeps a bounded part of them in
// memory however many there are, and writes beside the target: a file of that
// name is there whole or not at all. A reader trusts nothing in a file: every
// length is checked against what is left and against a bound before anything of
// that length is made, and a request ends when its context does.
//
// https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
// https://github.com/mapbox/mbtiles-spec/blob/master/1.3/spec.md
package archive
