// Package scene makes the built-in demonstration: the Suzhou Creek riverside in
// Putuo, Shanghai. The creek's line, the street outlines, bridges, stations and
// landmarks are facts (facts.json, from OpenStreetMap, ODbL 1.0); what stands
// along the banks, the buildings and the devices are invented, but placed as
// they could stand. No device id, owner or figure is that of a real device.
//
// The same Options give the same assets, byte for byte, on every machine.
package scene
