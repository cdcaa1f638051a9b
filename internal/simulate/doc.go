// Package simulate plays the scene's devices: each is an MQTT client of its own
// that comes in by the same door as a real one, with its own credentials.
//
// Values follow the tide, the hour and passing storms; they depend on the seed,
// the device and the time alone, so the same seed tells the same story. Some
// devices go wrong for a while: they are stuck, drift out of what is normal,
// report what no instrument can, or hang up and, when they are back, send what
// they measured meanwhile as one late batch.
//
// They take commands: most do as they are told, some refuse, some are slow, some
// fail.
//
// Movers go to and fro on a route: patrols along a bank, boats on the creek,
// vehicles across a bridge. Their receivers are some metres off, and now and then
// jump far.
//
// Run plays devices as they are. Load sends as fast as it is told and tells how
// fast the broker confirmed.
package simulate
