package tiles

import (
	"suhe/assets"
	"suhe/twin"
)

// field is a property that features may have.
type field uint8

const (
	fieldID field = iota
	fieldClass
	fieldName
	fieldNameEn
	fieldBase
	fieldHeight
	fieldState
	fieldSeverity
	fieldAzimuth
	fieldHFOV
	fieldRange
	fieldTruncated
	fieldCount
)

// String is the field's key in tiles.
func (f field) String() string {
	return [fieldCount]string{"id", "class", "name", "name_en", "base", "height", "state",
		"severity", "azimuth", "hfov", "range", "truncated"}[f]
}

func fieldNamed(name string) (field, bool) {
	for f := range fieldCount {
		if f.String() == name {
			return f, true
		}
	}
	return 0, false
}

// tag adds the thing's value of a field to the feature; what is empty or zero
// is left out, but a camera's azimuth, where 0 is north.
func (w *layerWriter) tag(f field, t *twin.Thing) {
	a := t.Asset
	switch f {
	case fieldID:
		w.pair(f, w.values.once(string(a.ID)))
	case fieldClass:
		w.word(f, a.Class)
	case fieldName:
		w.word(f, a.Name)
	case fieldNameEn:
		w.word(f, englishName(a))
	case fieldBase:
		w.number(f, float64(a.Shape.Base))
	case fieldHeight:
		w.number(f, float64(a.Shape.Height))
	case fieldState:
		if t.Device() {
			w.word(f, t.Summary())
		}
	case fieldSeverity:
		w.number(f, float64(t.Severity))
	default:
		w.look(f, a.Camera)
	}
}

// look adds what a camera sees.
func (w *layerWriter) look(f field, c *assets.CameraSpec) {
	if c == nil {
		return
	}
	switch f {
	case fieldAzimuth:
		w.pair(f, w.values.number(float64(c.Azimuth)))
	case fieldHFOV:
		w.number(f, float64(c.HorizontalFOV))
	case fieldRange:
		w.number(f, float64(c.Range))
	}
}

// word adds a text unless it is empty. Neighbours often share it.
func (w *layerWriter) word(f field, s string) {
	if s == "" {
		return
	}
	m := &w.last[f]
	if m.text != s {
		*m = memo{text: s, value: w.values.text(s)}
	}
	w.pair(f, m.value)
}

// number adds a number unless it is 0 or not finite.
func (w *layerWriter) number(f field, v float64) {
	if v == 0 || v-v != 0 {
		return
	}
	m := &w.last[f]
	if m.number != v {
		*m = memo{number: v, value: w.values.number(v)}
	}
	w.pair(f, m.value)
}

// englishName is the property name_en, nameEn or name:en (as in OpenStreetMap),
// if the asset has one.
func englishName(a *assets.Asset) string {
	for _, p := range a.Properties {
		switch p.Key {
		case "name_en", "nameEn", "name:en":
			s, _ := p.Value.(string)
			return s
		}
	}
	return ""
}
