package twin

import "suhe/assets"

// The properties of a marker that the world understands: they are told as the state,
// the severity and the values of its thing.
const (
	MarkerState    = "state"    // a word
	MarkerSeverity = "severity" // 0 to 4
	MarkerLight    = "light"    // of the clocks: 0 green, 1 yellow, 2 red
	MarkerStorm    = "storm"    // name of what alarms of several areas have in common
)

// marks says whether the thing is the marker of an alarm or an incident.
func (t *Thing) marks() bool { return !t.Asset.Kind.Registered() }

// status is what a marker tells as its state.
func (t *Thing) status() string {
	for i := range t.Asset.Properties {
		if p := &t.Asset.Properties[i]; p.Key == MarkerState {
			text, _ := p.Value.(string)
			return text
		}
	}
	return string(Unknown)
}

// markedSeverity is what a marker tells as its severity; 0 if it tells none.
func markedSeverity(a *assets.Asset) Severity {
	v, _ := MarkerNumber(a, MarkerSeverity)
	return Severity(max(0, min(v, 4)))
}

// MarkerNumber is a number that a marker tells; false if it does not.
func MarkerNumber(a *assets.Asset, key string) (float64, bool) {
	for i := range a.Properties {
		if p := &a.Properties[i]; p.Key == key {
			v, ok := p.Value.(float64)
			return v, ok
		}
	}
	return 0, false
}
