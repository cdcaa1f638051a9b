package features

import (
	"encoding/json"
	"slices"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/format"
	"suhe/twin"
	"suhe/twin/filter"
)

// Field is one property of the features of a collection.
type Field struct {
	format.Field
	Title       string // Chinese, if there is a word
	Description string
	Unit        string   // UCUM, of measured values
	Words       []string // all that it may be; nil: anything
}

// Queryable says whether a filter may name the field.
func (f *Field) Queryable() bool { return f.Name != rest }

// rest is the field of the properties that have no field of their own.
const rest = "properties"

// propertyPrefix begins the names of fields that are properties of the asset.
const propertyPrefix = rest + "."

// Viewer is who asks: what it sees, and which fields it is shown.
type Viewer struct {
	Scope access.Scope
	Shows access.Fields
}

// Schema is what the features of a collection have.
type Schema struct {
	Kind   assets.Kind
	Fields []Field
}

// titles are the Chinese names of fields.
var titles = map[string]string{
	"id": "编号", "kind": "类别", "class": "类型", "name": "名称", "name_en": "英文名", "area": "街镇", "bank": "岸别",
	"chainage": "里程", "owner": "权属单位", "lifecycle": "生命周期", "base": "底高", "height": "顶高", "state": "状态",
	"communication": "通信", "data": "数据", "service": "服务", "severity": "严重程度", "updated": "更新时间",
	"azimuth": "方位角", "hfov": "水平视场角", "range": "可视距离", "heading": "航向", "speed": "速度", "accuracy": "定位精度",
	rest: "其他属性",
}

// ofKinds are the fields that only things of some kinds have.
var ofKinds = map[string][]assets.Kind{
	"communication": {assets.Camera, assets.Sensor, assets.Mover},
	"data":          {assets.Camera, assets.Sensor, assets.Mover},
	"service":       {assets.Camera, assets.Sensor, assets.Mover},
	"azimuth":       {assets.Camera}, "hfov": {assets.Camera}, "range": {assets.Camera},
	"heading": {assets.Mover}, "speed": {assets.Mover}, "accuracy": {assets.Mover},
}

// marks are the properties of the markers of cases, which have no classes here.
var marks = map[assets.Kind][]format.Field{
	assets.Incident: {{Name: "channel"}, {Name: "level"}, {Name: "unit"}, {Name: "step"}, {Name: "due"},
		{Name: "sources", Type: format.Number}, {Name: "light", Type: format.Number}, {Name: "supervised", Type: format.Bool}},
}

// SchemaOf is the schema of a collection for who looks: fields that are not shown are
// not in it.
func SchemaOf(kind assets.Kind, classes *assets.Classes, v Viewer) Schema {
	s := Schema{Kind: kind}
	for _, q := range twin.Queryables() {
		if kinds, some := ofKinds[q.Name]; some && !slices.Contains(kinds, kind) {
			continue
		}
		switch {
		case q.Name == "values." && kind == assets.Sensor:
			s.addValues(classes)
		case q.Name == propertyPrefix:
			s.addProperties(classes)
		case !strings.HasSuffix(q.Name, "."):
			s.add(Field{Field: format.Field{Name: q.Name, Type: typeOf(q)}, Description: q.Description, Words: wordsOf(q.Name, kind, classes, v)})
		}
	}
	s.add(Field{Field: format.Field{Name: rest, Type: format.JSON}, Description: "properties that have no field of their own"})
	s.Fields = slices.DeleteFunc(s.Fields, func(f Field) bool { return f.Queryable() && !twin.Shown(f.Name, v.Shows) })
	return s
}

func (s *Schema) add(f Field) {
	if f.Title == "" {
		f.Title = titles[f.Name]
	}
	s.Fields = append(s.Fields, f)
}

// typeOf is the type of a field that is a queryable.
func typeOf(q twin.Queryable) format.Type {
	switch {
	case q.Name == "severity":
		return format.Integer
	case q.Type == filter.TypeNumber:
		return format.Number
	case q.Type == filter.TypeTime:
		return format.Time
	}
	return format.Text
}

// wordsOf are what a field may be, of those that have a table.
func wordsOf(name string, kind assets.Kind, classes *assets.Classes, v Viewer) (words []string) {
	switch {
	case name == "kind":
		return []string{string(kind)}
	case name == "class" && kind.Registered():
		for _, c := range classes.All() {
			if c.Kind == kind && v.Scope.SeesClass(kind, c.Code) {
				words = append(words, c.Code)
			}
		}
	case name == "bank":
		return []string{"left", "right"}
	case name == "lifecycle":
		return []string{string(assets.Planned), string(assets.InUse), string(assets.Retired)}
	case name == "state" && kind.Registered():
		return twin.Summaries()
	}
	return words
}

// addValues adds a field for each phenomenon.
func (s *Schema) addValues(classes *assets.Classes) {
	for _, p := range classes.Phenomena() {
		s.add(Field{Field: format.Field{Name: "values." + p.Code, Type: format.Number}, Title: p.Name, Description: "latest value: " + p.NameEn, Unit: p.Unit})
	}
}

// addProperties adds a field for each property that a class of the kind declares.
func (s *Schema) addProperties(classes *assets.Classes) {
	declared := map[string]format.Type{}
	for _, f := range marks[s.Kind] {
		declared[f.Name] = f.Type
	}
	for _, c := range classes.All() {
		if c.Kind != s.Kind || len(c.Schema) == 0 {
			continue
		}
		var schema struct {
			Properties map[string]struct {
				Type any `json:"type"`
			} `json:"properties"`
		}
		if json.Unmarshal(c.Schema, &schema) != nil {
			continue // it was checked when it was loaded
		}
		for name, p := range schema.Properties {
			is := jsonType(p.Type)
			if was, twice := declared[name]; twice && was != is {
				is = format.JSON
			}
			declared[name] = is
		}
	}
	names := make([]string, 0, len(declared))
	for name := range declared {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s.add(Field{Field: format.Field{Name: propertyPrefix + name, Type: declared[name]}, Description: "property " + name})
	}
}

// jsonType is the type of a column for a type of JSON Schema; a list of words, which
// names none, is text.
func jsonType(t any) format.Type {
	switch t {
	case "number", "integer":
		return format.Number
	case "boolean":
		return format.Bool
	case "string", nil:
		return format.Text
	}
	return format.JSON
}

// find finds a field by its name.
func (s *Schema) find(name string) (*Field, bool) {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i], true
		}
	}
	return nil, false
}
