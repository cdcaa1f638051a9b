package assets_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"suhe/assets"
)

func TestDefaultClasses(t *testing.T) {
	c := assets.DefaultClasses()
	if c.Edition() == "" {
		t.Error("no edition")
	}
	for _, k := range assets.RegisteredKinds() {
		if g, ok := c.Class(assets.Generic(k)); !ok || g.Kind != k {
			t.Errorf("kind %s: no generic class", k)
		}
	}
	for _, code := range []string{
		"water_level", "flow", "velocity", "ph", "dissolved_oxygen", "turbidity", "conductivity", "ammonia",
		"water_temperature", "rainfall", "air_temperature", "humidity", "wind_speed", "pm25", "pm10", "noise",
		"tilt", "displacement", "battery",
	} {
		if _, ok := c.Phenomenon(code); !ok {
			t.Errorf("no phenomenon %s", code)
		}
	}
	b, err := json.Marshal(c)
	if err != nil || !strings.HasPrefix(string(b), `{"edition":"`) || !strings.Contains(string(b), `"valid":[-5,15]`) {
		t.Errorf("%.100s, %v", b, err)
	}
}

// tables is a small sound edition, with some files replaced.
func tables(change map[string]string) fs.FS {
	dir := fstest.MapFS{"phenomena.json": {Data: []byte(`{"edition":"e","phenomena":[{"code":"ph","name":"酸","nameEn":"pH","unit":"[pH]","valid":[0,14]}]}`)}}
	for _, k := range assets.RegisteredKinds() {
		dir[string(k)+".json"] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"edition":"e","kind":%q,"classes":[{"code":"%s.other","name":"别","nameEn":"Other"}]}`, k, k)}
	}
	maps.DeleteFunc(dir, func(name string, _ *fstest.MapFile) bool { v, ok := change[name]; return ok && v == "" })
	for name, text := range change {
		if text != "" {
			dir[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return dir
}

func TestLoadClassesNamesFileAndField(t *testing.T) {
	if _, err := assets.LoadClasses(tables(nil)); err != nil {
		t.Fatal(err)
	}
	class := func(c string) string { return `{"edition":"e","kind":"asset","classes":[` + c + `]}` }
	for _, c := range []struct{ file, text, want string }{
		{"phenomena.json", "", "phenomena.json: no phenomena"},
		{"phenomena.json", "{", "phenomena.json: unexpected EOF"},
		{"phenomena.json", `{"edition":"e","phenomena":[{"code":"ph","name":"酸","nameEn":"pH","unit":"","valid":[0,14]}]}`, "phenomena[0].unit"},
		{"phenomena.json", `{"edition":"e","phenomena":[{"code":"ph","name":"酸","nameEn":"pH","unit":"1","valid":[14,0]}]}`, "phenomena[0].valid"},
		{"asset.json", "", `no class "asset.other"`},
		{"asset.json", `{"edition":"f","kind":"asset"}`, `edition: "f", want "e"`},
		{"asset.json", `{"kind":"asset"}`, "asset.json: edition: empty"},
		{"asset.json", `{"edition":"e","kind":"thing"}`, `asset.json: kind: "thing"`},
		{"asset.json", `{"edition":"e","kind":"asset","more":1}`, `unknown field "more"`},
		{"asset.json", class(`{"code":"A","name":"a","nameEn":"a"}`), `classes[0].code: "A"`},
		{"asset.json", class(`{"code":"a","nameEn":"a"}`), "classes[0].name (a): empty"},
		{"asset.json", class(`{"code":"a","name":"a"}`), "classes[0].nameEn (a): empty"},
		{"asset.json", class(`{"code":"a","kind":"bank","name":"a","nameEn":"a"}`), "classes[0].kind"},
		{"asset.json", class(`{"code":"a","name":"a","nameEn":"a","schema":{"type":"box"}}`), "classes[0].schema (a)"},
		{"asset.json", class(`{"code":"a","name":"a","nameEn":"a","schema":{"$ref":"file:///etc/passwd"}}`), "stands alone"},
		{"asset.json", class(`{"code":"bank.other","name":"a","nameEn":"a"}`), `code "bank.other": comes twice`},
		{"asset.json", class(`{"code":"asset.other","name":"a","nameEn":"a","schema":{"type":"object"}}`), "asset.other: schema"},
	} {
		_, err := assets.LoadClasses(tables(map[string]string{c.file: c.text}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %q", c.file, c.text, err, c.want)
		}
	}
}

// What a schema asks for is missed in an asset without any properties too.
func TestClassWithoutProperties(t *testing.T) {
	class := func(schema string) map[string]string {
		return map[string]string{"asset.json": `{"edition":"e","kind":"asset","classes":[
			{"code":"asset.other","name":"别","nameEn":"Other"},{"code":"asset.a","name":"a","nameEn":"a","schema":` + schema + `}]}`}
	}
	for _, c := range []struct {
		schema string
		good   bool
	}{
		{`{"type":"object","properties":{"height":{"type":"number"}}}`, true},
		{`{"type":"object","required":["height"]}`, false},
		{`{"type":"object","minProperties":1}`, false},
	} {
		classes, err := assets.LoadClasses(tables(class(c.schema)))
		if err != nil {
			t.Fatal(err)
		}
		a := lampAt("a", 121.4, 31.2)
		a.Class, a.Properties = "asset.a", nil
		err = assets.NewRegistry(newMemory(), classes, nil).Check(a)
		if c.good != (err == nil) || err != nil && !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v", c.schema, err)
		}
	}
}
