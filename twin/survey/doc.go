// Package survey answers questions about the ground: what is near, what lies in a
// drawn outline, along a bank or in a stretch of the creek; how much there is of it by
// area, cell, chainage and time, and how that compares with before; where incidents
// gather; what hangs on what; and how far the water carries something.
//
// What lives is asked of the twin, what was before of the store ([Past]). Every answer
// is made of things that who asks sees ([Ask].Sees), and of no others: neither counts
// nor statistics tell of the rest. Nothing holds the world's lock for longer than one
// search of an index.
//
// Lengths are metres on the ground. A thing that has left its place is where it is now.
// In a region of chainage or of an area is what stands there with the point that
// stands for it ([twin.Thing].Location); in an outline, what lies in it or touches it
// with all of its geometry. Days and weeks are those of Asia/Shanghai, weeks begin on
// Monday.
//
// Every answer is bounded: what would cost more is refused with [ErrCost].
package survey
