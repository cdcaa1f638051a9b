package alarm

import (
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// State is where an alarm is in its life.
type State string

// The states. A cleared alarm stays until nothing of it holds any more, so that what
// somebody has dealt with is not raised again.
const (
	IsRaised       State = "raised"
	IsAcknowledged State = "acknowledged" // somebody knows
	IsSuppressed   State = "suppressed"   // nobody is to be bothered
	IsCleared      State = "cleared"      // it is over, or somebody says so
)

// Alarm is conditions of one cause that stand near each other, and what people did
// about them. It changes only by After.
type Alarm struct {
	ID          assets.ID          `json:"id"` // A-20261123-000001
	State       State              `json:"state"`
	Title       string             `json:"title"`
	TitleEn     string             `json:"titleEn"`
	Rule        string             `json:"rule"` // of the first member
	Cause       string             `json:"cause"`
	Severity    uint8              `json:"severity"` // worst of what holds, or held last
	Area        string             `json:"area,omitempty"`
	Sensitivity assets.Sensitivity `json:"sensitivity"` // the highest of what it tells of
	Lon         float64            `json:"lon"`         // of the first member
	Lat         float64            `json:"lat"`
	Raised      time.Time          `json:"raised"`
	Changed     time.Time          `json:"changed"`
	Over        *time.Time         `json:"over,omitempty"`  // nothing of it holds any more
	Into        assets.ID          `json:"into,omitempty"`  // the alarm that took over its members
	Storm       string             `json:"storm,omitempty"` // what it has in common with alarms of other areas
	Event       string             `json:"event,omitempty"`
	Promote     Promotion          `json:"promote,omitempty"`
	Wanted      *Act               `json:"wanted,omitempty"`   // somebody wants an incident to be made of it
	Incident    assets.ID          `json:"incident,omitempty"` // that was made of it
	Members     []Member           `json:"members"`            // at most MaxMembers, in the order in which they joined
	Unlisted    int                `json:"unlisted,omitempty"` // how many more hold
	Cameras     []Sight            `json:"cameras"`            // that see the place, the best first

	Acknowledged *Act         `json:"acknowledged,omitempty"`
	Suppressed   *Suppression `json:"suppressed,omitempty"`
	Confirmed    *Act         `json:"confirmed,omitempty"`
	False        *Act         `json:"false,omitempty"` // it was none
	Reliability  float64      `json:"reliability"`     // [0,1] of all its sources together
	Sources      []string     `json:"sources"`         // who says so: "asset:…", "hook:…"
}

// Member is a condition of an alarm.
type Member struct {
	Condition
	Until int64  `json:"until,omitempty"` // when it ended, Unix milliseconds; 0: it holds
	Why   string `json:"why,omitempty"`   // it ended
}

// Act is what a person, a rule or a second source said.
type Act struct {
	By  string    `json:"by"`
	At  time.Time `json:"at"`
	Why string    `json:"why,omitempty"`
}

// Suppression is an act that ends.
type Suppression struct {
	Act
	Until *time.Time `json:"until,omitempty"` // none: when its reason is gone
	Was   State      `json:"was"`
}

// MaxMembers is how many members an alarm lists. Others count.
const MaxMembers = 400

// Open says whether the alarm is on the map.
func (a *Alarm) Open() bool { return a.Over == nil }

// Promotes says whether it asks to be made an incident, and is none yet.
func (a *Alarm) Promotes() bool {
	if !a.Open() || a.Incident != "" || a.State == IsCleared {
		return false
	}
	return a.Wanted != nil || a.State != IsSuppressed && (a.Promote == Raised || a.Promote == Confirmed && a.Confirmed != nil)
}

// May are the verbs that people have for the alarm as it is.
func (a *Alarm) May() []Verb {
	var out []Verb
	for _, v := range Verbs() {
		if a.takes(Step{Verb: v}) == nil {
			out = append(out, v)
		}
	}
	return out
}

// Active is how many members hold.
func (a *Alarm) Active() int {
	n := a.Unlisted
	for i := range a.Members {
		if a.Members[i].Until == 0 {
			n++
		}
	}
	return n
}

// member finds the listed member of that key, or nil.
func (a *Alarm) member(k Key) *Member {
	i := slices.IndexFunc(a.Members, func(m Member) bool { return m.Key == k })
	if i < 0 {
		return nil
	}
	return &a.Members[i]
}

// worse says whether severity a is worse than b: 1 is the worst, 0 the least.
func worse(a, b uint8) bool { return a != b && a != 0 && (b == 0 || a < b) }

// Marker is how the map shows the alarm. locate says where a point is in the district.
func (a *Alarm) Marker(locate func(orb.Point) assets.Location) *assets.Asset {
	class := a.Event
	if class == "" {
		class, _, _ = strings.Cut(a.Cause, ":") // warnings are one class
	}
	p := orb.Point{a.Lon, a.Lat}
	m := &assets.Asset{
		ID: a.ID, Kind: assets.Alarm, Class: class, Name: a.Title, Lifecycle: assets.InUse, Sensitivity: max(assets.Internal, a.Sensitivity),
		Shape:    assets.Shape{Geometry: geo.Solid{Plane: p}},
		Location: assets.Location{Area: a.Area, Place: locate(p).Place},
		Properties: assets.Properties{
			{Key: "active", Value: float64(a.Active())}, {Key: "cause", Value: a.Cause}, {Key: "confirmed", Value: a.Confirmed != nil},
			{Key: "name_en", Value: a.TitleEn}, {Key: "raised", Value: a.Raised.Format(time.RFC3339)}, {Key: "rule", Value: a.Rule},
			{Key: twin.MarkerSeverity, Value: float64(a.Severity)}, {Key: twin.MarkerState, Value: string(a.State)},
		},
	}
	if a.Storm != "" {
		m.Properties = append(m.Properties, assets.Property{Key: twin.MarkerStorm, Value: a.Storm})
	}
	return m
}
