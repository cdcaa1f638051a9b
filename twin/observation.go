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
