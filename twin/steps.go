package twin

import "suhe/internal/docket"

// Steps hands each step of an alarm or an incident that the world applies to those
// who keep them in memory.
type Steps []func(docket.Step)

// Took implements Sink.
func (all Steps) Took(b Batch) {
	for i := range b.Events {
		e := &b.Events[i]
		if !e.OfCase() {
			continue
		}
		step := docket.Step{Type: e.Type, Case: docket.Case{Marker: e.Asset, Rev: e.Rev, Open: e.Open, At: e.Time, Doc: e.Doc}}
		for _, take := range all {
			take(step)
		}
	}
}
