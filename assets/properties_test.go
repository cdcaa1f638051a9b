package assets_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suhe/assets"
)

var propertiesTable = []struct {
	name, text string
	want       string // part of the error; "" is good
}{
	{"empty", `{}`, ""},
	{"null", ` null `, ""},
	{"flat", `{"b":1.5,"a":"x","d":null,"c":true}`, ""},
	{"escapes", `{"a\n":"\u4e2d\"\\"}`, ""},
	{"nested", `{"a":[1,{"b":"]}"}],"c":2}`, ""},
	{"spaces", " { \"a\" :\t1 , \"b\" : [ ] } \n", ""},
	{"twice", `{"a":1,"a":2}`, "each key once"},
	{"array", `[1]`, "want an object"},
	{"cut", `{"a":1`, "ends at byte"},
	{"behind", `{} x`, "want the end"},
	{"comma", `{"a":1,}`, "want a string"},
	{"hex", `{"a":0x10}`, "want a value"},
	{"infinite", `{"a":1e999}`, "out of range"},
	{"inf", `{"a":Inf}`, "want a value"},
	{"nul", `{"a":"\u0000"}`, "NUL"},
	{"nul key", `{"\u0000":1}`, "NUL"},
	{"no key", `{"":1}`, "key of 0 bytes"},
	{"broken text", "{\"a\":\"\xff\"}", "UTF-8"},
	{"deep", `{"a":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`, "deeper"},
	{"control", "{\"a\":\"\x01\"}", "control"},
	{"many", "{" + many(300) + "}", "more than 256"},
	{"long", `{"a":"` + strings.Repeat("x", 70_000) + `"}`, "at most 65536"},
}

func many(n int) string {
	var s []string
	for i := range n {
		s = append(s, fmt.Sprintf(`"k%d":%d`, i, i))
	}
	return strings.Join(s, ",")
}

func TestDecodeProperties(t *testing.T) {
	for _, c := range propertiesTable {
		t.Run(c.name, func(t *testing.T) {
			ps, err := assets.DecodeProperties([]byte(c.text), assets.NewInterner())
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, assets.ErrInvalid) {
					t.Fatalf("%v, want %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal([]byte(c.text), &want); err != nil {
				t.Fatal(err)
			}
			if got := ps.Map(); len(want)+len(got) > 0 && !reflect.DeepEqual(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// What is read must be what encoding/json reads, and be written and read again
// as the same.
func FuzzDecodeProperties(f *testing.F) {
	for _, c := range propertiesTable {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ps, err := assets.DecodeProperties(b, nil)
		if err != nil {
			return
		}
		var want map[string]any
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatalf("%q: read, but encoding/json says %v", b, err)
		}
		if got := ps.Map(); len(want)+len(got) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %v, want %v", b, got, want)
		}
		text, err := json.Marshal(ps)
		if err != nil {
			t.Fatal(err)
		}
		again, err := assets.DecodeProperties(text, nil)
		if err != nil || !reflect.DeepEqual(again.Map(), ps.Map()) {
			t.Fatalf("%q: again %v, %v", b, again, err)
		}
	})
}

func TestPropertiesAgainstAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := map[string]any{}
		var ps assets.Properties
		keys := rapid.SampledFrom([]string{"a", "b", "中", "zz", "k"})
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			k, v := keys.Draw(t, "key"), rapid.Float64Range(-9, 9).Draw(t, "value")
			before := ps.Map()
			next := ps.With(k, v)
			if !reflect.DeepEqual(ps.Map(), before) {
				t.Fatal("With changed the properties it was called on")
			}
			ps, model[k] = next, v
			if err := ps.Check(); err != nil {
				t.Fatal(err)
			}
		}
		for _, k := range []string{"a", "b", "中", "zz", "k", "none"} {
			want, had := model[k]
			if got, ok := ps.Get(k); ok != had || got != want {
				t.Fatalf("Get(%q) = %v, %v, want %v, %v", k, got, ok, want, had)
			}
		}
	})
}

func TestNewPropertiesRefuses(t *testing.T) {
	for name, m := range map[string]map[string]any{
		"channel": {"a": make(chan int)},
		"nan":     {"a": math.NaN()},
		"inf":     {"a": []any{math.Inf(1)}},
		"nul":     {"a": map[string]any{"\x00": 1.0}},
		"key":     {strings.Repeat("k", 129): 1.0},
	} {
		if _, err := assets.NewProperties(m); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func ExampleProperties() {
	ps, _ := assets.NewProperties(map[string]any{"species": "香樟", "girth_cm": 45})
	b, _ := json.Marshal(ps)
	fmt.Println(string(b), ps.Text("species"))
	// Output: {"girth_cm":45,"species":"香樟"} 香樟
}

func BenchmarkDecodeProperties(b *testing.B) {
	text := []byte(`{"crown_m":4.5,"girth_cm":45,"species":"香樟"}`)
	in := assets.NewInterner()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := assets.DecodeProperties(text, in); err != nil {
			b.Fatal(err)
		}
	}
}
