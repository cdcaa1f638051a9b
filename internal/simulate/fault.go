package simulate

import (
	"math"
	"time"
)

// fault is what is wrong with a device for a while.
type fault int

const (
	sound  fault = iota
	silent       // measures, but cannot send
	stuck        // says the same again and again
	astray       // far off what is normal
)

// spell is how long one throw of the dice lasts.
const spell = 12 * time.Minute

// faultAt says what is wrong with the device: two in a hundred are silent, one
// is stuck and one astray, each for a spell.
func (n Nature) faultAt(device string, t time.Time) fault {
	switch dice := n.chance("fault"+device, math.Floor(float64(t.UnixMilli())/float64(spell.Milliseconds()))); {
	case dice < 0.02:
		return silent
	case dice < 0.03:
		return stuck
	case dice < 0.04:
		return astray
	}
	return sound
}

// measure is what the device says it measured: the truth, seen through its fault.
func (n Nature) measure(d Device, phenomenon string, t time.Time) float64 {
	switch n.faultAt(string(d.ID), t) {
	case stuck:
		t = t.Truncate(spell)
	case astray:
		return n.Value(string(d.ID), phenomenon, d.Chainage, t)*1.9 + 3
	}
	return n.Value(string(d.ID), phenomenon, d.Chainage, t)
}
