// Package twin is the living world: every registered thing, where it is, and
// the latest that is known of it, in memory.
//
// # Promises
//
// Ordering. [World.Run] is the only writer. It applies the log in the order of
// each of its two streams: the observations (OBS) and the decisions (EVENTS);
// between the two there is no order. What arrives together is applied as one
// [Batch], of which readers see all or nothing. A batch is visible in memory
// before a [Sink] is told; sinks are told of every batch once, in order.
// A reader who takes [World.Position] first and the state after it holds a
// state at least as new as the position. Values are absolute, so seeing one
// twice does no harm.
//
// Loss. Events are never lost: a hole in EVENTS ends Run with [ErrResync] and
// the world is loaded afresh. OBS is bounded by age and size; a node that was
// away for longer skips what is gone, and counts it. [Publisher.Publish] returns
// when the log has acknowledged; what it refused was not taken in part.
// [HistoryWriter] delays what it cannot write and drops nothing.
//
// Back pressure. The log is read no faster than the world applies it, and a
// batch is bounded. Sinks must not block; a slow one slows the world and with
// it nothing but the node.
//
// # Observations
//
// Every observation of the log has one result, counted in
// suhe_observations_total:
//
//	applied             it is the newest of its phenomenon: it is now the state
//	invalid             the same, but outside the phenomenon's valid range: data is invalid
//	late                older than the current one of its phenomenon: history only
//	repeat              as old as the current one of its phenomenon: dropped
//	future              its time is over two minutes after we got it, or none of this era: dropped
//	unknown_device      no such asset, or it is no sensor: dropped
//	unknown_phenomenon  the sensor does not measure it: dropped
//	malformed           a message of OBS that cannot be read (counted once): skipped
//
// # Movers
//
// Patrols, boats and vehicles say where they are in fixes, which travel in OBS
// too. A mover is where the newest fix says that is believed (see [Belief]): there
// the index, filters and streams find it, with the area and the place along the
// creek of now; until it was heard it is at home, where the registry has it. Every
// fix has one result, counted in suhe_fixes_total: applied, late, repeat, future,
// unknown_device and malformed as above, or
//
//	held   nobody can have got there in that time: kept in mind until others agree
//	vague  less sure than the class allows: says that it is heard, and no more
//
// A mover is online and its place is fresh as a sensor is, by the report interval
// of its class.
//
// # Findings
//
// What algorithms find in the pictures of cameras comes in OBS as well. The newest
// is shown on its camera's thing; all that are new are handed to the sinks in
// [Batch.Findings], each once as far as the last 16,384 reach. Results in
// suhe_findings_total: applied, late, repeat, future, unknown_device, malformed.
//
// # States
//
// Three states are kept apart; see [State]. A device is online until three
// report intervals have passed since it was last heard (ReceivedTime), then
// offline. Until three intervals after the start of this node a device that was
// silent while nobody listened is unknown, so a restart announces no false
// offline. Its data is the worst of its phenomena: invalid outside the valid
// range; stuck when the same value has come twenty times or more over an hour or
// more and the phenomenon table says that the quantity never rests (rain and a
// wall's tilt do); stale when its PhenomenonTime is three intervals ago; else fresh. A sensor
// with no report interval speaks on change only: it never becomes offline or
// stale. How often a value has been repeated is not kept over a restart: a stuck
// sensor shows as stuck again after twenty more reports.
//
// When our clock is set by ten seconds or more (see Options.Steady), what was heard
// before is judged by the clock that stamped it, and a current observation that is
// over two minutes ahead of the next one's ReceivedTime yields to it.
//
// Time alone moves states only in Run, from a heap of deadlines; nothing scans
// all things. A change by time has no place in the log: it is stamped with the
// sequence that OBS will give next, so that a client that resumes from the
// position before gets it.
package twin
