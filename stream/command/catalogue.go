package command

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"suhe/assets"
)

//go:embed commands.json
var defaultCatalogue []byte

// Kind is one row of the catalogue: something that devices of some classes can be
// told.
type Kind struct {
	Name      string          `json:"name"`
	Title     string          `json:"title"` // Chinese
	TitleEn   string          `json:"titleEn"`
	Classes   []string        `json:"classes"`   // codes; "sensor.*" is all that begin with "sensor."
	Arguments json.RawMessage `json:"arguments"` // JSON Schema 2020-12

	schema *jsonschema.Schema
}

// Catalogue is what devices can be told. It is immutable.
type Catalogue struct {
	Edition string `json:"edition"`
	Note    string `json:"note,omitempty"`
	Kinds   []Kind `json:"commands"`
}

// DefaultCatalogue reads the catalogue that the program carries.
func DefaultCatalogue(classes *assets.Classes) (*Catalogue, error) {
	return ReadCatalogue(defaultCatalogue, classes)
}

var nameRule = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// ReadCatalogue reads a catalogue strictly: names once, classes that there are,
// schemas that compile without reading anything else.
func ReadCatalogue(text []byte, classes *assets.Classes) (*Catalogue, error) {
	c := new(Catalogue)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, fmt.Errorf("commands: %w", err)
	}
	seen := map[string]bool{}
	for i := range c.Kinds {
		k := &c.Kinds[i]
		if !nameRule.MatchString(k.Name) || seen[k.Name] {
			return nil, fmt.Errorf("commands[%d].name: %.64q, want a-z, 0-9 and _, once", i, k.Name)
		}
		seen[k.Name] = true
		if err := k.prepare(classes); err != nil {
			return nil, fmt.Errorf("commands[%d].%w", i, err)
		}
	}
	return c, nil
}

// prepare checks the classes and compiles the schema.
func (k *Kind) prepare(classes *assets.Classes) (err error) {
	for _, code := range k.Classes {
		known := false
		for _, class := range classes.All() {
			known = known || under(class.Code, code)
		}
		if !known {
			return fmt.Errorf("classes: %q is no class", code)
		}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(k.Arguments))
	if err != nil {
		return fmt.Errorf("arguments: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{})
	url := "suhe:///commands/" + k.Name
	if err := compiler.AddResource(url, doc); err != nil {
		return fmt.Errorf("arguments: %w", err)
	}
	if k.schema, err = compiler.Compile(url); err != nil {
		return fmt.Errorf("arguments: %w", err)
	}
	return nil
}

// noLoader lets schemas refer to themselves only.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) { return nil, fmt.Errorf("%s: not loaded", url) }

// under says whether a class is what the row names.
func under(class, code string) bool {
	if before, all := strings.CutSuffix(code, "*"); all {
		return strings.HasPrefix(class, before)
	}
	return class == code
}

// For lists what a device of the class can be told.
func (c *Catalogue) For(class string) []Kind {
	out := []Kind{}
	for _, k := range c.Kinds {
		if k.fits(class) {
			out = append(out, k)
		}
	}
	return out
}

func (k *Kind) fits(class string) bool {
	for _, code := range k.Classes {
		if under(class, code) {
			return true
		}
	}
	return false
}

// check says why a device of the class cannot be told this; the error wraps
// assets.ErrInvalid.
func (c *Catalogue) check(class, name string, arguments json.RawMessage) error {
	var names []string
	for _, k := range c.For(class) {
		if k.Name == name {
			return k.checkArguments(arguments)
		}
		names = append(names, k.Name)
	}
	return fmt.Errorf("%w: name: %.64q, want for a %s one of %v", assets.ErrInvalid, name, class, names)
}

func (k *Kind) checkArguments(arguments json.RawMessage) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(arguments))
	if err != nil {
		return fmt.Errorf("%w: arguments: %w", assets.ErrInvalid, err)
	}
	err = k.schema.Validate(v)
	var broken *jsonschema.ValidationError
	if errors.As(err, &broken) {
		for len(broken.Causes) > 0 {
			broken = broken.Causes[0]
		}
		return fmt.Errorf("%w: arguments: %.300s", assets.ErrInvalid, reason(broken))
	}
	return err
}

// reason is the last line of a validation error: the first says the schema's
// address, which helps nobody.
func reason(e *jsonschema.ValidationError) string {
	lines := strings.Split(strings.TrimSpace(e.Error()), "\n")
	return strings.TrimPrefix(strings.TrimSpace(lines[len(lines)-1]), "- ")
}
