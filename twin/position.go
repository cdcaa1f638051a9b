package twin

// Position says how much of the log has been applied: the stream sequences of
// OBS and EVENTS. It is comparable only within one Epoch.
type Position struct {
	Epoch  uint64 `json:"epoch"`
	Obs    uint64 `json:"obs"`
	Events uint64 `json:"events"`
}
