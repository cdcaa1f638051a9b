package alarm

import (
	"math"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Key names a condition: a rule, and what it holds of.
type Key struct {
	Rule  string    `json:"rule"`
	About assets.ID `json:"about"` // an asset; of a crowd "fence:" and the fence's name
}

// Condition is something that a rule holds true, as it was when it began. Once told
// it is not changed.
type Condition struct {
	Key
	Severity    uint8              `json:"severity"`
	Cause       string             `json:"cause"`
	Since       int64              `json:"since"`                 // Unix milliseconds
	Asset       assets.ID          `json:"asset,omitempty"`       // none of a crowd
	Kind        assets.Kind        `json:"kind,omitempty"`        // of the asset
	Class       string             `json:"class,omitempty"`       // of the asset
	MountedOn   assets.ID          `json:"mountedOn,omitempty"`   // what carries it
	Sensitivity assets.Sensitivity `json:"sensitivity,omitempty"` // of the asset
	Area        string             `json:"area,omitempty"`
	Lon         float64            `json:"lon"`
	Lat         float64            `json:"lat"`
	Phenomenon  string             `json:"phenomenon,omitempty"`
	Value       *float64           `json:"value,omitempty"` // what raised it: a value, a count, metres
	Unit        string             `json:"unit,omitempty"`
	Other       assets.ID          `json:"other,omitempty"` // near: to what
	Fence       string             `json:"fence,omitempty"`
	Finding     *Seen              `json:"finding,omitempty"`
	Reliability float64            `json:"reliability"` // [0,1]

	rule *Rule // for what the alarm takes of it
}

// Seen is the finding of an algorithm that raised a condition.
type Seen struct {
	Hook       string  `json:"hook"`
	ID         string  `json:"id"`
	Class      string  `json:"class"`
	Confidence float64 `json:"confidence"`
	Time       int64   `json:"time"` // when the picture was taken, Unix milliseconds
}

func (c *Condition) point() orb.Point { return orb.Point{c.Lon, c.Lat} }

// source is who says so: of two different ones that say the same, each confirms the
// other. An algorithm is one source, whatever cameras it looks through, and so are all
// things on one carrier.
func (c *Condition) source() string {
	switch {
	case c.Finding != nil:
		return "hook:" + c.Finding.Hook
	case c.Asset == "":
		return string(c.About)
	}
	return "asset:" + string(c.carrier())
}

// Turn is a condition that begins or ends.
type Turn struct {
	Condition *Condition
	On        bool
	At        int64  // Unix milliseconds
	Why       string // of an end: what ended it
}

// near says whether the two are at most so far apart.
func near(a, b *Condition, within geo.Metres) bool {
	const degree = 110_000 // metres, fewer than any degree of latitude has
	if math.Abs(a.Lat-b.Lat)*degree > float64(within) {
		return false
	}
	return geo.Distance(a.point(), b.point()) <= within
}

// tidy rounds a coordinate to the decimetre: documents are long enough.
func tidy(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }
