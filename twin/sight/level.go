package sight

// Level is what the picture of a camera is good for, by how many pixels a metre has
// in it.
type Level string

// The levels of EN 62676-4:2015 (IEC 62676-4:2014), table 1 and annex B, worst first.
const (
	None      Level = ""          // fewer than any level wants, or it is not known how many
	Monitor   Level = "monitor"   // how many people there are, and where they go
	Detect    Level = "detect"    // whether somebody is there
	Observe   Level = "observe"   // what he wears and does
	Recognise Level = "recognise" // whether it is somebody whom one knows
	Identify  Level = "identify"  // who it is, beyond doubt
)

var levels = [...]struct {
	level Level
	least float64 // pixels on a metre
}{{Monitor, 12.5}, {Detect, 25}, {Observe, 62.5}, {Recognise, 125}, {Identify, 250}}

// LevelOf is the level that so many pixels on a metre are good for.
func LevelOf(density float64) Level {
	best := None
	for _, l := range levels {
		if density >= l.least {
			best = l.level
		}
	}
	return best
}

// rank is 0 of None, more the better.
func (l Level) rank() int {
	for i, known := range levels {
		if known.level == l {
			return i + 1
		}
	}
	return 0
}
