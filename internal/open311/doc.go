// Package open311 speaks of incidents as Open311 GeoReport v2 does
// (wiki.open311.org/GeoReport_v2), in JSON and XML: other systems of a city read what
// is handled and, if they may, report something. Errors are those of the API and not
// those of GeoReport. It is pure.
package open311
