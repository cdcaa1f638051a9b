package twin

import (
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// TrackKept is how far back the track in memory goes from the latest fix.
const TrackKept = 30 * time.Minute

// trackStep is the least time between two points of the track in memory,
// milliseconds: it bounds what one mover keeps, however often it reports.
const trackStep = 1000

// Live is what is known of a mover now. It is immutable once published.
type Live struct {
	Fix                      // the latest that was believed
	Location assets.Location // of the fix: area and place along the creek as of now
	Snapped  orb.Point       // its foot on the path along the bank, if OnBank
	OnBank   bool            // it is so near to the bank line that it is taken to walk along it
	Track    []TrackPoint    // where it was in the last TrackKept, oldest first; the fix itself may be up to a second newer
}

// TrackPoint is where a mover was.
type TrackPoint struct {
	Time     int64   // Unix milliseconds
	Lon, Lat float64 // degrees WGS84
}

// follow is the live state after one more fix; was may be nil. Where that is in
// the district is still to be said. Tracks of one mover share memory: only the
// world's writer makes the next one, behind the end of all others.
func (was *Live) follow(f Fix) *Live {
	is := &Live{Fix: f}
	if was != nil && was.PhenomenonTime < f.PhenomenonTime { // else our clock was set back
		is.Track = was.Track
	}
	if n := len(is.Track); n == 0 || f.PhenomenonTime-is.Track[n-1].Time >= trackStep {
		is.Track = append(is.Track, TrackPoint{f.PhenomenonTime, f.Lon, f.Lat})
	}
	for is.Track[0].Time < f.PhenomenonTime-TrackKept.Milliseconds() {
		is.Track = is.Track[1:]
	}
	return is
}

// moveTo lets the thing, a draft, be where the fix is.
func (t *Thing) moveTo(is *Live) {
	t.Live, t.geometry, t.Anchor = is, is.Point(), is.Point()
}
