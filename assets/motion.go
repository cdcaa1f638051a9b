package assets

import (
	"fmt"
	"math"
	"time"

	"suhe/geo"
)

// Motion is how the movers of a class move and report. The zero Motion bounds
// nothing.
type Motion struct {
	TopSpeed    float64    `json:"topSpeed"`    // metres a second that none of them exceeds; 0: any
	Report      float64    `json:"report"`      // seconds between two reports; 0: as they like, never counts as offline
	MaxAccuracy geo.Metres `json:"maxAccuracy"` // a fix that is less sure says nothing; 0: any does
	Snap        geo.Metres `json:"snap"`        // from the bank line within which they are taken to walk on its path; 0: never
}

// ReportInterval is Report as a duration.
func (m Motion) ReportInterval() time.Duration {
	return time.Duration(m.Report * float64(time.Second))
}

// check says what of a class's motion cannot be; nil is none.
func (m *Motion) check(k Kind) error {
	switch {
	case m == nil:
		return nil
	case k != Mover:
		return fmt.Errorf("given for kind %s, want none", k)
	}
	for _, f := range []struct {
		name    string
		v, most float64
	}{
		{"topSpeed", m.TopSpeed, 400},
		{"report", m.Report, MaxReportInterval.Seconds()},
		{"maxAccuracy", float64(m.MaxAccuracy), 100_000},
		{"snap", float64(m.Snap), 1000},
	} {
		if !(f.v >= 0 && f.v <= f.most) || math.IsInf(f.v, 0) {
			return fmt.Errorf("%s: %v, want 0 to %v", f.name, f.v, f.most)
		}
	}
	return nil
}
