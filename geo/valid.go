package geo

import "github.com/paulmach/orb"

// MaxVertices bounds one geometry.
const MaxVertices = 100_000

// Check says what is wrong with g as a stored geometry, or nil: it must not be
// empty, every ordinate finite and in range (lon ±180, lat ±90), rings closed
// with four points or more and not crossing themselves, at most MaxVertices.
// A latitude beyond 90 with a longitude within it hints at swapped axes.
func Check(g orb.Geometry) error { panic("stub") }
