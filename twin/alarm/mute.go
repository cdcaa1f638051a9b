package alarm

import (
	"time"
)

// muter knows at one time what nobody is to be bothered by.
type muter struct {
	silences []*Silence
	fences   map[string]*Fence
	rules    map[kin]string // rule and area, to the rule that explains it
	causes   map[kin]string // cause and area likewise
}

func (k *Keeper) newMuter(now time.Time) *muter {
	m := &muter{fences: k.options.Fences(), rules: map[kin]string{}, causes: map[kin]string{}}
	for _, s := range k.options.Silences() {
		if s.On(now) {
			m.silences = append(m.silences, s)
		}
	}
	for _, p := range k.packs {
		for _, c := range p.active {
			if c.rule == nil || c.rule.Inhibits == nil {
				continue
			}
			for _, name := range c.rule.Inhibits.Rules {
				m.rules[kin{name, c.Area}] = c.Rule
			}
			for _, name := range c.rule.Inhibits.Causes {
				m.causes[kin{name, c.Area}] = c.Rule
			}
		}
	}
	return m
}

// reason says why nobody is to be bothered by the condition; empty: it counts.
func (m *muter) reason(c *Condition) (why string) {
	for _, s := range m.silences {
		if s.Match.holds(c, m.fences) {
			return "silence " + s.Name
		}
	}
	if by := m.rules[kin{c.Rule, c.Area}]; by != "" && by != c.Rule {
		return "rule " + by + " explains it"
	}
	if by := m.causes[c.kin()]; by != "" && by != c.Rule {
		return "rule " + by + " explains it"
	}
	return ""
}

// all is the reason of one of the conditions if all have one.
func (m *muter) all(p *pack) (why string) {
	for _, c := range p.active {
		r := m.reason(c)
		if r == "" {
			return ""
		}
		if why == "" || r < why {
			why = r
		}
	}
	return why
}

// mute suppresses the alarm if all of it is silenced or explained, and resumes it when
// that, or what a person said, is over.
func (k *Keeper) mute(p *pack, m *muter, now time.Time) {
	why := m.all(p)
	if len(p.active) == 0 {
		return
	}
	switch s := p.is.Suppressed; {
	case s == nil && why != "" && (p.is.State == IsRaised || p.is.State == IsAcknowledged):
		k.suppressed(p, why, now)
	case s == nil:
	case s.By == Rules && why == "":
		k.do(p, Step{Verb: Resume, By: Rules, At: now, Why: s.Why + ": no longer"})
	case s.By != Rules && s.Until != nil && !now.Before(*s.Until) && why == "":
		k.do(p, Step{Verb: Resume, By: Rules, At: now, Why: "the time is over"})
	}
}

// suppressed lets an alarm begin suppressed if the store does not have it yet, so that
// nobody is told of it before.
func (k *Keeper) suppressed(p *pack, why string, now time.Time) {
	if p.rev > 0 || len(p.steps) == 0 {
		k.do(p, Step{Verb: Suppress, By: Rules, At: now, Why: why})
		return
	}
	p.steps[0].Muted, p.steps[0].Why = true, why
	k.rebase(p, Alarm{}, 0)
}
