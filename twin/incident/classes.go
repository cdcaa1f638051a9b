package incident

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"suhe/assets"
	"suhe/geo"
)

// Class is one row of the table of event classes (事件).
type Class struct {
	Code      string            `json:"code"`
	Name      string            `json:"name"` // Chinese
	NameEn    string            `json:"nameEn"`
	Severity  int               `json:"severity"`           // if nobody says another
	Findings  []string          `json:"findings,omitempty"` // codes of what algorithms find that are of it
	Condition string            `json:"condition"`          // for filing, in words
	Units     map[string]string `json:"units"`              // who handles it, by code of the area; "*": elsewhere
	Movers    []string          `json:"movers,omitempty"`   // classes of who is sent; none: patrols
	Promote   Promotion         `json:"promote"`
	Duplicate Duplicate         `json:"duplicate"`
	Terms     Terms             `json:"terms"`
}

// Terms are what an incident takes of its class when it begins, and keeps.
type Terms struct {
	Limits     map[Step]Limit `json:"limits"`            // a step without one has no clock
	Level      Level          `json:"level"`             // it begins with
	Filing     int            `json:"filing,omitempty"`  // pieces of evidence without which it is not filed
	Proof      int            `json:"proof"`             // files of after the work without which it is neither reported nor closed
	Extensions int            `json:"extensions"`        // that may be approved
	Suspend    bool           `json:"suspend,omitempty"` // it may be
	Overdue    Verb           `json:"overdue,omitempty"` // what the clock does when handling is past due: supervise | escalate
}

// Promotion is when a discovered incident is filed by itself: as severe as that (or
// more) and as reliable, or told by as many sources. Zero values never file.
type Promotion struct {
	Severity    int     `json:"severity,omitempty"`
	Reliability float64 `json:"reliability,omitempty"`
	Sources     int     `json:"sources,omitempty"`
}

// Duplicate is how near in place and time two of a class are taken for one.
type Duplicate struct {
	Radius geo.Metres `json:"radius"`
	Hours  float64    `json:"hours"`
}

// window is Hours as a duration.
func (d Duplicate) window() time.Duration { return time.Duration(d.Hours * float64(time.Hour)) }

// Classes is the table of event classes. It is immutable.
type Classes struct {
	Edition, Note string
	all           []Class
	byCode        map[string]*Class
	byFinding     map[string]*Class
}

// ReadClasses reads a table; see tables/classes.json.
func ReadClasses(data []byte) (*Classes, error) {
	var file struct {
		Edition, Note string
		Classes       []Class
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%w: event classes: %w", assets.ErrInvalid, err)
	}
	t := &Classes{Edition: file.Edition, Note: file.Note, all: file.Classes, byCode: map[string]*Class{}, byFinding: map[string]*Class{}}
	var wrong []error
	for i := range t.all {
		c := &t.all[i]
		if err := c.check(); err != nil {
			wrong = append(wrong, fmt.Errorf("event classes: %.40q: %w", c.Code, err))
		}
		if t.byCode[c.Code] != nil {
			wrong = append(wrong, fmt.Errorf("%w: event classes: %.40q comes twice", assets.ErrInvalid, c.Code))
		}
		t.byCode[c.Code] = c
		for _, f := range c.Findings {
			t.byFinding[f] = c
		}
	}
	return t, errors.Join(wrong...)
}

var classCode = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)

func (c *Class) check() error {
	wrong := func(field string, got any, want string) error {
		return fmt.Errorf("%w: %s: %v, want %s", assets.ErrInvalid, field, got, want)
	}
	p, t := c.Promote, c.Terms
	switch {
	case !classCode.MatchString(c.Code) || len(c.Code) > 64:
		return wrong("code", c.Code, "a-z 0-9 _ in parts with dots")
	case c.Name == "" || c.NameEn == "":
		return wrong("name", "none", "name and nameEn")
	case c.Severity < 1 || c.Severity > 4:
		return wrong("severity", c.Severity, "1 to 4")
	case p.Severity < 0 || p.Severity > 4 || p.Reliability < 0 || p.Reliability > 1 || p.Sources < 0 || p.Sources == 1:
		return wrong("promote", p, "severity 1 to 4, reliability to 1, two sources or more")
	case !(c.Duplicate.Radius >= 0 && c.Duplicate.Radius <= 5000) || !(c.Duplicate.Hours >= 0 && c.Duplicate.Hours <= 24*90):
		return wrong("duplicate", c.Duplicate, "radius to 5000 m, hours to 2160")
	case t.Level != Village && t.Level != Street && t.Level != District:
		return wrong("terms.level", t.Level, "village, street or district")
	case t.Filing < 0 || t.Proof < 0 || t.Extensions < 0:
		return wrong("terms", t, "no negative number")
	case t.Overdue != "" && t.Overdue != Supervise && t.Overdue != Escalate:
		return wrong("terms.overdue", t.Overdue, "supervise or escalate")
	case c.Units["*"] == "":
		return wrong("units", c.Units, `one for "*"`)
	}
	for step, l := range t.Limits {
		if !slices.Contains([]Step{StepFiling, StepDispatch, StepAccept, StepContact, StepHandle, StepCheck}, step) {
			return wrong("terms.limits", step, "filing, dispatch, accept, contact, handle or check")
		}
		if err := l.check("terms.limits." + string(step)); err != nil {
			return err
		}
	}
	return nil
}

// All are all classes, in the order of the table; the slice must not be changed.
func (t *Classes) All() []Class { return t.all }

// Class finds one by its code, or by that of a finding. ErrInvalid: there is none.
func (t *Classes) Class(code string) (*Class, error) {
	if c := t.byCode[code]; c != nil {
		return c, nil
	}
	if c := t.byFinding[code]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("%w: class: %.64q is none, see GET /v1/incidents/classes", assets.ErrInvalid, code)
}

// unit is who handles the class in the area: of the finest division that is named.
func (c *Class) unit(area string) string {
	for n := len(area); n >= 6; n-- {
		if u := c.Units[area[:n]]; u != "" {
			return u
		}
	}
	return c.Units["*"]
}

// files says whether an incident that stands so is filed by itself.
func (p Promotion) files(in *Incident) bool {
	told := map[string]bool{}
	reliable := 0.0
	for _, s := range in.Sources {
		told[string(s.Channel)+" "+s.By] = true
		reliable = max(reliable, s.Reliability)
	}
	return p.Severity > 0 && in.What.Severity <= p.Severity && reliable >= p.Reliability || p.Sources > 0 && len(told) >= p.Sources
}
