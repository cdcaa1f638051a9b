package tiles

import (
	"fmt"
	"math"
	"strings"

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
	fieldOwner
	fieldArea
	fieldBank
	fieldChainage
	fieldLifecycle
	fieldLight
	fieldTruncated // of a layer's first feature

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

// ofThings says whether a thing can have the field, of which Properties are made.
func (f field) ofThings() bool { return f < fieldTruncated }

// String is the field's key in tiles.
func (f field) String() string {
	return [fieldCount]string{"id", "class", "name", "name_en", "base", "height", "state",
		"severity", "azimuth", "hfov", "range", "owner", "area", "bank", "chainage", "lifecycle", "light", "truncated",
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

// Properties is a set of properties of features. As part of a request the zero
// Properties asks for those that the catalogue gives each layer.
type Properties uint32

func (s Properties) has(f field) bool { return s>>f&1 != 0 }

// ParseProperties reads names joined by commas, in any order. A name that no
// layer has is assets.ErrInvalid; one that only other layers have does no harm.
func ParseProperties(text string) (Properties, error) {
	var s Properties
	for name := range strings.SplitSeq(text, ",") {
		f, ok := fieldNamed(name)
		if !ok || !f.ofThings() {
			return 0, fmt.Errorf("properties: %w: %q, want some of %s", assets.ErrInvalid, clipText(name), allProperties())
		}
		s |= 1 << f
	}
	return s, nil
}

// allProperties names what can be asked for.
func allProperties() string {
	var names []string
	for f := range fieldTruncated {
		names = append(names, f.String())
	}
	return strings.Join(names, ", ")
}

// tags appends the tags of a thing; what is empty or zero is left out, but a
// camera's azimuth, where 0 is north. It is written out field by field, since it
// runs for every feature.
func (w *layerWriter) tags(d []byte, t *twin.Thing, fields Properties) []byte {
	l := &t.Label
	if fields.has(fieldID) {
		d = w.pair(d, fieldID, w.values.id(t))
	}
	if l.Class != "" && fields.has(fieldClass) {
		d = w.pair(d, fieldClass, w.values.marked(l.Class, l.ClassMark()))
	}
	if l.Name != "" && fields.has(fieldName) {
		d = w.names(d, l, fields)
	}
	if base := float64(l.Base); tells(base) && fields.has(fieldBase) {
		d = w.pair(d, fieldBase, w.values.number(base))
	}
	if height := float64(l.Height); tells(height) && fields.has(fieldHeight) {
		d = w.pair(d, fieldHeight, w.values.number(height))
	}
	if fields.has(fieldState) && (t.Device() || !t.Asset.Kind.Registered()) {
		d = w.pair(d, fieldState, w.values.text(t.Summary()))
	}
	if t.Severity != 0 {
		d = w.number(d, fieldSeverity, float64(t.Severity), fields)
	}
	if fields&looks != 0 && t.Asset.Camera != nil {
		d = w.look(d, t.Asset.Camera, fields)
	}
	if fields.has(fieldLight) {
		light, _ := twin.MarkerNumber(t.Asset, twin.MarkerLight)
		d = w.number(d, fieldLight, light, fields)
	}
	if fields&onRequest != 0 {
		d = w.registered(d, t.Asset, fields)
	}
	return d
}

// The fields that are looked at together, so that who does not ask does not pay.
const (
	looks     = Properties(1<<fieldAzimuth | 1<<fieldHFOV | 1<<fieldRange)
	onRequest = Properties(1<<fieldOwner | 1<<fieldArea | 1<<fieldBank | 1<<fieldChainage | 1<<fieldLifecycle)
)

// registered appends what the registry knows besides.
func (w *layerWriter) registered(d []byte, a *assets.Asset, fields Properties) []byte {
	d = w.string(d, fieldOwner, a.Owner, fields)
	d = w.string(d, fieldArea, a.Location.Area, fields)
	if p := a.Location.Place; p != nil {
		d = w.string(d, fieldBank, string(p.Bank), fields)
		d = w.number(d, fieldChainage, math.Round(float64(p.Chainage)), fields)
	}
	return w.string(d, fieldLifecycle, string(a.Lifecycle), fields)
}

// string appends a text unless it is empty.
func (w *layerWriter) string(d []byte, f field, s string, fields Properties) []byte {
	if s == "" || !fields.has(f) {
		return d
	}
	return w.pair(d, f, w.values.text(s))
}

// names appends the name and, if there is one, its English form.
func (w *layerWriter) names(d []byte, l *twin.Label, fields Properties) []byte {
	d = w.pair(d, fieldName, w.values.marked(l.Name, l.NameMark()))
	if l.NameEn != "" && fields.has(fieldNameEn) {
		d = w.pair(d, fieldNameEn, w.values.text(l.NameEn))
	}
	return d
}

// look appends what a camera sees.
func (w *layerWriter) look(d []byte, c *assets.CameraSpec, fields Properties) []byte {
	switch {
	case c.Unaimed:
	case c.Azimuth == 0 && fields.has(fieldAzimuth):
		d = w.pair(d, fieldAzimuth, w.values.zero())
	default:
		d = w.number(d, fieldAzimuth, float64(c.Azimuth), fields)
	}
	d = w.number(d, fieldHFOV, float64(c.HorizontalFOV), fields)
	return w.number(d, fieldRange, float64(c.Range), fields)
}

// number appends a number unless it is 0 or not finite.
func (w *layerWriter) number(d []byte, f field, v float64, fields Properties) []byte {
	if !tells(v) || !fields.has(f) {
		return d
	}
	return w.pair(d, f, w.values.number(v))
}

// tells says whether a number is worth writing: finite and not 0.
func tells(v float64) bool { return v != 0 && v-v == 0 }
