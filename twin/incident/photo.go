package incident

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// What of a photo does not fit its incident: notes for who checks, no refusals. Phones
// tell wrong times and places, and some tell none.
const (
	NoteUnplaced = "unplaced" // it does not say where it was taken
	NoteUndated  = "undated"  // it does not say when
	NoteFar      = "far"      // "far: 812 m": taken elsewhere
	NoteEarly    = "early"    // of after the work, and taken before the incident was found
	NoteFuture   = "future"   // taken after it was sent
)

const (
	farPhoto   geo.Metres = 300             // satellites see little between houses, and some phones shift places
	clockDrift            = 5 * time.Minute // of phones
)

// Photo makes the evidence of a file that was sent for the incident: taken and place
// are what it says of itself; picture says whether it should.
func (in *Incident) Photo(e Evidence, picture bool, taken time.Time, place *[2]float64, now time.Time) Evidence {
	e.Kind = OfFile
	if !picture {
		return e
	}
	switch {
	case taken.IsZero():
		e.Notes = append(e.Notes, NoteUndated)
	case taken.After(now.Add(clockDrift)):
		e.Notes = append(e.Notes, NoteFuture)
	case e.When == AfterWork && taken.Before(in.Tally.Begun.Add(-clockDrift)):
		e.Notes = append(e.Notes, NoteEarly)
	}
	if !taken.IsZero() {
		taken = taken.UTC().Truncate(time.Millisecond)
		e.Taken = &taken
	}
	if place == nil {
		e.Notes = append(e.Notes, NoteUnplaced)
	} else if d := geo.Distance(orb.Point(*place), orb.Point(in.What.Place)); d > farPhoto {
		e.Notes = append(e.Notes, fmt.Sprintf("%s: %.0f m", NoteFar, float64(d)))
	}
	return e
}

// has says whether the file is evidence of this round already.
func (in *Incident) has(e Evidence) bool {
	for _, is := range in.Evidence {
		if is.Kind == e.Kind && is.Ref == e.Ref && is.When == e.When && is.Round == in.Task.Round {
			return true
		}
	}
	return false
}

// File finds a file of the incident.
func (in *Incident) File(ref string) (Evidence, bool) {
	for _, e := range in.Evidence {
		if e.Kind == OfFile && e.Ref == ref {
			return e, true
		}
	}
	return Evidence{}, false
}
