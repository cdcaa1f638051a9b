package geo

// DecodeGeoJSON reads a GeoJSON geometry object (RFC 7946), third ordinates as heights.
func DecodeGeoJSON(b []byte) (Solid, error) { panic("stub") }

// AppendGeoJSON appends s as a GeoJSON geometry object (RFC 7946) with at most
// nine decimals, heights as third ordinates.
func AppendGeoJSON(dst []byte, s Solid) []byte { panic("stub") }
