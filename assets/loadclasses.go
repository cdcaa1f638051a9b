package assets

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The files of a table directory that hold no classes of assets.
const (
	phenomenaFile = "phenomena.json"
	findingsFile  = "findings.json" // may be missing: then no findings are taken
)

//go:embed classes/*.json
var builtIn embed.FS

// codePattern is what codes of classes and phenomena look like.
var codePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_.]{0,63}$`)

// DefaultClasses returns the built-in tables. They are read once.
func DefaultClasses() *Classes { return defaultClasses() }

var defaultClasses = sync.OnceValue(func() *Classes {
	dir, err := fs.Sub(builtIn, "classes")
	if err != nil {
		panic(err)
	}
	c, err := LoadClasses(dir)
	if err != nil {
		panic("built-in class tables: " + err.Error())
	}
	return c
})

type classFile struct {
	Edition string  `json:"edition"`
	Note    string  `json:"note"`
	Kind    Kind    `json:"kind"`
	Classes []Class `json:"classes"`
}

type phenomenonFile struct {
	Edition   string       `json:"edition"`
	Note      string       `json:"note"`
	Phenomena []Phenomenon `json:"phenomena"`
}

// LoadClasses reads the *.json files on the first level of dir: phenomena.json,
// findings.json and any number of class tables, each of one kind. All must carry the same
// edition, and each kind needs its generic class. Errors name file and field.
func LoadClasses(dir fs.FS) (*Classes, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, fmt.Errorf("classes: %w", err)
	}
	c := &Classes{}
	for _, name := range names {
		if err := c.load(dir, name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(c.phenomena) == 0 {
		return nil, fmt.Errorf("%s: no phenomena, want at least one", phenomenaFile)
	}
	return c, c.index()
}

func (c *Classes) load(dir fs.FS, name string) error {
	b, err := fs.ReadFile(dir, name)
	if err != nil {
		return err
	}
	if name == phenomenaFile {
		return c.loadPhenomena(b)
	}
	if name == findingsFile {
		return c.loadFindings(b)
	}
	return c.loadClasses(name, b)
}

func (c *Classes) loadClasses(name string, b []byte) error {
	var f classFile
	if err := strict(b, &f); err != nil {
		return err
	}
	if err := c.sameEdition(f.Edition); err != nil {
		return err
	}
	if _, err := ParseKind(string(f.Kind)); err != nil {
		return err
	}
	for i, k := range f.Classes {
		if err := checkCode(k.Code, k.Name, k.NameEn); err != nil {
			return fmt.Errorf("classes[%d].%w", i, err)
		}
		if k.Kind != "" && k.Kind != f.Kind {
			return fmt.Errorf("classes[%d].kind: %q, want %q or none", i, k.Kind, f.Kind)
		}
		k.Kind = f.Kind
		if k.Sensitivity > Personal {
			return fmt.Errorf("classes[%d].sensitivity (%s): %d, want 0 to %d", i, k.Code, k.Sensitivity, Personal)
		}
		if err := k.Motion.check(k.Kind); err != nil {
			return fmt.Errorf("classes[%d].motion (%s): %w", i, k.Code, err)
		}
		if err := k.Optics.check(k.Kind); err != nil {
			return fmt.Errorf("classes[%d].optics (%s): %w", i, k.Code, err)
		}
		var err error
		if k.compiled, err = compile(name, k); err != nil {
			return fmt.Errorf("classes[%d].schema (%s): %w", i, k.Code, err)
		}
		k.bare = k.check(nil) == nil
		c.classes = append(c.classes, k)
	}
	return nil
}

func (c *Classes) loadPhenomena(b []byte) error {
	var f phenomenonFile
	if err := strict(b, &f); err != nil {
		return err
	}
	if err := c.sameEdition(f.Edition); err != nil {
		return err
	}
	for i, p := range f.Phenomena {
		if err := checkCode(p.Code, p.Name, p.NameEn); err != nil {
			return fmt.Errorf("phenomena[%d].%w", i, err)
		}
		if p.Unit == "" {
			return fmt.Errorf("phenomena[%d].unit (%s): empty, want a UCUM code", i, p.Code)
		}
		if p.Valid[0] >= p.Valid[1] {
			return fmt.Errorf("phenomena[%d].valid (%s): %v, want [low, high]", i, p.Code, p.Valid)
		}
		if p.Step < 0 {
			return fmt.Errorf("phenomena[%d].step (%s): %v, want more than 0, or none", i, p.Code, p.Step)
		}
	}
	c.phenomena = f.Phenomena
	return nil
}

type findingFile struct {
	Edition  string         `json:"edition"`
	Note     string         `json:"note"`
	Findings []FindingClass `json:"findings"`
}

func (c *Classes) loadFindings(b []byte) error {
	var f findingFile
	if err := strict(b, &f); err != nil {
		return err
	}
	if err := c.sameEdition(f.Edition); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, k := range f.Findings {
		if err := checkCode(k.Code, k.Name, k.NameEn); err != nil {
			return fmt.Errorf("findings[%d].%w", i, err)
		}
		if k.Severity > 4 {
			return fmt.Errorf("findings[%d].severity (%s): %d, want 0 to 4", i, k.Code, k.Severity)
		}
		if seen[k.Code] {
			return fmt.Errorf("findings[%d].code: %q: comes twice", i, k.Code)
		}
		seen[k.Code] = true
	}
	c.findings = f.Findings
	return nil
}

func (c *Classes) sameEdition(e string) error {
	if e == "" {
		return fmt.Errorf("edition: empty, want a label")
	}
	if c.edition != "" && c.edition != e {
		return fmt.Errorf("edition: %q, want %q as in the other files", e, c.edition)
	}
	c.edition = e
	return nil
}

func checkCode(code, name, nameEn string) error {
	switch {
	case !codePattern.MatchString(code):
		return fmt.Errorf("code: %q, want %s", code, codePattern)
	case name == "":
		return fmt.Errorf("name (%s): empty, want a Chinese name", code)
	case nameEn == "":
		return fmt.Errorf("nameEn (%s): empty, want an English name", code)
	}
	return nil
}

// noLoader keeps schemas from reaching for files or the net.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("reference to %s, want a schema that stands alone", url)
}

func compile(file string, k Class) (*jsonschema.Schema, error) {
	if len(k.Schema) == 0 {
		return nil, nil
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(k.Schema))
	if err != nil {
		return nil, err
	}
	jc := jsonschema.NewCompiler()
	jc.UseLoader(noLoader{})
	url := "suhe:///" + file + "/" + k.Code
	if err := jc.AddResource(url, doc); err != nil {
		return nil, err
	}
	return jc.Compile(url)
}

// strict reads exactly one JSON value and refuses fields it does not know.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return fmt.Errorf("text behind the JSON value at byte %d", d.InputOffset())
	}
	return nil
}
