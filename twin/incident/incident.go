package incident

import (
	"slices"
	"time"

	"suhe/assets"
)

// Incident is one matter that people handle (案件). It is a value: Next makes another.
// All times are UTC, whole milliseconds.
type Incident struct {
	ID     assets.ID `json:"id"` // AREA-YYYYMMDD-NNNNN
	Rev    int64     `json:"rev"`
	State  State     `json:"state"`
	Before State     `json:"before,omitempty"` // suspended or merged: what it goes back to

	What     What       `json:"what"`
	Terms    Terms      `json:"terms"` // of its class, as they were when it began
	Sources  []Source   `json:"sources"`
	Evidence []Evidence `json:"evidence,omitempty"`

	Task      Task        `json:"task"`
	Clocks    []Clock     `json:"clocks"` // in the order that they began
	Extension *Extension  `json:"extension,omitempty"`
	Into      assets.ID   `json:"into,omitempty"`    // merged: of which it is a part
	Members   []assets.ID `json:"members,omitempty"` // that are part of it
	Tally     Tally       `json:"tally"`
}

// What is the matter and where it is.
type What struct {
	Class    string     `json:"class"`
	Title    string     `json:"title"`
	Text     string     `json:"text,omitempty"`
	Severity int        `json:"severity"` // 1 to 4, 1 the worst
	Place    [2]float64 `json:"place"`    // lon, lat, degrees WGS84
	Area     string     `json:"area,omitempty"`
	Address  string     `json:"address,omitempty"`
}

// Source is one report of it: the first began it, others came by merging.
type Source struct {
	Channel     Channel   `json:"channel"`
	By          string    `json:"by"`                    // principal or device that told it
	Ref         string    `json:"ref,omitempty"`         // number that the other side has for it: of an alarm, a call
	At          time.Time `json:"at"`                    //
	Reliability float64   `json:"reliability,omitempty"` // [0,1]; 0: not told
	Contact     string    `json:"contact,omitempty"`     // how to reach who reported it, sealed
	Of          assets.ID `json:"of,omitempty"`          // the member that it came with
}

// Evidence is one proof: a file, or what the twin knew of the place.
type Evidence struct {
	Kind  string     `json:"kind"`            // file | camera | asset | value | picture
	Ref   string     `json:"ref"`             // id of the file, of the asset
	Name  string     `json:"name,omitempty"`  //
	Type  string     `json:"type,omitempty"`  // of a file: its media type
	Value *float64   `json:"value,omitempty"` // of a value, in unit
	Unit  string     `json:"unit,omitempty"`
	When  string     `json:"when,omitempty"` // before | after what was done
	Round int        `json:"round,omitempty"`
	By    string     `json:"by"`
	At    time.Time  `json:"at"`
	Taken *time.Time `json:"taken,omitempty"` // as the photo says
	Notes []string   `json:"notes,omitempty"` // what does not fit: taken elsewhere, taken before
}

// What evidence is of.
const (
	OfFile    = "file"    // photo or document
	OfCamera  = "camera"  // that sees the place
	OfAsset   = "asset"   // that stands there
	OfValue   = "value"   // that was measured
	OfPicture = "picture" // in which an algorithm found it

	BeforeWork = "before"
	AfterWork  = "after"
)

// Task is who has to do something about it.
type Task struct {
	Unit       string   `json:"unit,omitempty"`
	Person     string   `json:"person,omitempty"` // principal; "": anybody of the unit
	Level      Level    `json:"level,omitempty"`
	Supervised string   `json:"supervised,omitempty"` // 督办: by whom
	Handlers   []string `json:"handlers,omitempty"`   // who worked on it: they may not check it
	Round      int      `json:"round,omitempty"`      // how often work began anew
}

// Extension is more time that was asked for.
type Extension struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Extra Limit     `json:"extra"`
}

// Tally counts what evaluation looks at.
type Tally struct {
	Begun        time.Time `json:"begun,omitzero"`
	Filed        time.Time `json:"filed,omitzero"`
	Closed       time.Time `json:"closed,omitzero"`      // last
	Dispatches   int       `json:"dispatches,omitempty"` // and reassignments
	Returns      int       `json:"returns,omitempty"`
	Reports      int       `json:"reports,omitempty"`
	Reworks      int       `json:"reworks,omitempty"`
	Reopens      int       `json:"reopens,omitempty"`
	Closes       int       `json:"closes,omitempty"`
	Extensions   int       `json:"extensions,omitempty"`
	Contacted    time.Time `json:"contacted,omitzero"`     // 先行联系
	Satisfaction int       `json:"satisfaction,omitempty"` // 1 to 5, by the call-back; 0: not told
}

// Channel is by what it was discovered.
func (in *Incident) Channel() Channel { return in.Sources[0].Channel }

// reporter is who told it first.
func (in *Incident) reporter() string { return in.Sources[0].By }

// reachable says whether somebody who reported it can be called.
func (in *Incident) reachable() bool {
	return slices.ContainsFunc(in.Sources, func(s Source) bool { return s.Contact != "" })
}

// proofs counts the files of after the work of this round.
func (in *Incident) proofs() (n int) {
	for _, e := range in.Evidence {
		if e.Kind == OfFile && e.When == AfterWork && e.Round == in.Task.Round {
			n++
		}
	}
	return n
}

// clone is a copy that shares nothing that is changed in place.
func (in Incident) clone() Incident {
	in.Sources = slices.Clone(in.Sources)
	in.Evidence = slices.Clone(in.Evidence)
	in.Members = slices.Clone(in.Members)
	in.Task.Handlers = slices.Clone(in.Task.Handlers)
	in.Clocks = slices.Clone(in.Clocks)
	for i := range in.Clocks {
		in.Clocks[i].Pauses = slices.Clone(in.Clocks[i].Pauses)
	}
	return in
}
