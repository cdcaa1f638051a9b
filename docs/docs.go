// Package docs carries the contracts of Suhe's doors: OpenAPI of what is asked by
// HTTP, AsyncAPI of what is live and of MQTT. They are written in YAML, where they
// can be read and commented; programs get them as JSON.
package docs

import (
	_ "embed"
	"encoding/json"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed openapi.yaml
var openAPI []byte

//go:embed asyncapi.yaml
var asyncAPI []byte

// OpenAPI is the document of the HTTP face as JSON; the bytes are shared and must
// not be changed.
func OpenAPI() []byte { return openAPIJSON() }

// AsyncAPI is the document of streams and MQTT topics as JSON; the bytes are
// shared and must not be changed.
func AsyncAPI() []byte { return asyncAPIJSON() }

var (
	openAPIJSON  = sync.OnceValue(func() []byte { return asJSON(openAPI) })
	asyncAPIJSON = sync.OnceValue(func() []byte { return asJSON(asyncAPI) })
)

// asJSON panics if the program was built with a document that is none; a test
// reads both.
func asJSON(text []byte) []byte {
	var doc map[string]any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		panic("built-in document: " + err.Error())
	}
	out, err := json.Marshal(doc)
	if err != nil {
		panic("built-in document: " + err.Error())
	}
	return out
}
