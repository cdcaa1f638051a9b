package alarm

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

//go:embed defaults.json
var defaultsFile []byte

// Defaults are the rules that hold until one of the same name is saved, in order of
// name, with the label of their edition. They are choices of ours; no conformance to
// any standard is claimed. Of one whose class of incidents is in no table no incident
// is made.
func Defaults(t Tables) (edition string, rules []*Rule, err error) {
	edition, rules, err = readRules(defaultsFile, anyEvent{t})
	for _, r := range rules {
		if !t.Event(r.Event) {
			r.Event, r.Promote = "", Never
		}
	}
	return edition, rules, err
}

// anyEvent takes every class of incidents for one that there is.
type anyEvent struct{ Tables }

// Event implements Tables.
func (anyEvent) Event(string) bool { return true }

// readRules reads a file of rules.
func readRules(data []byte, t Tables) (edition string, rules []*Rule, err error) {
	var file struct {
		Edition string                     `json:"edition"`
		Note    string                     `json:"note"`
		Rules   map[string]json.RawMessage `json:"rules"`
	}
	if err := readStrict(data, &file); err != nil {
		return "", nil, fmt.Errorf("default rules: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(file.Rules)) {
		r, err := ReadRule(name, file.Rules[name], t)
		if err != nil {
			return "", nil, fmt.Errorf("default rules: %w", err)
		}
		rules = append(rules, r)
	}
	return file.Edition, rules, nil
}
