package assets

import (
	"fmt"
	"iter"
	"slices"
)

// MaxRelated bounds how many others an asset names by one relation.
const MaxRelated = 64

// Relation is a way in which one asset belongs to another. The asset says it by the
// property that has the relation's name: the id of the other, or an array of ids.
type Relation struct {
	Name      string `json:"name"`    // upstream_of: read "A upstream_of B", which A says
	Inverse   string `json:"inverse"` // downstream_of: "B downstream_of A"
	Title     string `json:"title"`
	TitleEn   string `json:"titleEn"`
	From      []Kind `json:"from"` // who may say it
	To        []Kind `json:"to"`   // of whom
	One       bool   `json:"one"`  // of one other only
	Sensitive string `json:"-"`    // field that must be shown to who is told
}

// MountedOn is what carries the asset. Sensors have a field for it as well.
const MountedOn = "mounted_on"

// Relations is the one table of relations, in order.
func Relations() []Relation {
	standing := []Kind{Bank, Bridge, Building, Landmark, Fixture}
	devices := []Kind{Fixture, Camera, Sensor}
	return []Relation{
		{Name: MountedOn, Inverse: "carries", Title: "安装于", TitleEn: "mounted on", From: devices, To: standing, One: true, Sensitive: "mountedOn"},
		{Name: "part_of", Inverse: "parts", Title: "属于", TitleEn: "part of", From: append([]Kind{Water, Camera, Sensor}, standing...), To: append([]Kind{Water}, standing...), One: true, Sensitive: "part_of"},
		{Name: "monitors", Inverse: "monitored_by", Title: "监测", TitleEn: "monitors", From: []Kind{Camera, Sensor}, To: append([]Kind{Water}, standing...), Sensitive: "monitors"},
		{Name: "upstream_of", Inverse: "downstream_of", Title: "上游于", TitleEn: "upstream of", From: []Kind{Water, Fixture, Sensor}, To: []Kind{Water, Fixture, Sensor}, Sensitive: "upstream_of"},
	}
}

var relations = Relations()

// Related yields whom the asset names, by which relation. What is no id is left out.
func (a *Asset) Related() iter.Seq2[*Relation, ID] {
	return func(yield func(*Relation, ID) bool) {
		if a.Sensor != nil && a.Sensor.MountedOn != "" && a.Properties.Text(MountedOn) == "" && !yield(&relations[0], a.Sensor.MountedOn) {
			return
		}
		for i := range a.Properties {
			r := relationOf(a.Properties[i].Key)
			if r == nil {
				continue
			}
			for _, id := range idsOf(a.Properties[i].Value) {
				if !yield(r, id) {
					return
				}
			}
		}
	}
}

func relationOf(name string) *Relation {
	for i := range relations {
		if relations[i].Name == name {
			return &relations[i]
		}
	}
	return nil
}

// idsOf are the ids that a property's value names.
func idsOf(v any) (ids []ID) {
	switch v := v.(type) {
	case string:
		ids = append(ids, ID(v))
	case []any:
		for _, e := range v {
			if text, ok := e.(string); ok {
				ids = append(ids, ID(text))
			}
		}
	}
	return ids
}

// checkRelations says what of the relations that the asset names breaks the table.
func checkRelations(a *Asset) error {
	for _, p := range a.Properties {
		r := relationOf(p.Key)
		if r == nil {
			continue
		}
		if err := r.check(a, p.Value); err != nil {
			return err
		}
	}
	return nil
}

func (r *Relation) check(a *Asset, value any) error {
	field := "properties." + r.Name
	if !slices.Contains(r.From, a.Kind) {
		return invalid(field, "said by kind "+string(a.Kind), fmt.Sprintf("none but %v", r.From))
	}
	ids, most := idsOf(value), MaxRelated
	if r.One {
		most = 1
	}
	if list, is := value.([]any); len(ids) == 0 || is && len(list) != len(ids) || len(ids) > most {
		return invalid(field, fmt.Sprintf("%.80v", value), fmt.Sprintf("the id of another asset, or an array of up to %d", most))
	}
	for i, id := range ids {
		if _, err := ParseID(string(id)); err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		if id == a.ID || slices.Contains(ids[:i], id) {
			return invalid(field, id, "each other asset once")
		}
	}
	return nil
}

// checkRelated says which of the assets that are named is of a kind that the relation
// is not to. One that is not known yet may come later.
func checkRelated(a *Asset, kindOf func(ID) (Kind, bool)) error {
	for r, id := range a.Related() {
		if k, known := kindOf(id); known && !slices.Contains(r.To, k) {
			return invalid("properties."+r.Name, fmt.Sprintf("%s is of kind %s", id, k), fmt.Sprintf("one of %v", r.To))
		}
	}
	return nil
}
