package docs

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the types of the contract anew")

const typesFile = "../web/src/lib/contract.ts"

// The types by which the pages read what the server says are those of openapi.yaml:
// `go test ./docs -update` writes them anew. openapi-typescript would, too, but wants
// a compiler of TypeScript that is written in JavaScript, and ours is no more.
func TestTypesOfPages(t *testing.T) {
	want := typescript(t)
	if *update {
		if err := os.WriteFile(typesFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(typesFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what openapi.yaml says: go test ./docs -update", typesFile)
	}
}

func TestTypes(t *testing.T) {
	for schema, want := range map[string]string{
		`{}`:                                     "unknown",
		`{"type": "string"}`:                     "string",
		`{"type": "string", "enum": ["a", "b"]}`: "'a' | 'b'",
		`{"type": "integer", "nullable": true}`:  "number | null",
		`{"$ref": "#/components/schemas/x"}`:     "Schemas['x']",
		`{"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}`:           "('a' | 'b')[]",
		`{"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}}`: "[number, number]",
		`{"type": "object"}`: "Record<string, unknown>",
		`{"type": "object", "additionalProperties": {"type": "number"}}`:                           "Record<string, number>",
		`{"type": "object", "required": ["b"], "properties": {"a": {}, "b": {"type": "boolean"}}}`: "{ a?: unknown; b: boolean }",
		`{"type": "object", "required": ["a"]}`:                                                    "{ a: unknown }",
		`{"oneOf": [{"type": "string"}, {"type": "number"}]}`:                                      "string | number",
	} {
		var s map[string]any
		if err := json.Unmarshal([]byte(schema), &s); err != nil {
			t.Fatal(err)
		}
		if got := typeOf(s); got != want {
			t.Errorf("%s: %s, want %s", schema, got, want)
		}
	}
}

// typescript is a module with the schemas, and with what each operation answers and takes as JSON.
func typescript(t *testing.T) []byte {
	t.Helper()
	var doc struct {
		Paths      map[string]map[string]any
		Components struct {
			Schemas               map[string]map[string]any
			Responses, Parameters map[string]any
		}
	}
	if err := json.Unmarshal(OpenAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	out.WriteString("/** What the server says and takes, made of docs/openapi.yaml: go test ./docs -update. */\n\nexport interface Schemas {\n")
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		fmt.Fprintf(&out, "  %s: %s;\n", key(name), typeOf(doc.Components.Schemas[name]))
	}
	answers, bodies := map[string]string{}, map[string]string{}
	for path, operations := range doc.Paths {
		for method, o := range operations {
			operation, ok := o.(map[string]any)
			if method == "parameters" || !ok {
				continue
			}
			name := strings.ToUpper(method) + " " + path
			if s := jsonOf(operation["requestBody"]); s != nil {
				bodies[name] = typeOf(s)
			}
			if s := success(operation, doc.Components.Responses); s != nil {
				answers[name] = typeOf(s)
			}
		}
	}
	list := func(title, name string, of map[string]string) {
		fmt.Fprintf(&out, "}\n\n/** %s. */\nexport interface %s {\n", title, name)
		for _, op := range slices.Sorted(maps.Keys(of)) {
			fmt.Fprintf(&out, "  %s: %s;\n", key(op), of[op])
		}
	}
	list("What an operation answers with when it succeeds", "Answers", answers)
	list("What an operation takes", "Bodies", bodies)
	out.WriteString("}\n")
	return out.Bytes()
}

// success is the schema of an operation's first good answer in JSON; nil if it has none.
func success(operation map[string]any, shared map[string]any) map[string]any {
	responses, _ := operation["responses"].(map[string]any)
	for _, status := range []string{"200", "201", "202"} {
		answer, _ := responses[status].(map[string]any)
		if ref, ok := answer["$ref"].(string); ok {
			answer, _ = shared[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any)
		}
		if s := jsonOf(answer); s != nil {
			return s
		}
	}
	return nil
}

// jsonOf is the schema of a body's JSON; nil if it has none.
func jsonOf(body any) map[string]any {
	for _, step := range []string{"content", "application/json", "schema"} {
		m, _ := body.(map[string]any)
		body = m[step]
	}
	s, _ := body.(map[string]any)
	return s
}

// typeOf is the type of TypeScript that a schema describes.
func typeOf(schema map[string]any) string {
	is := plain(schema)
	if schema["nullable"] == true {
		is += " | null"
	}
	return is
}

func plain(s map[string]any) string {
	if ref, ok := s["$ref"].(string); ok {
		name := ref[strings.LastIndex(ref, "/")+1:]
		if name == "geometry" {
			return "GeoJSON.Geometry" // as the standard has it, which the contract only names
		}
		return fmt.Sprintf("Schemas['%s']", name)
	}
	if all, ok := s["oneOf"].([]any); ok {
		return union(all, func(x any) string { return typeOf(x.(map[string]any)) })
	}
	if all, ok := s["enum"].([]any); ok {
		return union(all, literal)
	}
	switch s["type"] {
	case "string", "boolean":
		return s["type"].(string)
	case "integer", "number":
		return "number"
	case "array":
		return arrayOf(s)
	case "object":
		return objectOf(s)
	}
	return "unknown"
}

func union(all []any, of func(any) string) string {
	var out []string
	for _, x := range all {
		out = append(out, of(x))
	}
	return strings.Join(out, " | ")
}

func literal(x any) string {
	if text, ok := x.(string); ok {
		return "'" + text + "'"
	}
	return fmt.Sprint(x)
}

// maxTuple is the longest array of a fixed length that is written as a tuple.
const maxTuple = 6

func arrayOf(s map[string]any) string {
	items, _ := s["items"].(map[string]any)
	is := typeOf(items)
	if n, fixed := s["minItems"].(float64); fixed && n == s["maxItems"] && n <= maxTuple {
		return "[" + strings.TrimSuffix(strings.Repeat(is+", ", int(n)), ", ") + "]"
	}
	if strings.Contains(is, " | ") && !strings.HasPrefix(is, "{") {
		is = "(" + is + ")"
	}
	return is + "[]"
}

func objectOf(s map[string]any) string {
	properties, _ := s["properties"].(map[string]any)
	required := map[string]bool{}
	for _, name := range asList(s["required"]) {
		required[name.(string)] = true
	}
	if len(properties)+len(required) == 0 {
		if more, ok := s["additionalProperties"].(map[string]any); ok {
			return "Record<string, " + typeOf(more) + ">"
		}
		return "Record<string, unknown>"
	}
	var out []string
	names := maps.Clone(required)
	for name := range properties {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		of, _ := properties[name].(map[string]any)
		optional := "?"
		if required[name] {
			optional = ""
		}
		out = append(out, key(name)+optional+": "+typeOf(of))
	}
	return "{ " + strings.Join(out, "; ") + " }"
}

func asList(x any) []any {
	list, _ := x.([]any)
	return list
}

// key is a property's name as TypeScript writes it.
func key(name string) string {
	for i, c := range name {
		if c != '_' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return "'" + name + "'"
		}
	}
	return name
}
