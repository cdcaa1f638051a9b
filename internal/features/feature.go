package features

import (
	"strings"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/format"
	"suhe/twin"
)

// Maker makes features of things. It is used by one goroutine; each feature is good
// until the next.
type Maker struct {
	fields  []Field
	crs     *CRS
	xy      bool
	shows   func(field string) bool
	named   map[string]bool // properties that have a field of their own in the schema
	feature format.Feature
}

// Maker makes the features of the answer. With xy coordinates have longitude or
// easting first, whatever the CRS says.
func (q *Question) Maker(v Viewer, xy bool) *Maker {
	m := &Maker{fields: q.Fields, crs: q.CRS, xy: xy, shows: v.Shows, named: map[string]bool{}}
	if !q.Schema.Kind.Registered() { // the fields state and severity tell these
		m.named[twin.MarkerState], m.named[twin.MarkerSeverity] = true, true
	}
	for _, f := range q.Schema.Fields {
		if key, ok := strings.CutPrefix(f.Name, propertyPrefix); ok {
			m.named[key] = true
		}
	}
	return m
}

// Head is the head of files of the answer.
func (q *Question) Head() format.Head {
	h := format.Head{Name: q.Schema.Kind.Layer(), CRS: string(q.CRS.Name), Z: true}
	for _, f := range q.Fields {
		h.Fields = append(h.Fields, f.Field)
	}
	return h
}

// Feature makes the feature of a thing.
func (m *Maker) Feature(t *twin.Thing) *format.Feature {
	m.feature.ID = string(t.Asset.ID)
	m.feature.Geometry = m.crs.Projected(shapeNow(t), m.xy)
	m.feature.Values = m.feature.Values[:0]
	for i := range m.fields {
		m.feature.Values = append(m.feature.Values, m.value(t, &m.fields[i]))
	}
	return &m.feature
}

// shapeNow is where the thing is, with its heights; of a mover without.
func shapeNow(t *twin.Thing) geo.Solid {
	if t.Live != nil {
		return geo.Solid{Plane: t.Geometry()}
	}
	return t.Asset.Shape.Geometry
}

// value is what the thing has in a field; what does not fit the field's type is
// among the rest.
func (m *Maker) value(t *twin.Thing, f *Field) any {
	if f.Name == rest {
		return m.rest(t.Asset.Properties)
	}
	if key, ok := strings.CutPrefix(f.Name, propertyPrefix); ok {
		v, _ := t.Asset.Properties.Get(key)
		if !fits(v, f.Type) {
			return nil
		}
		return v
	}
	v := t.Property(f.Name).Any()
	if n, ok := v.(float64); ok && f.Type == format.Integer {
		return int64(n)
	}
	if at, ok := v.(time.Time); ok {
		return at.In(shanghai)
	}
	return v
}

// shanghai is the time zone that answers speak in; the district knows no summer time.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// fits says whether a property can be told in a field of the type.
func fits(v any, t format.Type) bool {
	switch v.(type) {
	case string:
		return t == format.Text || t == format.JSON
	case float64:
		return t == format.Number || t == format.JSON
	case bool:
		return t == format.Bool || t == format.JSON
	}
	return t == format.JSON
}

// rest are the properties that have no field of their own, nil if there are none.
func (m *Maker) rest(ps assets.Properties) any {
	var out assets.Properties
	for _, p := range ps {
		if m.shows(p.Key) && !(m.named[p.Key] && m.fitsField(p)) {
			out = append(out, p)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

func (m *Maker) fitsField(p assets.Property) bool {
	for i := range m.fields {
		if m.fields[i].Name == propertyPrefix+p.Key {
			return fits(p.Value, m.fields[i].Type)
		}
	}
	return true // it was not asked for
}
