package incident

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Double is an open incident that may be the same as another.
type Double struct {
	Incident Incident
	Distance geo.Metres
	Apart    time.Duration // between the two
}

// Doubles are the open incidents of the same class that are so near in place and time
// that they may be the same matter, whatever the channel; the most likely first.
func (t Tables) Doubles(of *Incident, open iter.Seq[Incident]) []Double {
	c, err := t.Classes.Class(of.What.Class)
	if err != nil || c.Duplicate.Radius <= 0 {
		return nil
	}
	var out []Double
	for in := range open {
		if in.ID == of.ID || in.What.Class != of.What.Class || !in.State.Open() {
			continue
		}
		d := Double{in, geo.Distance(orb.Point(in.What.Place), orb.Point(of.What.Place)), of.Tally.Begun.Sub(in.lastTold()).Abs()}
		if d.Distance <= c.Duplicate.Radius && d.Apart <= c.Duplicate.window() {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Double) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), a.Incident.Tally.Begun.Compare(b.Incident.Tally.Begun), cmp.Compare(a.Incident.ID, b.Incident.ID))
	})
	return out
}

// lastTold is when it was last reported.
func (in *Incident) lastTold() time.Time {
	last := in.Tally.Begun
	for _, s := range in.Sources {
		last = later(last, s.At)
	}
	return last
}

// known finds the open incident that the channel told of before by the same number.
func known(channel Channel, ref string, open iter.Seq[Incident]) (assets.ID, bool) {
	if ref == "" {
		return "", false
	}
	for in := range open {
		for _, s := range in.Sources {
			if s.Channel == channel && s.Ref == ref {
				return in.ID, true
			}
		}
	}
	return "", false
}
