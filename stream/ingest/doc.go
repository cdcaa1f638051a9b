// Package ingest turns what devices send into observations: by MQTT on
// suhe/v1/devices/{id}/observations and by HTTP in batches.
//
// What is answered as accepted has been acknowledged by the log. A message or
// batch is checked reading by reading; a bad reading is refused alone and the
// others are taken. The rules, each counted in suhe_ingest_total{result=}:
//
//	accepted            goes to the log
//	malformed           the payload cannot be read, or is beyond its bounds: all of it is refused
//	unknown_device      no such sensor in the registry
//	unknown_phenomenon  the sensor does not measure it
//	not_finite          NaN or infinite
//	future              its time is more than two minutes ahead of ours
//
// A reading without a time is true when we get it. Late and repeated readings
// are accepted: the twin keeps them out of the current state and history sorts
// them in. A value beyond its phenomenon's valid range is accepted too and makes
// the device's data invalid. A time has an offset (RFC 3339).
//
// If the log cannot take a batch, HTTP answers "busy" and the broker hands an
// MQTT message of QoS 1 over again.
package ingest
