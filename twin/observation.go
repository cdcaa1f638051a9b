package twin

import "suhe/assets"

// Observation is one reading of one phenomenon.
type Observation struct {
	Asset          assets.ID
	Phenomenon     string
	Value          float64
	PhenomenonTime int64 // when it was true, Unix milliseconds
	ReceivedTime   int64 // when we got it, Unix milliseconds
}

// Follows says whether o becomes the state where last was it: it is newer, or last was
// stamped by a clock that has been set back since.
func (o *Observation) Follows(last *Observation) bool {
	return o.PhenomenonTime > last.PhenomenonTime || ahead(last, o)
}
