// Package sight says which cameras see a place, a line or an area: by where they
// look, how wide and how far, how high they hang, and what buildings stand in the way.
// It is the one place that says so: alarms, incidents and the page ask it.
//
// The ground is flat, buildings are upright from their base to their height, and
// nothing else stands in the way: no trees, no bridges, no vehicles. What a camera does
// not tell of how it looks is that of its class (assets.Classes.Lens); one of which
// nobody knows where it looks sees nothing until it is turned.
//
// A [Cameras] is a sink of the world: it keeps how far each camera reaches in an index,
// so that a question looks at those alone that may see. It reads everything else from
// the world as it is when asked.
package sight
