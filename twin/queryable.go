package twin

import (
	"fmt"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin/filter"
)

// Queryable is a property of things that a filter may name.
type Queryable struct {
	Name        string      // one that ends in a dot stands for all names that begin so
	Type        filter.Type // TypeNull: it depends on the thing
	Description string
}

// The families of names: one for each phenomenon, and for each key.
const (
	valuesPrefix     = "values."
	propertiesPrefix = "properties."
)

// Queryables are the properties that a filter of things may name, as
// [Thing.Property] has them.
func Queryables() []Queryable {
	return []Queryable{
		{"id", filter.TypeString, "stable name of the asset"},
		{"kind", filter.TypeString, "what it is: area, water, bank, bridge, building, landmark, asset, camera, sensor, mover, incident or alarm"},
		{"class", filter.TypeString, "code in the class tables"},
		{"name", filter.TypeString, "name"},
		{"name_en", filter.TypeString, "English name"},
		{"area", filter.TypeString, "code of the area that it is in"},
		{"bank", filter.TypeString, "side of the creek, looking downstream: left or right"},
		{"chainage", filter.TypeNumber, "metres along the creek from the west"},
		{"owner", filter.TypeString, "who owns it"},
		{"lifecycle", filter.TypeString, "planned, in_use or retired"},
		{"base", filter.TypeNumber, "metres of its foot above ground"},
		{"height", filter.TypeNumber, "metres of its top above ground, 0 if it is flat"},
		{"state", filter.TypeString, "its states in one word: " + strings.Join(Summaries(), ", ") + "; of an alarm or incident its own"},
		{"communication", filter.TypeString, "online, offline or unknown"},
		{"data", filter.TypeString, "fresh, stale, stuck, invalid or none"},
		{"service", filter.TypeString, "normal, maintenance, fault or retired"},
		{"severity", filter.TypeNumber, "1 is the worst, 4 the least, 0 is nothing"},
		{"updated", filter.TypeTime, "when it was last edited or heard, whichever is later"},
		{"azimuth", filter.TypeNumber, "degrees clockwise from north that a camera looks to"},
		{"hfov", filter.TypeNumber, "degrees that a camera sees from left to right"},
		{"range", filter.TypeNumber, "metres that a camera sees"},
		{"heading", filter.TypeNumber, "degrees clockwise from north that a mover goes to"},
		{"speed", filter.TypeNumber, "metres a second that a mover goes"},
		{"accuracy", filter.TypeNumber, "metres that the place of a mover may be off"},
		{valuesPrefix, filter.TypeNumber, "latest value of a phenomenon, such as values.water_level"},
		{propertiesPrefix, filter.TypeNull, "a text, number, boolean or array of its properties, such as properties.material"},
	}
}

// CheckFilter says which property of f no thing has, or which is compared with
// what it never is, or nil. The error lists what is allowed and wraps
// assets.ErrInvalid.
func CheckFilter(f filter.Filter) error {
	all := Queryables()
	for _, u := range f.Uses() {
		q, ok := queryable(all, u.Name)
		switch {
		case !ok:
			return fmt.Errorf("%w: filter: property %.60q: want one of %s", assets.ErrInvalid, u.Name, allowed(all))
		case u.Type != filter.TypeNull && q.Type != filter.TypeNull && u.Type != q.Type:
			return fmt.Errorf("%w: filter: %.60s: compared with a %s, want a %s", assets.ErrInvalid, u.Name, u.Type, q.Type)
		}
	}
	return nil
}

// CheckShown refuses a filter by what is not shown to who filters, since what
// passes would tell it. The error wraps access.ErrDenied.
func CheckShown(f filter.Filter, shows access.Fields) error {
	for _, name := range f.Properties() {
		if hidden := hiddenBehind(name, shows); hidden != "" {
			return fmt.Errorf("%w: filter: property %.60q: you are not shown %.60s", access.ErrDenied, name, hidden)
		}
	}
	return nil
}

// Shown says whether one of [Queryables] is shown: all that it tells of is.
func Shown(name string, shows access.Fields) bool { return hiddenBehind(name, shows) == "" }

// hiddenBehind is a field that the property tells of and that is not shown, or "".
func hiddenBehind(name string, shows access.Fields) string {
	fields := []string{name}
	switch {
	case strings.HasPrefix(name, valuesPrefix):
		fields = []string{"values"}
	case strings.HasPrefix(name, propertiesPrefix):
		fields = []string{strings.TrimPrefix(name, propertiesPrefix)}
	case name == "communication", name == "data", name == "service":
		fields = []string{"state"}
	case name == "updated":
		fields = []string{"revision", "time"}
	case name == "name_en":
		fields = append([]string{"name"}, englishKeys[:]...)
	}
	for _, f := range fields {
		if !shows(f) {
			return f
		}
	}
	return ""
}

// queryable finds the one that a name belongs to.
func queryable(all []Queryable, name string) (Queryable, bool) {
	for _, q := range all {
		family := strings.HasSuffix(q.Name, ".") && len(name) > len(q.Name) && strings.HasPrefix(name, q.Name)
		if name == q.Name && !strings.HasSuffix(name, ".") || family {
			return q, true
		}
	}
	return Queryable{}, false
}

// IsQueryable says whether things have a property of that name.
func IsQueryable(name string) bool {
	_, ok := queryable(Queryables(), name)
	return ok
}

func allowed(all []Queryable) string {
	var names []string
	for _, q := range all {
		name := q.Name
		if strings.HasSuffix(name, ".") {
			name += "…"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
