package alarm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"

	"suhe/assets"
)

// compiled is a rule, ready to be judged by.
type compiled struct {
	*Rule
	where, when, clear expression
	overrides          map[assets.ID]*compiled
	closed             bool // by its schedule, or that of its fence, at the judge's time
}

// compileRule compiles all expressions of the rule.
func compileRule(r *Rule) (*compiled, error) {
	c, err := compileOne(r)
	if err != nil {
		return nil, err
	}
	for id, o := range r.Overrides {
		own := o.with(*r)
		mine, err := compileOne(&own)
		if err != nil {
			return nil, fmt.Errorf("overrides.%s: %w", id, err)
		}
		if c.overrides == nil {
			c.overrides = make(map[assets.ID]*compiled, len(r.Overrides))
		}
		c.overrides[assets.ID(id)] = mine
	}
	return c, nil
}

func compileOne(r *Rule) (*compiled, error) {
	c := &compiled{Rule: r}
	words := language
	var more map[string]*cel.Type
	switch r.Kind {
	case Crowding:
		words, more = bareLanguage, ofCrowd
	case Threshold:
		more = ofValue
	case Rate:
		more = ofRate
	case Found:
		more = ofFinding
	}
	for _, e := range []struct {
		field, text string
		language    func() (*cel.Env, error)
		more        map[string]*cel.Type
		to          *expression
	}{{"where", r.Where, language, nil, &c.where}, {"when", r.When, words, more, &c.when}, {"clear", r.Clear, words, more, &c.clear}} {
		var err error
		if *e.to, err = compile(e.field, e.text, e.language, e.more); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// forAsset is the rule as it is for the asset, or nil if it does not judge it.
func (c *compiled) forAsset(a *assets.Asset, v *variables) *compiled {
	if a.Lifecycle != assets.InUse || !c.measured(a) {
		return nil
	}
	own := c
	if mine, ok := c.overrides[a.ID]; ok {
		own = mine
	}
	if own.Off {
		return nil
	}
	if own.where.there() {
		if holds, known := own.where.holds(v); !holds || !known {
			return nil
		}
	}
	return own
}

// measured says whether the asset measures what the rule is about.
func (c *compiled) measured(a *assets.Asset) bool {
	if c.Kind == Missing {
		return a.Sensor != nil || a.Kind == assets.Mover
	}
	if c.Phenomenon == "" {
		return true
	}
	return a.Sensor != nil && slices.ContainsFunc(a.Sensor.Measures, func(m assets.Measure) bool { return m.Phenomenon == c.Phenomenon })
}

// ofClass says whether the class is one of the list; ".*" stands for all of a kind.
func ofClass(list []string, a *assets.Asset) bool {
	for _, code := range list {
		if kind, all := strings.CutSuffix(code, ".*"); code == a.Class || all && kind == string(a.Kind) {
			return true
		}
	}
	return false
}
