package assets

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"suhe/geo"
)

// row is one row of a file, whatever the format.
type row struct {
	n, line int
	id      string // given by the format, e.g. a feature's member id
	kind    Kind   // found by the format, or ""
	class   string // found by the format, or ""
	height  geo.Metres
	base    geo.Metres
	shape   geo.Solid // in the file's CRS
	wgs84   bool      // shape is WGS84 whatever the options say
	fields  map[string]any
	texts   bool  // the format has only text: what looks like a number may be one
	ours    bool  // written by our exporter: such an id is whole as it is
	bad     error // the row could not be read
}

// asset makes the asset of a row.
func (im *importer) asset(rw *row) (*Asset, error) {
	f := &fieldReader{im: im, rw: rw, rest: make(map[string]any, len(rw.fields)), asset: &Asset{}}
	a := f.asset
	a.Shape = Shape{Geometry: rw.shape, Height: rw.height, Base: rw.base}
	a.Kind, a.Class, a.Lifecycle = im.o.Kind, im.o.Class, InUse
	if err := f.all(); err != nil {
		return nil, err
	}
	im.settle(a, rw)
	if err := im.identify(a, rw, f.numberID); err != nil {
		return nil, err
	}
	if rw.texts {
		f.numbers()
	}
	props, err := NewProperties(f.rest)
	if err != nil {
		return nil, err
	}
	a.Properties = props
	if im.crs != nil && !rw.wgs84 && a.Shape.Geometry.Plane != nil {
		a.Shape.Geometry.Plane = geo.Reproject(a.Shape.Geometry.Plane, im.crs.ToWGS84)
	}
	return a, nil
}

// settle fills kind and class from what the format found.
func (im *importer) settle(a *Asset, rw *row) {
	if a.Kind == "" {
		a.Kind = rw.kind
	}
	if a.Kind == "" {
		a.Kind = Fixture
	}
	if a.Class == "" {
		a.Class = rw.class
	}
	if c, ok := im.r.classes.Class(a.Class); im.o.Class == "" && (!ok || c.Kind != a.Kind) {
		a.Class = Generic(a.Kind)
	}
}

