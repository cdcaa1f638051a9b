package twin

import (
	"math"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// NotTold stands for a heading, speed or accuracy that the device did not tell.
const NotTold = -1

// Fix is where a mover says it was at one time.
type Fix struct {
	Asset          assets.ID
	PhenomenonTime int64       // when it was there, Unix milliseconds
	ReceivedTime   int64       // when we got it, Unix milliseconds
	Lon, Lat       float64     // degrees WGS84
	Heading        geo.Degrees // clockwise from north, [0,360), or NotTold
	Speed          float64     // metres a second, [0,MaxSpeed], or NotTold
	Accuracy       geo.Metres  // within which it is, [0,MaxAccuracy], or NotTold
}

// The bounds of what a fix can say.
const (
	MaxSpeed               = 400 // metres a second
	MaxAccuracy geo.Metres = 100_000
)

// KeptFix is a fix of the log with its place there.
type KeptFix struct {
	Fix
	Seq uint64 // OBS sequence of the message that carried it
}

// Point is where the fix lies.
func (f Fix) Point() orb.Point { return orb.Point{f.Lon, f.Lat} }

// Wrong names what of the fix cannot be, as field and value, or is empty. Of the
// times it says nothing.
func (f *Fix) Wrong() (field string, value float64, want string) {
	for _, v := range []struct {
		field     string
		value     float64
		low, high float64
		want      string
		optional  bool
	}{
		{"lon", f.Lon, -180, 180, "[-180,180]", false},
		{"lat", f.Lat, -90, 90, "[-90,90]", false},
		{"heading", float64(f.Heading), 0, math.Nextafter(360, 0), "[0,360)", true},
		{"speed", f.Speed, 0, MaxSpeed, "[0,400]", true},
		{"accuracy", float64(f.Accuracy), 0, float64(MaxAccuracy), "[0,100000]", true},
	} {
		if !(v.value >= v.low && v.value <= v.high) && !(v.optional && v.value == NotTold) {
			return v.field, v.value, v.want
		}
	}
	return "", 0, ""
}

// plausible says whether the fix can be at all.
func (f *Fix) plausible() bool {
	field, _, _ := f.Wrong()
	return field == "" && plausibleTimes(f.PhenomenonTime, f.ReceivedTime)
}
