package geo

// Metres is a length on the ground. Web Mercator lengths, 17 % long at 31°N,
// are never Metres.
type Metres float64

// Degrees is a latitude, a longitude or an angle, in decimal degrees.
// Azimuths count clockwise from true north.
type Degrees float64
