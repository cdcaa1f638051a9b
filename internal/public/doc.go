// Package public makes the world of the public: a second [twin.World] that follows
// the same log some minutes late and holds nothing but what anybody may know. Who is
// shown the public view is shown that world, so that whatever is forgotten
// elsewhere has nothing to leak.
//
// What is in it is generalised on the way in: things that stand on the bank lie in
// the middle of a cell of a grid, values are multiples of their phenomenon's step
// and true to the minute, devices have no state but that they have told something.
// There are no cameras, movers and findings, no owners, no story of changes, and no
// properties but English names.
//
// The log is the store of what is yet to be told: it is read late, and nothing is
// held back in memory. The world begins when the first asks for it. It is then what
// the registry says of things that did not change during the delay, and the events
// and observations of the last minutes before; of what changed meanwhile it learns
// in its time. What was removed meanwhile is not in it any more.
package public
