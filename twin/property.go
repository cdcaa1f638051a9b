package twin

import (
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin/filter"
)

var _ filter.Subject = (*Thing)(nil)

// Geometry is where the thing is now, in degrees WGS84.
func (t *Thing) Geometry() orb.Geometry {
	return t.geometry
}

// Property is the value of one of [Queryables]; null if the thing has none, or
// an empty text, or if the name is not known. Arrays, which [Thing.Items] has, and
// objects among the properties are null. It allocates nothing.
func (t *Thing) Property(name string) filter.Value {
	if phenomenon, ok := strings.CutPrefix(name, valuesPrefix); ok {
		return t.latest(phenomenon)
	}
	if key, ok := strings.CutPrefix(name, propertiesPrefix); ok {
		return registered(t.Asset.Properties, key)
	}
	switch name {
	case "state":
		return filter.String(t.Summary())
	case "communication":
		return word(t.State.Communication)
	case "data":
		return word(t.State.Data)
	case "service":
		return word(t.State.Service)
	case "severity":
		return filter.Number(float64(t.Severity))
	case "updated":
		return t.updated()
	case "azimuth", "hfov", "range":
		return look(t.Asset.Camera, name)
	case "bank", "chainage":
		return along(t.Location().Place, name)
	case "area":
		return word(t.Location().Area)
	case "heading", "speed", "accuracy":
		return told(t.Live, name)
	}
	return ofAsset(t.Asset, name)
}

// Items are those of an asset's property that is an array; nil of all else.
func (t *Thing) Items(name string) []any {
	key, ok := strings.CutPrefix(name, propertiesPrefix)
	if !ok {
		return nil
	}
	v, _ := t.Asset.Properties.Get(key)
	items, _ := v.([]any)
	return items
}

// word is a text, or null if there is none.
func word[S ~string](s S) filter.Value {
	if s == "" {
		return filter.Value{}
	}
	return filter.String(string(s))
}

func ofAsset(a *assets.Asset, name string) filter.Value {
	switch name {
	case "id":
		return word(a.ID)
	case "kind":
		return word(a.Kind)
	case "class":
		return word(a.Class)
	case "name":
		return word(a.Name)
	case "name_en":
		return word(EnglishName(a))
	case "owner":
		return word(a.Owner)
	case "lifecycle":
		return word(a.Lifecycle)
	case "base":
		return filter.Number(float64(a.Shape.Base))
	case "height":
		return filter.Number(float64(a.Shape.Height))
	}
	return filter.Value{}
}

// englishKeys are the properties that hold an English name; the last is
// OpenStreetMap's.
var englishKeys = [...]string{"name_en", "nameEn", "name:en"}

// EnglishKey says whether the property is one that holds an English name.
func EnglishKey(key string) bool { return slices.Contains(englishKeys[:], key) }

// EnglishName is the first of these properties that the asset has, or "".
func EnglishName(a *assets.Asset) string {
	for _, key := range englishKeys {
		if s := a.Properties.Text(key); s != "" {
			return s
		}
	}
	return ""
}

// along is where the place is along the creek, nil if it is not near it.
func along(place *geo.Place, name string) filter.Value {
	switch {
	case place == nil:
		return filter.Value{}
	case name == "bank":
		return word(place.Bank)
	default:
		return filter.Number(float64(place.Chainage))
	}
}

// look is how a camera looks.
func look(c *assets.CameraSpec, name string) filter.Value {
	switch {
	case c == nil, name == "azimuth" && c.Unaimed, name == "hfov" && c.HorizontalFOV == 0, name == "range" && c.Range == 0:
		return filter.Value{} // not told
	case name == "azimuth":
		return filter.Number(float64(c.Azimuth))
	case name == "hfov":
		return filter.Number(float64(c.HorizontalFOV))
	default:
		return filter.Number(float64(c.Range))
	}
}

// told is what a mover told of how it moves.
func told(l *Live, name string) filter.Value {
	if l == nil {
		return filter.Value{}
	}
	v := float64(l.Accuracy)
	switch name {
	case "heading":
		v = float64(l.Heading)
	case "speed":
		v = l.Speed
	}
	if v < 0 {
		return filter.Value{}
	}
	return filter.Number(v)
}

// latest is the last value of a phenomenon.
func (t *Thing) latest(phenomenon string) filter.Value {
	for i := range t.Last {
		if t.Last[i].Phenomenon == phenomenon {
			return filter.Number(t.Last[i].Value)
		}
	}
	return filter.Value{}
}

// updated is the later of the asset's edit and the last report; null before both.
func (t *Thing) updated() filter.Value {
	at := t.Asset.Revision.At
	for i := range t.Last {
		if heard := time.UnixMilli(t.Last[i].ReceivedTime); heard.After(at) {
			at = heard
		}
	}
	if t.Live != nil {
		if heard := time.UnixMilli(t.Live.ReceivedTime); heard.After(at) {
			at = heard
		}
	}
	if at.IsZero() {
		return filter.Value{}
	}
	return filter.Time(at)
}

// registered is one of the asset's properties.
func registered(ps assets.Properties, key string) filter.Value {
	v, _ := ps.Get(key)
	switch v := v.(type) {
	case string:
		return filter.String(v)
	case float64:
		return filter.Number(v)
	case bool:
		return filter.Bool(v)
	}
	return filter.Value{}
}
