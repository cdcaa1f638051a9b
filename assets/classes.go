package assets

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Class is one row of a class table: what assets of it are called and which
// properties they may have. No conformance to GB/T 30428 is claimed: that
// standard is not at hand, the tables are data and can be replaced.
type Class struct {
	Code        string          `json:"code"` // e.g. asset.lamp
	Kind        Kind            `json:"kind"`
	Name        string          `json:"name"` // Chinese
	NameEn      string          `json:"nameEn"`
	Places      bool            `json:"places,omitempty"`      // areas: assets inside get this area's code
	Motion      *Motion         `json:"motion,omitempty"`      // movers: how they move; none: anything goes
	Optics      *Optics         `json:"optics,omitempty"`      // cameras: how they usually look
	Sensitivity Sensitivity     `json:"sensitivity,omitempty"` // of its assets; single ones may be more so
	Schema      json.RawMessage `json:"schema,omitempty"`      // JSON Schema 2020-12 of the properties; none allows all

	compiled *jsonschema.Schema
	bare     bool // the schema allows no properties at all
}

// Phenomenon is something that sensors measure.
type Phenomenon struct {
	Code   string     `json:"code"` // e.g. water_level
	Name   string     `json:"name"` // Chinese
	NameEn string     `json:"nameEn"`
	Unit   string     `json:"unit"`  // UCUM
	Valid  [2]float64 `json:"valid"` // what an instrument can physically report; outside it a value is invalid

	// Step is how finely the public is told a value: to multiples of it. Without a
	// step it is not told at all.
	Step float64 `json:"step,omitempty"`

	// Restless says that it is never the same for an hour: an instrument that
	// repeats itself for that long is stuck. Rain or a tilt may well rest.
	Restless bool `json:"restless,omitempty"`
}

// FindingClass is something that algorithms find in pictures.
type FindingClass struct {
	Code     string `json:"code"` // e.g. floating_rubbish
	Name     string `json:"name"` // Chinese
	NameEn   string `json:"nameEn"`
	Severity uint8  `json:"severity"` // 1 特别重大 … 4 一般, 0 nothing
}

// Classes holds the class tables and the tables of phenomena and findings of one edition. It is
// immutable.
type Classes struct {
	edition   string
	classes   []Class // in order of the drawing order of kinds, then of the file
	phenomena []Phenomenon
	findings  []FindingClass
	byCode    map[string]*Class
	byPhen    map[string]*Phenomenon
	fields    map[string]Sensitivity
	guarded   []string        // fields that not everybody may see, in order
	sealed    map[string]bool // properties, of whatever class
}

// Edition is the label that all files of the tables carry.
func (c *Classes) Edition() string { return c.edition }

// All returns every class; the slice is shared and must not be changed.
func (c *Classes) All() []Class { return c.classes }

// Phenomena returns every phenomenon; the slice is shared and must not be changed.
func (c *Classes) Phenomena() []Phenomenon { return c.phenomena }

// Findings returns every class of findings; the slice is shared and must not be changed.
func (c *Classes) Findings() []FindingClass { return c.findings }

// Finding finds a class of findings by its code.
func (c *Classes) Finding(code string) (FindingClass, bool) {
	for _, f := range c.findings { // a few dozen
		if f.Code == code {
			return f, true
		}
	}
	return FindingClass{}, false
}

// Class finds a class by its code.
func (c *Classes) Class(code string) (*Class, bool) {
	k, ok := c.byCode[code]
	return k, ok
}

// Phenomenon finds a phenomenon by its code.
func (c *Classes) Phenomenon(code string) (*Phenomenon, bool) {
	p, ok := c.byPhen[code]
	return p, ok
}

