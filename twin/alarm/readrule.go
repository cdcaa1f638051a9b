package alarm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"suhe/assets"
)

// The bounds of a document.
const (
	MaxDocument  = 64 << 10 // bytes
	maxTitle     = 120      // characters
	maxNames     = 64       // classes, findings, rules of a list
	maxOverrides = 1_000
	maxTimes     = 100
	maxNear      = 5_000 // metres
	maxGather    = 100_000
)

// ReadRule reads and checks a rule: the JSON has no unknown field, each field is one
// that its kind takes, all codes are in the tables, and the expressions compile. An
// error is assets.ErrInvalid and names field, value and what was expected.
func ReadRule(name string, doc []byte, t Tables) (*Rule, error) {
	r := &Rule{Name: name}
	if err := readStrict(doc, r); err != nil {
		return nil, fmt.Errorf("rule %s: %w", name, err)
	}
	if err := r.check(t); err != nil {
		return nil, fmt.Errorf("rule %s: %w", name, err)
	}
	if _, err := compileRule(r); err != nil {
		return nil, fmt.Errorf("rule %s: %w", name, err)
	}
	return r, nil
}

// readStrict reads one JSON document without unknown fields.
func readStrict(doc []byte, to any) error {
	if len(doc) > MaxDocument {
		return fmt.Errorf("%w: document: %d bytes, want at most %d", assets.ErrInvalid, len(doc), MaxDocument)
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%w: document: more than one JSON value", assets.ErrInvalid)
	}
	return nil
}

func invalid(field string, value any, want string) error {
	return fmt.Errorf("%w: %s: %.100q, want %s", assets.ErrInvalid, field, fmt.Sprint(value), want)
}

func (r *Rule) check(t Tables) error {
	for _, check := range []func(Tables) error{r.checkTitles, r.checkFields, r.checkCodes, r.checkNumbers, r.checkOverrides} {
		if err := check(t); err != nil {
			return err
		}
	}
	return r.Schedule.check()
}

func (r *Rule) checkTitles(Tables) error { return checkTitles(r.Title, r.TitleEn) }

func checkTitles(zh, en string) error {
	for field, title := range map[string]string{"title": zh, "titleEn": en} {
		if n := utf8.RuneCountInString(title); n == 0 || n > maxTitle || strings.ContainsAny(title, "\r\n") {
			return invalid(field, title, fmt.Sprintf("a line of 1 to %d characters", maxTitle))
		}
	}
	return nil
}

// field is one that not every kind takes.
type field struct {
	name  string
	there bool
	kinds string // that take it; with a * those that must have it
}

func (r *Rule) fields() []field {
	return []field{
		{"classes", len(r.Classes) > 0, "threshold* rate* stuck* stale* missing* fence* crowding* near* finding"},
		{"phenomenon", r.Phenomenon != "", "threshold* rate* stuck* stale*"},
		{"when", r.When != "", "threshold* rate* finding"},
		{"clear", r.Clear != "", "threshold rate crowding"},
		{"for", r.For != 0, "threshold rate fence crowding near"},
		{"times", r.Times != 0, "threshold"},
		{"within", r.Within != 0, "threshold"},
		{"over", r.Over != 0, "rate* stuck*"},
		{"band", r.Band != 0, "stuck"},
		{"after", r.After != 0, "stale missing"},
		{"unseen", r.Unseen, "missing"},
		{"fence", r.Fence != "", "fence* crowding*"},
		{"on", r.On != "", "fence*"},
		{"count", r.Count != 0, "crowding*"},
		{"others", len(r.Others) > 0, "near*"},
		{"metres", r.Metres != 0, "near*"},
		{"findings", len(r.Findings) > 0, "finding*"},
		{"hold", r.Hold != 0, "finding"},
		{"sources", len(r.Sources) > 0, "finding"},
	}
}

// kinds are all kinds, in order.
var kinds = []Kind{Threshold, Rate, Stuck, Stale, Missing, Inside, Crowding, Nearby, Found}

func (r *Rule) checkFields(Tables) error {
	if !slices.Contains(kinds, r.Kind) {
		return invalid("kind", r.Kind, fmt.Sprintf("one of %v", kinds))
	}
	for _, f := range r.fields() {
		takers := strings.Fields(f.kinds)
		must := slices.Contains(takers, string(r.Kind)+"*")
		switch {
		case f.there && !must && !slices.Contains(takers, string(r.Kind)):
			return fmt.Errorf("%w: %s: a rule of kind %s takes none, want it left out", assets.ErrInvalid, f.name, r.Kind)
		case !f.there && must:
			return fmt.Errorf("%w: %s: none, want one in a rule of kind %s", assets.ErrInvalid, f.name, r.Kind)
		}
	}
	switch {
	case (r.Times == 0) != (r.Within == 0):
		return invalid("times", r.Times, "times and within, or neither")
	case r.Times != 0 && r.For != 0:
		return invalid("for", r.For, "for or times, not both")
	case r.Kind == Inside && !slices.Contains([]Crossing{Enter, Exit, Dwell}, r.On):
		return invalid("on", r.On, "enter, exit or dwell")
	case r.Across && r.Gather == 0:
		return invalid("across", r.Across, "gather as well: how far apart they may be")
	case r.On == Dwell && r.For == 0:
		return invalid("for", "", "how long it dwells")
	}
	return nil
}

