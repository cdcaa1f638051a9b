// Package bench measures what Suhe promises, each figure beside a yardstick that
// was measured in the same run, on the same data and machine.
//
// Yardsticks are given every chance: PostGIS has its own projection, an index, a
// table in the order of space, memory and prepared statements; orb gets features
// that are ready; net/http serves from a map. Rivals take turns, on equally many
// goroutines or connections, so that a machine busy with something else slows
// both alike: read the ratios before the figures.
//
// Everything runs on the loopback, in processes that end with the caller and for
// a time that the caller bounds.
package bench