func (im *importer) identify(a *Asset, rw *row, number bool) error {
	if a.ID == "" && rw.id != "" {
		a.ID = ID(strings.ReplaceAll(rw.id, "/", ":"))
		number = isDigits(rw.id) && !rw.ours
	}
	switch {
	case a.ID == "":
		a.ID = ID(fmt.Sprintf("%s:%d", slug(im.o.Name), rw.n))
	case number:
		a.ID = ID(slug(im.o.Name)) + ":" + a.ID
	}
	if _, err := ParseID(string(a.ID)); err != nil {
		p := problemOf(err)
		p.Value = string(a.ID)
		return p
	}
	return nil
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func baseName(path string) string { return filepath.Base(path) }

// slug makes the first part of an id of a file's name: without its ending, what
// an id cannot hold as "-".
func slug(path string) string {
	name := filepath.Base(path)
	if i := strings.IndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	name = strings.Map(func(r rune) rune {
		if idRune(r) && r != ':' {
			return r
		}
		return '-'
	}, name)
	name = strings.TrimLeft(name, "-_.")
	if len(name) > 64 {
		name = name[:64]
	}
	if name == "" {
		return "import"
	}
	return name
}

// fieldReader shares the fields of a row out to the asset and its properties.
type fieldReader struct {
	im       *importer
	rw       *row
	asset    *Asset
	rest     map[string]any
	numberID bool
}

// ownFields are written by the exporter and derived again on the way in.
var ownFields = []string{"fid", "area", "chainage", "bank", "offset", "revision", "changedAt", "changedBy", "why"}

func (f *fieldReader) all() error {
	if f.rw.ours = f.exported(); f.rw.ours {
		for _, k := range ownFields {
			delete(f.rw.fields, k)
		}
		if nested, ok := nestedProperties(f.rw.fields["properties"]); ok {
			delete(f.rw.fields, "properties")
			for k, v := range nested {
				f.rest[k] = v
			}
		}
	}
	for name, v := range f.rw.fields {
		to, mapped := f.im.o.Map[name]
		if !mapped {
			to = name
		}
		if to == "" || v == nil {
			continue
		}
		taken, err := f.take(to, v)
		if err != nil && mapped {
			return Problem{Field: name, Value: fmt.Sprint(v), Reason: err.Error()}
		}
		if !taken || err != nil {
			f.rest[to] = v
		}
	}
	f.numberID = f.numberID && !f.rw.ours
	return nil
}

// nestedProperties opens the field of properties that exported rows have: an object,
// or its text where a format knows none.
func nestedProperties(v any) (map[string]any, bool) {
	text, ok := v.(string)
	if !ok {
		nested, ok := v.(map[string]any)
		return nested, ok
	}
	ps, err := DecodeProperties([]byte(text), nil)
	return ps.Map(), err == nil
}

// exported says whether the row was written by our exporter.
func (f *fieldReader) exported() bool {
	for _, k := range []string{"kind", "lifecycle", "revision"} {
		if _, ok := f.rw.fields[k]; !ok {
			return false
		}
	}
	return true
}

// take puts v into the asset's field of that name. taken is false if there is
// none; an error says why v does not fit.
func (f *fieldReader) take(field string, v any) (taken bool, err error) {
	a := f.asset
	switch field {
	case "id":
		return true, f.takeID(v)
	case "name":
		return true, takeText(&a.Name, v)
	case "owner":
		return true, takeText(&a.Owner, v)
	case "kind":
		return true, f.takeKind(v)
	case "class":
		return true, f.takeClass(v)
	case "lifecycle":
		return true, takeLifecycle(&a.Lifecycle, v)
	case "base":
		return true, takeNumber((*float64)(&a.Shape.Base), v)
	case "height":
		return true, takeNumber((*float64)(&a.Shape.Height), v)
	case "orientation":
		return true, takeNumber((*float64)(&a.Shape.Orientation), v)
	case "camera":
		return true, takeJSON(&a.Camera, v)
	case "sensor":
		return true, takeJSON(&a.Sensor, v)
	}
	return false, nil
}

func (f *fieldReader) takeID(v any) error {
	switch v := v.(type) {
	case string:
		f.asset.ID = ID(strings.ReplaceAll(strings.TrimSpace(v), "/", ":"))
	case float64:
		f.asset.ID = ID(strconv.FormatFloat(v, 'f', -1, 64))
	default:
		return fmt.Errorf("a %T, want text or a number", v)
	}
	f.numberID = isDigits(string(f.asset.ID))
	return nil
}

func (f *fieldReader) takeKind(v any) error {
	s, _ := v.(string)
	k, err := ParseKind(s)
	if err != nil {
		return err
	}
	if f.im.o.Kind == "" {
		f.asset.Kind = k
	}
	return nil
}

func (f *fieldReader) takeClass(v any) error {
	s, _ := v.(string)
	if _, ok := f.im.r.classes.Class(s); !ok {
		return fmt.Errorf("want a class of the tables, edition %s", f.im.r.classes.Edition())
	}
	if f.im.o.Class == "" {
		f.asset.Class = s
	}
	return nil
}

func takeText(to *string, v any) error {
	switch v := v.(type) {
	case string:
		*to = strings.TrimSpace(v)
	case float64:
		*to = strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Errorf("a %T, want text", v)
	}
	return nil
}

func takeLifecycle(to *Lifecycle, v any) error {
	s, _ := v.(string)
	switch l := Lifecycle(s); l {
	case Planned, InUse, Retired:
		*to = l
		return nil
	}
	return fmt.Errorf("want planned, in_use or retired")
}

func takeNumber(to *float64, v any) error {
	switch v := v.(type) {
	case float64:
		*to = v
		return nil
	case string:
		// Many files write the unit behind lengths.
		n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v), "m")), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return fmt.Errorf("want a number")
		}
		*to = n
		return nil
	}
	return fmt.Errorf("a %T, want a number", v)
}

// takeJSON reads an object, or the text of one.
func takeJSON[T any](to **T, v any) error {
	text, isText := v.(string)
	if isText && strings.TrimSpace(text) == "" {
		return nil
	}
	b := []byte(text)
	if !isText {
		var err error
		if b, err = json.Marshal(v); err != nil {
			return err
		}
	}
	got := new(T)
	if err := json.Unmarshal(b, got); err != nil {
		return err
	}
	*to = got
	return nil
}

// numbers turns texts into numbers, for properties that the class's schema
// knows as numbers, and for others that look like one and are no code: a
// leading zero, or more digits than a float64 holds, stays text.
func (f *fieldReader) numbers() {
	c, _ := f.im.r.classes.Class(f.asset.Class)
	for k, v := range f.rest {
		s, ok := v.(string)
		if !ok || len(s) > 15 || c.wantsText(k) {
			continue
		}
		n, err := strconv.ParseFloat(s, 64)
		if err == nil && strconv.FormatFloat(n, 'f', -1, 64) == s {
			f.rest[k] = n
		} else if err == nil && c.wantsNumber(k) {
			f.rest[k] = n
		}
	}
}

func (c *Class) wantsText(key string) bool   { return c.wants(key) == "string" }
func (c *Class) wantsNumber(key string) bool { return c.wants(key) == "number" }

// wants is the type that the class's schema demands of a property, or "".
func (c *Class) wants(key string) string {
	if c == nil || c.compiled == nil {
		return ""
	}
	p := c.compiled.Properties[key]
	if p == nil || p.Types == nil {
		return ""
	}
	if t := p.Types.ToStrings(); len(t) == 1 {
		return t[0]
	}
	return ""
}
