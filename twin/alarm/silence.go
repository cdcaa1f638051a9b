package alarm

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"suhe/assets"
)

// Silence says whose alarms are suppressed for a while: works are under way, or
// somebody knows already. It is a document.
type Silence struct {
	Name  string     `json:"-"` // that of its setting
	Match Match      `json:"match"`
	From  *time.Time `json:"from,omitempty"` // none: at once
	Until time.Time  `json:"until"`
	Why   string     `json:"why"`
}

// Match names conditions; each list that is there must hold one of theirs.
type Match struct {
	Rules   []string `json:"rules,omitempty"`
	Causes  []string `json:"causes,omitempty"`
	Classes []string `json:"classes,omitempty"` // as in a rule
	Areas   []string `json:"areas,omitempty"`
	Assets  []string `json:"assets,omitempty"`
	Fence   string   `json:"fence,omitempty"` // they lie in it
}

// maxSilence is how long a silence may last: what shall be quiet for ever is a rule
// to be changed.
const maxSilence = 90 * 24 * time.Hour

// ReadSilence reads and checks a silence as ReadRule does a rule.
func ReadSilence(name string, doc []byte, t Tables) (*Silence, error) {
	s := &Silence{Name: name}
	err := readStrict(doc, s)
	if err == nil {
		err = s.check(t)
	}
	if err != nil {
		return nil, fmt.Errorf("silence %s: %w", name, err)
	}
	return s, nil
}

func (s *Silence) check(t Tables) error {
	m := &s.Match
	names := slices.Concat(m.Rules, m.Causes)
	if m.Fence != "" {
		names = append(names, m.Fence)
	}
	for _, name := range names {
		if !goodName(name) {
			return invalid("match", name, wantName)
		}
	}
	all := len(names) + len(m.Classes) + len(m.Areas) + len(m.Assets)
	n := utf8.RuneCountInString(s.Why)
	switch {
	case all == 0:
		return fmt.Errorf("%w: match: empty, want rules, causes, classes, areas, assets or a fence", assets.ErrInvalid)
	case all > maxOverrides:
		return invalid("match", all, fmt.Sprintf("at most %d names", maxOverrides))
	case n == 0 || n > 500:
		return invalid("why", n, "1 to 500 characters")
	case s.Until.IsZero():
		return invalid("until", "", "when it ends")
	case s.From != nil && !s.From.Before(s.Until):
		return invalid("until", s.Until.Format(time.RFC3339), "later than from")
	case s.From != nil && s.Until.Sub(*s.From) > maxSilence:
		return invalid("until", s.Until.Format(time.RFC3339), "at most 90 days after from")
	}
	return checkClasses("match.classes", m.Classes, t)
}

// On says whether the silence is in force.
func (s *Silence) On(now time.Time) bool {
	return now.Before(s.Until) && (s.From == nil || !now.Before(*s.From))
}

// Over says whether it will never be in force again.
func (s *Silence) Over(now time.Time) bool { return !now.Before(s.Until) }

// holds says whether the condition is one of those that are named. Fences that are
// not there hold nothing.
func (m *Match) holds(c *Condition, fences map[string]*Fence) bool {
	named := func(list []string, name string) bool { return len(list) == 0 || slices.Contains(list, name) }
	if !named(m.Rules, c.Rule) || !named(m.Causes, c.Cause) || !named(m.Areas, c.Area) || !named(m.Assets, string(c.Asset)) {
		return false
	}
	if len(m.Classes) > 0 && !ofClass(m.Classes, &assets.Asset{Class: c.Class, Kind: c.Kind}) {
		return false
	}
	if m.Fence == "" {
		return true
	}
	f := fences[m.Fence]
	return f != nil && f.Holds(c.point())
}
