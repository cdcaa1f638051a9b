// Package mapping understands payloads of third parties without code: a mapping
// is a JSON file that says how such a payload is reached, where in it the items
// are, and what of an item is the device, the time and the values. docs/devices.md
// shows one.
//
// # Promises
//
// A mapping is read strictly: a key that is not known or comes twice, a pointer
// that is none, a unit that does not fit, are errors that name the place. It has
// no loops, no references and no expressions, so mapping a payload ends after at
// most MaxItems times MaxValues steps, and what comes out is bounded by
// MaxObservations and MaxRefusals, whatever the mapping and the payload are.
//
// Map is pure. What it cannot understand it refuses, item by item, with the place;
// the rest of the payload is taken. Whether a device exists and measures what is
// said of it, package ingest judges, for mapped observations as for any other.
package mapping
