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

	// Of clusters.
	fieldCluster
	fieldMembers
	fieldApart
	fieldClasses
	fieldSeverities                                    // severity_1 … severity_4
	fieldStates     = fieldSeverities + severities - 1 // one for each of twin.Summaries, in its order
	fieldCount      = fieldStates + stateCount
)

// stateCount is how many words twin.Summaries has.
const stateCount = 9

// String is the field's key in tiles.
func (f field) String() string {
	return [fieldCount]string{"id", "class", "name", "name_en", "base", "height", "state",
		"severity", "azimuth", "hfov", "range", "truncated",
		"cluster", "count", "apart", "classes", "severity_1", "severity_2", "severity_3", "severity_4",
		"state_retired", "state_maintenance", "state_fault", "state_offline", "state_invalid", "state_stuck",
		"state_stale", "state_normal", "state_unknown"}[f]
}

func fieldNamed(name string) (field, bool) {
	for f := range fieldCount {
		if f.String() == name {
			return f, true
		}
	}
	return 0, false
}

// fieldSet is a set of fields: bit 1<<f for field f.
type fieldSet uint32

func (s fieldSet) has(f field) bool { return s>>f&1 != 0 }

// tags appends the tags of a thing; what is empty or zero is left out, but a
// camera's azimuth, where 0 is north. It is written out field by field, since it
// runs for every feature.
func (w *layerWriter) tags(d []byte, t *twin.Thing, fields fieldSet) []byte {
	a := t.Asset
	if fields.has(fieldID) {
		d = w.pair(d, fieldID, w.values.once(string(a.ID)))
	}
	if a.Class != "" && fields.has(fieldClass) {
		d = w.pair(d, fieldClass, w.values.text(a.Class))
	}
	if a.Name != "" && fields.has(fieldName) {
		d = w.names(d, a, fields)
	}
	if base := float64(a.Shape.Base); tells(base) && fields.has(fieldBase) {
		d = w.pair(d, fieldBase, w.values.number(base))
	}
	if height := float64(a.Shape.Height); tells(height) && fields.has(fieldHeight) {
		d = w.pair(d, fieldHeight, w.values.number(height))
	}
	if fields.has(fieldState) && t.Device() {
		d = w.pair(d, fieldState, w.values.text(t.Summary()))
	}
	if t.Severity != 0 {
		d = w.number(d, fieldSeverity, float64(t.Severity), fields)
	}
	if fields.has(fieldRange) && a.Camera != nil {
		d = w.look(d, a.Camera, fields)
	}
	return d
}

// names appends the name and, if there is one, its English form.
func (w *layerWriter) names(d []byte, a *assets.Asset, fields fieldSet) []byte {
	d = w.pair(d, fieldName, w.values.text(a.Name))
	if fields.has(fieldNameEn) {
		if s := englishName(a); s != "" {
			d = w.pair(d, fieldNameEn, w.values.text(s))
		}
	}
	return d
}

// look appends what a camera sees.
func (w *layerWriter) look(d []byte, c *assets.CameraSpec, fields fieldSet) []byte {
	if c.Azimuth == 0 && fields.has(fieldAzimuth) {
		d = w.pair(d, fieldAzimuth, w.values.zero())
	}
	d = w.number(d, fieldAzimuth, float64(c.Azimuth), fields)
	d = w.number(d, fieldHFOV, float64(c.HorizontalFOV), fields)
	return w.number(d, fieldRange, float64(c.Range), fields)
}

// number appends a number unless it is 0 or not finite.
func (w *layerWriter) number(d []byte, f field, v float64, fields fieldSet) []byte {
	if !tells(v) || !fields.has(f) {
		return d
	}
	return w.pair(d, f, w.values.number(v))
}

// tells says whether a number is worth writing: finite and not 0.
func tells(v float64) bool { return v != 0 && v-v == 0 }

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
