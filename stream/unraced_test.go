//go:build !race

package stream

// schedules of the simulation.
const schedules = 10_000