func (r *Rule) checkCodes(t Tables) error {
	for field, list := range map[string][]string{"classes": r.Classes, "others": r.Others} {
		if err := checkClasses(field, list, t); err != nil {
			return err
		}
	}
	if _, ok := t.Phenomenon(r.Phenomenon); !ok && r.Phenomenon != "" {
		return invalid("phenomenon", r.Phenomenon, "one of the table of phenomena")
	}
	if len(r.Findings) > maxNames {
		return invalid("findings", len(r.Findings), fmt.Sprintf("at most %d", maxNames))
	}
	for _, code := range r.Findings {
		if _, ok := t.Finding(code); !ok {
			return invalid("findings", code, "one of the table of findings")
		}
	}
	if r.Event != "" && !t.Event(r.Event) {
		return invalid("event", r.Event, "one of the table of event classes")
	}
	for field, name := range map[string]string{"fence": r.Fence, "cause": r.Cause} {
		if name != "" && !goodName(name) {
			return invalid(field, name, wantName)
		}
	}
	if r.Inhibits != nil {
		for _, name := range slices.Concat(r.Inhibits.Rules, r.Inhibits.Causes) {
			if !goodName(name) {
				return invalid("inhibits", name, wantName)
			}
		}
	}
	return nil
}

func checkClasses(field string, list []string, t Tables) error {
	if len(list) > maxNames {
		return invalid(field, len(list), fmt.Sprintf("at most %d", maxNames))
	}
	for _, code := range list {
		kind, all := strings.CutSuffix(code, ".*")
		if _, ok := t.Class(code); !ok && !all {
			return invalid(field, code, "a class of the tables, or a kind and .*")
		}
		if _, err := assets.ParseKind(kind); all && err != nil {
			return invalid(field, code, "a class of the tables, or a kind and .*")
		}
	}
	return nil
}

// goodName says whether the name can be that of a rule, fence, silence or cause.
func goodName(name string) bool {
	if len(name) == 0 || len(name) > 64 {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || i > 0 && (c == '_' || c == '-' || c == '.')) {
			return false
		}
	}
	return true
}

const wantName = "1 to 64 of a-z, 0-9, _, - and ., a letter or digit first"

// CheckName refuses what cannot be the name of a rule, fence or silence.
func CheckName(name string) error {
	if !goodName(name) {
		return invalid("name", name, wantName)
	}
	return nil
}

func (r *Rule) checkNumbers(Tables) error {
	share := func(v float64) bool { return v > 0 && v <= 1 }
	switch {
	case r.Severity > 4:
		return invalid("severity", r.Severity, "1 to 4, or 0 for information")
	case r.Times < 0 || r.Times == 1 || r.Times > maxTimes:
		return invalid("times", r.Times, fmt.Sprintf("2 to %d", maxTimes))
	case !(r.Band >= 0):
		return invalid("band", r.Band, "0 or more")
	case r.Count < 0 || r.Count > 1_000_000:
		return invalid("count", r.Count, "1 to 1000000")
	case !(r.Metres >= 0 && r.Metres <= maxNear):
		return invalid("metres", r.Metres, fmt.Sprintf("more than 0, at most %d", maxNear))
	case !(r.Gather >= 0 && r.Gather <= maxGather):
		return invalid("gather", r.Gather, fmt.Sprintf("0 to %d", maxGather))
	case r.Reliability != 0 && !share(r.Reliability):
		return invalid("reliability", r.Reliability, "more than 0, at most 1")
	case r.Promote != Never && r.Promote != Raised && r.Promote != Confirmed:
		return invalid("promote", r.Promote, "raised or confirmed, or none")
	case r.Promote != Never && r.Event == "":
		return invalid("event", r.Event, "the class of the incident that it is promoted to")
	case len(r.Sources) > maxNames:
		return invalid("sources", len(r.Sources), fmt.Sprintf("at most %d", maxNames))
	}
	for hook, v := range r.Sources {
		if !share(v) {
			return invalid("sources."+hook, v, "more than 0, at most 1")
		}
	}
	return nil
}

func (r *Rule) checkOverrides(t Tables) error {
	if len(r.Overrides) > maxOverrides {
		return invalid("overrides", len(r.Overrides), fmt.Sprintf("at most %d", maxOverrides))
	}
	for id, o := range r.Overrides {
		if _, err := assets.ParseID(id); err != nil {
			return fmt.Errorf("overrides: %w", err)
		}
		own := o.with(*r)
		if err := own.checkFields(t); err != nil {
			return fmt.Errorf("overrides.%s: %w", id, err)
		}
		if err := own.checkNumbers(t); err != nil {
			return fmt.Errorf("overrides.%s: %w", id, err)
		}
	}
	return nil
}
