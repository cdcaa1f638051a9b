// Package ingest is the way in: what devices say by MQTT and HTTP becomes
// observations and fixes in the log.
//
// # Promises
//
// An answer of HTTP, and the confirmation of an MQTT message of QoS 1 or 2, mean
// that the accepted observations are in the log or will be, whatever crashes. A
// message that is refused is confirmed too: it would not become better by
// sending it again. When the log is away, HTTP answers that we are busy and MQTT
// messages wait at the broker. A message may be taken twice; the log's readers
// drop repeats.
//
// # What is sent
//
// By MQTT 3.1.1 to suhe/v1/devices/{id}/observations one reading or an array of
// readings, at most 64 KiB and 1,000 readings:
//
//	{"time":"2026-11-23T08:00:00+08:00","values":{"water_level":3.12}}
//
// By HTTP a batch for any devices, at most 1 MiB and 5,000 readings:
//
//	{"observations":[{"id":"wl-0001","time":"…","values":{"water_level":3.12}}]}
//
// time is RFC 3339 with an offset, and is when the values were true. Without it
// they are true when we, or the broker, get them. values has 1 to 32 numbers in the unit that the
// phenomenon table fixes; there are no units in a message. Keys that are not
// named here, keys that come twice, null, and numbers beyond a float64 are
// refused. So is every byte after the end of the JSON.
//
// Movers say where they are to suhe/v1/devices/{id}/positions, one position or an
// array, by the same bounds:
//
//	{"time":"2026-11-23T08:00:00+08:00","lon":121.4,"lat":31.2,"heading":90,"speed":1.4,"accuracy":8}
//
// or by HTTP as {"positions":[{"id":"patrol-001","lon":…}]}. lon and lat are
// degrees WGS84, never GCJ-02; heading is degrees clockwise from north in
// [0,360), speed metres a second up to 400, accuracy the metres within which it
// is, up to 100,000; these three may be left out, or be -1, as phones say it.
//
// # Rules
//
// Each observation, one value of one reading, has one result; it is counted in
// suhe_ingest_total by way (mqtt, http, replay) and result:
//
//	accepted            it is in the log; what becomes of it there, package twin says
//	malformed           cannot be read: a whole MQTT message, or one reading by HTTP, counted once
//	future              its time is more than two minutes ahead of our clock
//	not_finite          NaN or infinite; JSON cannot say it, so only from within
//	unknown_device      no sensor has this id
//	unknown_phenomenon  the sensor does not measure it
//	unmapped            no mapping is for what a gateway sent; a whole message, counted once
//	deadband            held back by a mapping: too near to the last one told
//
// What third parties send in forms of their own, package mapping turns into
// observations; gateways publish it below suhe/v1/gateways/{gateway}/, or it is
// posted to /v1/ingest/{mapping}. What is refused is kept as a dead letter, a
// message or an item each, and can be let in again with Replay.
//
// Each position has one too, counted in suhe_ingest_positions_total: accepted,
// malformed, future, unknown_device (no mover has this id), or
//
//	out_of_range        a number that cannot be, as above
//
// A value outside its phenomenon's range is accepted; so is what is late or comes
// again, and a position that nobody can believe. These are judged where the
// present state is known: in package twin.
package ingest
