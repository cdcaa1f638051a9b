package format

import (
	"fmt"
	"slices"
	"strings"

	"suhe/geo"
)

// maxFields is what a table of SQLite and a dBASE file hold both, less what we add.
const maxFields = 250

// Encodings of Head.
const (
	UTF8 = "utf-8"
	GBK  = "gbk"
)

// check refuses a head that the format cannot carry, and fills in what it leaves open.
func (f Format) check(h *Head) error {
	crs, err := geo.ParseCRS(h.CRS)
	if err != nil {
		return err
	}
	if !slices.Contains(f.CRS, crs) {
		return fmt.Errorf("crs: %s cannot be said in %s, want one of %v", crs, f.Name, f.CRS)
	}
	h.CRS = string(crs)
	if h.City == (geo.TransverseMercator{}) {
		h.City = geo.ShanghaiPlane
	}
	if h.Encoding = strings.ToLower(h.Encoding); h.Encoding == "" {
		h.Encoding = UTF8
	}
	if h.Encoding != UTF8 && h.Encoding != GBK {
		return fmt.Errorf("encoding: %.40q, want utf-8 or gbk", h.Encoding)
	}
	if h.Form == "" && f.Forms != nil {
		h.Form = f.Forms[0]
	}
	if h.Form != "" && !slices.Contains(f.Forms, h.Form) {
		return fmt.Errorf("form: %.40q, want one of %q for %s", h.Form, f.Forms, f.Name)
	}
	return h.checkFields()
}

func (h *Head) checkFields() error {
	if h.Name == "" {
		h.Name = "features"
	}
	if len(h.Fields) > maxFields {
		return fmt.Errorf("fields: %d, want at most %d", len(h.Fields), maxFields)
	}
	known := map[string]bool{}
	for _, f := range h.Fields {
		if f.Name == "" || known[f.Name] {
			return fmt.Errorf("fields: %q, want names that are not empty and differ", f.Name)
		}
		known[f.Name] = true
		if f.Type < Text || f.Type > JSON {
			return fmt.Errorf("fields: %q has type %d, want one of the six", f.Name, f.Type)
		}
	}
	return nil
}

// crs is the parsed CRS; check has seen that it can be parsed.
func (h *Head) crs() geo.CRS { return geo.CRS(h.CRS) }

// table is the columns of a format that knows no id of its own: id first, unless a
// field is called so.
func (h *Head) table() []Field {
	if h.named("id") >= 0 {
		return h.Fields
	}
	return append([]Field{{"id", Text}}, h.Fields...)
}

// row is a feature's values for the columns of table.
func (h *Head) row(dst []any, f *Feature) []any {
	if h.named("id") < 0 {
		dst = append(dst, f.ID)
	}
	return append(dst, f.Values...)
}

// named is the index of the field of that name, or -1.
func (h *Head) named(name string) int {
	return slices.IndexFunc(h.Fields, func(f Field) bool { return f.Name == name })
}

// fits checks a feature against the head.
func (h *Head) fits(f *Feature) error {
	if len(f.Values) != len(h.Fields) {
		return fmt.Errorf("feature %q: %d values, want %d", f.ID, len(f.Values), len(h.Fields))
	}
	return nil
}

// shape is the geometry of f as the head has it: without heights if it has none.
func (h *Head) shape(f *Feature) geo.Solid {
	s := f.Geometry
	if !h.Z {
		s.Z = nil
	}
	return s
}

// unique gives names that differ, also without regard to case, and are none of those
// taken, by putting numbers behind. short cuts a name so that room bytes remain.
func unique(fields []Field, taken []string, short func(name string, room int) string) []string {
	known := map[string]bool{}
	for _, name := range taken {
		known[strings.ToLower(name)] = true
	}
	out := make([]string, len(fields))
	for i, f := range fields {
		name := short(f.Name, 0)
		for n := 2; known[strings.ToLower(name)]; n++ {
			tail := fmt.Sprintf("_%d", n)
			name = short(f.Name, len(tail)) + tail
		}
		known[strings.ToLower(name)] = true
		out[i] = name
	}
	return out
}

// whole leaves a name as it is.
func whole(name string, _ int) string { return name }
