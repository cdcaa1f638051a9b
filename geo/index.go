package geo

import "github.com/paulmach/orb"

// Move says where a key is now: its box in degrees WGS84, or that it is gone.
type Move[K comparable] struct {
	Key  K
	Is   orb.Bound
	Gone bool
}

// Hit is a key found by Nearest and its distance on the ground.
type Hit[K comparable] struct {
	Key      K
	Distance Metres
}

// Index finds keys by their boxes. The zero Index is empty and ready; all
// methods may be called at once from many goroutines.
type Index[K comparable] struct{}

// Apply makes every move of the batch under one lock: readers see all or none.
// A box with a NaN or an infinite number is refused: an error names it and
// nothing of the batch is applied.
func (x *Index[K]) Apply(batch []Move[K]) error { panic("stub") }

// Within appends the keys whose boxes touch b. The lock is held for the search only.
func (x *Index[K]) Within(dst []K, b orb.Bound) []K { panic("stub") }

// Nearest appends at most n keys by the ground distance from p to their boxes,
// nearest first, none farther than limit.
func (x *Index[K]) Nearest(dst []Hit[K], p orb.Point, n int, limit Metres) []Hit[K] { panic("stub") }

// Len is the number of keys held.
func (x *Index[K]) Len() int { panic("stub") }
