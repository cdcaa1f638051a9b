//go:build race

package stream

// schedules of the simulation. With the race detector there are fewer: they have
// one goroutine, and `make test` runs all of them without it too.
const schedules = 1000
