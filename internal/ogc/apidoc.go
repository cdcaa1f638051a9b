package ogc

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// API is the definition of the API: the OpenAPI document, and its operations below the
// landing page for the page of it.
type API struct {
	Document   json.RawMessage
	Operations []Operation
}

// Operation is one method of one path.
type Operation struct{ Method, Path, Summary string }

// NewAPI reads an OpenAPI document.
func NewAPI(document []byte) (API, error) {
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		return API{}, fmt.Errorf("openapi: %w", err)
	}
	a := API{Document: document}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		if !strings.HasPrefix(path, Root) {
			continue
		}
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			var operation struct {
				Summary string `json:"summary"`
			}
			if json.Unmarshal(doc.Paths[path][method], &operation) == nil { // else it is none: parameters of all of them
				a.Operations = append(a.Operations, Operation{strings.ToUpper(method), path, operation.Summary})
			}
		}
	}
	return a, nil
}

// MarshalJSON writes the OpenAPI document.
func (a API) MarshalJSON() ([]byte, error) { return a.Document, nil }