// For are the tables for one who sees some classes, and is shown some properties of
// them: the others are not in the tables and their schemas. Findings are of cameras.
// It is for telling, not for checking: schemas are as they are checked by.
func (c *Classes) For(sees func(k Kind, class string) bool, shows func(field string) bool) *Classes {
	out := &Classes{edition: c.edition, classes: []Class{}, phenomena: c.phenomena, findings: []FindingClass{}}
	for _, k := range c.classes {
		if !sees(k.Kind, k.Code) {
			continue
		}
		if k.Kind == Camera {
			out.findings = c.findings
		}
		k.Schema = withoutHidden(k.Schema, shows)
		out.classes = append(out.classes, k)
	}
	return out
}

// withoutHidden is the schema without the properties that are not shown.
func withoutHidden(schema json.RawMessage, shows func(field string) bool) json.RawMessage {
	var doc, properties map[string]json.RawMessage
	if json.Unmarshal(schema, &doc) != nil || json.Unmarshal(doc["properties"], &properties) != nil {
		return schema // it has none
	}
	before := len(properties)
	maps.DeleteFunc(properties, func(name string, _ json.RawMessage) bool { return !shows(name) })
	if len(properties) == before {
		return schema
	}
	var err error
	if doc["properties"], err = json.Marshal(properties); err != nil {
		panic(err) // it was read from JSON
	}
	if schema, err = json.Marshal(doc); err != nil {
		panic(err)
	}
	return schema
}

// MarshalJSON writes {"edition", "classes":[…], "phenomena":[…], "findings":[…]}.
func (c *Classes) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Edition   string         `json:"edition"`
		Classes   []Class        `json:"classes"`
		Phenomena []Phenomenon   `json:"phenomena"`
		Findings  []FindingClass `json:"findings"`
	}{c.edition, c.classes, c.phenomena, c.findings})
}

// Generic is the code of the class for things of kind k whose class is not
// known; every edition has it.
func Generic(k Kind) string { return string(k) + ".other" }

// check says what of the properties breaks the class's schema.
func (c *Class) check(ps Properties) error {
	if c.compiled == nil || c.bare && len(ps) == 0 {
		return nil
	}
	err := c.compiled.Validate(ps.Map())
	if err == nil {
		return nil
	}
	broken, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return fmt.Errorf("%w: properties: %w", ErrInvalid, err)
	}
	leaf := broken
	for len(leaf.Causes) > 0 {
		leaf = leaf.Causes[0]
	}
	path := strings.Join(append([]string{"properties"}, leaf.InstanceLocation...), ".")
	_, what, _ := strings.Cut(leaf.Error(), "': ")
	return fmt.Errorf("%w: %s: %s (class %s)", ErrInvalid, path, strings.TrimSpace(what), c.Code)
}

// index fills the lookup tables; the error names the second of two equal codes.
func (c *Classes) index() error {
	rank := func(k Kind) int { return slices.Index(Kinds(), k) }
	slices.SortStableFunc(c.classes, func(a, b Class) int { return rank(a.Kind) - rank(b.Kind) })
	if err := c.readFields(); err != nil {
		return err
	}
	c.byCode = make(map[string]*Class, len(c.classes))
	for i := range c.classes {
		k := &c.classes[i]
		if c.byCode[k.Code] != nil {
			return fmt.Errorf("classes: code %q: comes twice", k.Code)
		}
		c.byCode[k.Code] = k
	}
	c.byPhen = make(map[string]*Phenomenon, len(c.phenomena))
	for i := range c.phenomena {
		p := &c.phenomena[i]
		if c.byPhen[p.Code] != nil {
			return fmt.Errorf("phenomena.json: code %q: comes twice", p.Code)
		}
		c.byPhen[p.Code] = p
	}
	for _, k := range RegisteredKinds() {
		g := c.byCode[Generic(k)]
		if g == nil || g.Kind != k {
			return fmt.Errorf("classes: no class %q of kind %s, want one for things of unknown class", Generic(k), k)
		}
		if g.compiled != nil {
			return fmt.Errorf("classes: %s: schema: want none, the generic class takes everything", g.Code)
		}
	}
	return nil
}
