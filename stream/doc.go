// Package stream sends the living world to screens and phones over WebSocket,
// subprotocol suhe.v1.json; docs/asyncapi.yaml describes every frame.
//
// # Promises
//
// A client has two lanes. On the state lane the last value wins: what changed
// several times before it could be sent is sent once, as it is then, so a slow
// client gets fewer and newer values and costs no more memory. On the event lane
// nothing is dropped and order is kept; a client that falls more than
// [eventsKept] events behind is closed with 4008 and may resume.
//
// Every frame with objects carries a position. Who keeps the position and what
// it holds, and subscribes again with both, gets the exact difference. If that
// cannot be had the client is told so with a resync frame, and gets all anew:
// there is never a silent gap.
//
// Took marks and returns: it never waits for a client, and no client waits for
// another.
//
// # In view
//
// An object is in a view if its layer was asked for, the caller's scope sees it,
// and its box touches the view's bbox. Views watch cells of the tile grid; a
// change looks up those who watch the cells where the thing was and is.
//
// # Tiles
//
// A view may also name layers of which its client shows tiles. A tile is told if
// a change that the caller's scope sees redraws it, it is of a zoom that the
// client shows, and its square touches the bbox. What a client has yet to be told
// is a set of at most [TilesKept] tiles a layer; beyond it, all of the layer. A
// tile is told before any position at which it had changed.
package stream
