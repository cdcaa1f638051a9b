// Package stream sends the living world to screens and phones: over WebSocket, as
// JSON (suhe.v1.json) or as protobuf in columns (suhe.v1.pb), and as server-sent
// events for those who get no WebSocket through. docs/asyncapi.yaml describes
// every frame.
//
// # Promises
//
// A client has two lanes. On the state lane the last value wins: what changed
// several times before it could be sent is sent once, as it is then. A client that
// reads slowly is told so, gets fewer and newer values, and costs no more memory.
// On the event lane nothing is dropped and order is kept; a client that falls more
// than [eventsKept] events behind is closed with 4008 and may resume.
//
// Every frame with objects carries a position. Who keeps the position and what
// it holds, and subscribes again with both, on whichever node, gets the exact
// difference. If that cannot be had the client is told so with a resync frame, and
// gets all anew: there is never a silent gap. Events of before a node began are
// read from the log.
//
// Took marks and returns: it never waits for a client, and no client waits for
// another.
//
// # In view
//
// An object is in a view if its layer was asked for, it is in the view's region (a
// box, an area or a stretch of the creek), it passes the view's filter and the
// caller's scope sees it. A view that is zoomed out gets counts of a layer where
// its tiles show clusters. Views watch cells of the tile grid; a change leaves its
// number in the cells where the thing was and is, and who watches them finds it.
//
// # How it is told
//
// Took collects batches. On each tick they are gathered to one [told] per thing,
// and marked for the lenses that look there: a lens stands for all views that look
// alike, so what is told is found once and written once per format, however many
// share it. A lens hands its portion to its views. A view whose client keeps up
// queues it; one that is behind, or that knows more than the portion begins with
// because it has just read the world, keeps a list of its own in which the last
// value of each thing wins, and joins the others again when that list is empty.
//
// While many of the clients have yet to be written to the next tick waits, up to a
// second: what does not fit into the time is then told less often to all alike.
//
// The world may show a batch before the hub hears of it, so who reads the world
// notes the number of the batch that it has seen: what is told later of batches up
// to it is known already, and a view that moves keeps its former look until all
// that the world showed then is told.
//
// # Tiles
//
// A view may also name layers of which its client shows tiles. A tile is told if
// a change that the caller's scope sees redraws it, it is of a zoom that the
// client shows, and its square touches the bbox. What a client has yet to be told
// is a set of at most [TilesKept] tiles a layer; beyond it, all of the layer. A
// tile is told before any position at which it had changed.
package stream
