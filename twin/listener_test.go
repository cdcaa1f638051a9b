package twin

import (
	"testing"

	"github.com/paulmach/orb"
)

// ear is a witness that listens.
type ear struct{ witness }

func (*ear) Listens() {}

func TestListenerHearsEveryObservationThatBecameTheState(t *testing.T) {
	e, deaf := new(ear), new(witness)
	heard := func(listens bool) (all []Heard) {
		sinks := []Sink{deaf}
		if listens {
			sinks = append(sinks, e)
		}
		r := newRig(t, newShelf(gauge(7, "g", orb.Point{121.4, 31.2})), sinks...)
		r.report(reading("g", "level", 1, t0), reading("g", "level", 99, t0+1), reading("g", "level", 3, t0),
			reading("g", "level", 4, t0+2), reading("x", "level", 4, t0))
		for _, b := range append(e.seen(), deaf.seen()...) {
			all = append(all, b.Heard...)
		}
		return all
	}
	if got := heard(false); len(got) != 0 {
		t.Errorf("nobody listens, and is told %v", got)
	}
	got := heard(true)
	if len(got) != 6 { // the other sinks are told as well
		t.Fatalf("heard %+v", got)
	}
	if got[0].Value != 1 || !got[0].Valid || got[1].Value != 99 || got[1].Valid || got[2].Value != 4 || got[2].FID != 7 {
		t.Errorf("heard %+v", got)
	}
}
