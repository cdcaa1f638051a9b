// Package alarm finds trouble by rules and keeps what it found until it is over.
//
// # Rules, fences, silences
//
// What people decide is data: JSON documents that are read strictly and whose
// expressions (CEL) are compiled, type-checked and bounded when they are saved. A
// [Rule] says when something is wrong, a [Fence] where, a [Silence] who shall not be
// bothered by it for a while. [Defaults] are rules of our own that hold until one of
// the same name takes their place.
//
// # Judging
//
// A [Judge] decides, for every pair of a rule and what it is about (an asset, or the
// fence of a crowd), whether the condition holds. Conditions are levels, not pulses:
// one that holds goes on to hold until the opposite is seen or time ends it. It is
// pure: it has no clock and no store, and tells what it decided as a list of [Turn]s.
// An [Engine] feeds one with every batch of the twin, on a goroutine of its own.
// Every observation that became the state is judged, in order, not only the last of
// a batch.
//
// # Alarms
//
// An [Alarm] gathers conditions of one cause that stand near each other: a flooded
// cabinet of 300 sensors is one alarm of 300 members. Its life is a list of [Step]s,
// by rules and by people; [Alarm.After] is the only way from one state to the next,
// so the alarm can be made again of its steps. One node at a time is the [Keeper]: it
// compares what the engine holds true with the alarms that are open, and writes the
// difference.
//
// # Loss
//
// The judge of each node hears the same log. A node that becomes the keeper takes the
// open alarms from the store and what its own judge holds true, so that nothing
// depends on the node that was the keeper before. What a store that is away refuses
// is kept and written later. A node that starts takes the open alarms as held, so
// that a value between two thresholds goes on to be what it was.
package alarm
