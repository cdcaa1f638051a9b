package alarm

import (
	"suhe/assets"
	"suhe/geo"
)

// Kind is what a rule looks at.
type Kind string

// The kinds of rules.
const (
	Threshold Kind = "threshold" // a value is where it should not be
	Rate      Kind = "rate"      // a value changes too fast
	Stuck     Kind = "stuck"     // a value does not change any more
	Stale     Kind = "stale"     // the newest value is old
	Missing   Kind = "missing"   // nothing is heard any more
	Inside    Kind = "fence"     // something is where it should not be, or is not where it should
	Crowding  Kind = "crowding"  // too many are inside a fence
	Nearby    Kind = "near"      // two are too near to each other
	Found     Kind = "finding"   // an algorithm found something in a picture
)

// Rule says when something is wrong. It is a document; how one is written is told
// in docs/alarms.md. One that was read is never changed.
type Rule struct {
	Name    string `json:"-"` // that of its setting
	Title   string `json:"title"`
	TitleEn string `json:"titleEn"`
	Off     bool   `json:"off,omitempty"` // it is not judged
	Kind    Kind   `json:"kind"`

	// What it is about: things in use of these classes ("sensor.noise", "mover.*"),
	// that measure the phenomenon, and of which the condition (CEL) is true.
	Classes    []string `json:"classes,omitempty"`
	Phenomenon string   `json:"phenomenon,omitempty"`
	Where      string   `json:"where,omitempty"`

	// When it holds (CEL), and when no longer; without clear: when it does not hold.
	When  string `json:"when,omitempty"`
	Clear string `json:"clear,omitempty"`
	For   Span   `json:"for,omitempty"` // it must hold for so long without a break

	Times  int  `json:"times,omitempty"`  // threshold: so many observations must meet it …
	Within Span `json:"within,omitempty"` // … within this time

	Over   Span    `json:"over,omitempty"`   // rate: between now and so long ago; stuck: for so long
	Band   float64 `json:"band,omitempty"`   // stuck: changes up to this are none
	After  Span    `json:"after,omitempty"`  // stale, missing: so long after the last; none: three report intervals
	Unseen bool    `json:"unseen,omitempty"` // missing: also what was never heard

	Fence  string     `json:"fence,omitempty"`  // fence, crowding: name of the fence
	On     Crossing   `json:"on,omitempty"`     // fence
	Count  int        `json:"count,omitempty"`  // crowding: so many or more
	Others []string   `json:"others,omitempty"` // near: classes of the others
	Metres geo.Metres `json:"metres,omitempty"` // near: on the ground

	Findings []string `json:"findings,omitempty"` // finding: classes of what was found
	Hold     Span     `json:"hold,omitempty"`     // finding: so long it holds after it was seen last

	// What comes of it.
	Severity    uint8               `json:"severity"`              // 1 特别重大 … 4 一般, 0 info
	Schedule    *Schedule           `json:"schedule,omitempty"`    // when it counts
	Cause       string              `json:"cause,omitempty"`       // what is wrong, in one word: conditions of a cause gather; none: the rule's name
	Gather      geo.Metres          `json:"gather,omitempty"`      // how far apart they may be
	Across      bool                `json:"across,omitempty"`      // alarms of several areas that are no farther apart are one storm
	Inhibits    *Inhibits           `json:"inhibits,omitempty"`    // what it explains
	Event       string              `json:"event,omitempty"`       // class of the incident that may be made of it
	Promote     Promotion           `json:"promote,omitempty"`     // when that is made
	Reliability float64             `json:"reliability,omitempty"` // (0,1] of its sources; none: 1
	Sources     map[string]float64  `json:"sources,omitempty"`     // finding: reliability of single webhooks
	Overrides   map[string]Override `json:"overrides,omitempty"`   // by asset: what is different for it
}

// Crossing is what a rule of kind fence waits for.
type Crossing string

// The crossings. Who dwells is inside for the rule's time.
const (
	Enter Crossing = "enter"
	Exit  Crossing = "exit"
	Dwell Crossing = "dwell"
)

// Promotion is when an alarm asks to become an incident.
type Promotion string

// The promotions.
const (
	Never     Promotion = ""
	Raised    Promotion = "raised"    // at once
	Confirmed Promotion = "confirmed" // when a second source or a person says so
)

// Inhibits names what a condition explains: while it holds, alarms of those rules and
// causes in the same area are suppressed.
type Inhibits struct {
	Rules  []string `json:"rules,omitempty"`
	Causes []string `json:"causes,omitempty"`
}

// Override is what is different for one asset.
type Override struct {
	Off      bool   `json:"off,omitempty"`
	When     string `json:"when,omitempty"`
	Clear    string `json:"clear,omitempty"`
	For      *Span  `json:"for,omitempty"`
	After    *Span  `json:"after,omitempty"`
	Severity *uint8 `json:"severity,omitempty"`
}

// cause is what is wrong, in one word.
func (r *Rule) cause() string {
	if r.Cause != "" {
		return r.Cause
	}
	return r.Name
}

// with is the rule as it is for the asset.
func (o Override) with(r Rule) Rule {
	r.Off = r.Off || o.Off
	if o.When != "" {
		r.When, r.Clear = o.When, o.Clear
	}
	if o.Clear != "" {
		r.Clear = o.Clear
	}
	if o.For != nil {
		r.For = *o.For
	}
	if o.After != nil {
		r.After = *o.After
	}
	if o.Severity != nil {
		r.Severity = *o.Severity
	}
	r.Overrides = nil
	return r
}

// reliability is how far the source of a condition is trusted.
func (r *Rule) reliability(hook string) float64 {
	if own, ok := r.Sources[hook]; ok && hook != "" {
		return own
	}
	if r.Reliability > 0 {
		return r.Reliability
	}
	return 1
}

// Tables are the codes that rules may name; *assets.Classes has those of assets.
type Tables interface {
	Class(code string) (*assets.Class, bool)
	Phenomenon(code string) (*assets.Phenomenon, bool)
	Finding(code string) (assets.FindingClass, bool)
	Event(code string) (known bool) // whether there is a class of incidents of that code
}
