package simulate

import (
	"math"
	"time"

	"suhe/assets"
)

// fault is what is wrong with a device for a while.
type fault string

const (
	sound  fault = ""
	silent fault = "silent" // measures, but cannot send
	stuck  fault = "stuck"  // says the same again and again
	astray fault = "astray" // off by most of what is normal
	absurd fault = "absurd" // says what no instrument can measure
)

// absurdity is what many instruments report instead of an error.
const absurdity = -9999

// spells are the faults: how long each lasts and what share of the devices has
// it at any time. A value counts as stuck only after an hour.
var spells = []struct {
	fault fault
	lasts time.Duration
	share float64
}{
	{silent, 12 * time.Minute, 0.02},
	{stuck, 3 * time.Hour, 0.012},
	{astray, 30 * time.Minute, 0.01},
	{absurd, 20 * time.Minute, 0.003},
}

// faultAt says what is wrong with the device, and since when. Devices do not
// change all at once: each has a phase of its own.
func (n Nature) faultAt(device string, t time.Time) (fault, time.Time) {
	for _, s := range spells {
		name := device + string(s.fault)
		lasts := float64(s.lasts.Milliseconds())
		at := float64(t.UnixMilli())/lasts + n.chance(name, -1)
		if i := math.Floor(at); n.chance(name, i) < s.share {
			return s.fault, t.Add(-time.Duration((at - i) * float64(s.lasts))).Truncate(time.Second)
		}
	}
	return sound, t
}

// measure is what the device says it measured: the truth, seen through its fault.
func (n Nature) measure(d Device, m assets.Measure, t time.Time) float64 {
	what, since := n.faultAt(string(d.ID), t)
	switch what {
	case stuck:
		t = since
	case absurd:
		return absurdity
	case astray:
		off := 0.8*(m.Normal[1]-m.Normal[0]) + 0.1
		return round(n.Value(string(d.ID), m.Phenomenon, d.Chainage, t) + off)
	}
	return n.Value(string(d.ID), m.Phenomenon, d.Chainage, t)
}
