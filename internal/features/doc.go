// Package features answers the questions of OGC API Features (parts 1 to 3) from the
// living world: what is in a box, in a time, passes a filter; in an order, in a
// coordinate reference system, so many at once, from where the page before ended. It
// knows no HTTP and writes no format.
//
// # Pages
//
// A page begins behind the last feature of the one before: its cursor names that
// feature's number and what it was ordered by. Nothing is kept between pages, and a
// feature that was there throughout comes exactly once, unless what it is ordered by
// changes meanwhile. Without an order features come by number.
//
// # Cost
//
// A page without an order reads the world from its cursor until it is full. With one
// it looks at all of the collection that touches the filter's box, and keeps two
// pages' worth. Nothing is read under a lock of the world for long.
package features
