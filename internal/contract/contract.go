// Package contract reads the documents of package docs for tests: which doors
// there are and what each takes, requests that the documents' examples make, and
// whether an answer keeps to them. Nothing that serves imports it.
package contract

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"suhe/docs"
)

// Contract is the OpenAPI document, read.
type Contract struct {
	doc        *openapi3.T
	operations []Operation
	mux        *http.ServeMux // finds the operation of a request as the server does
}

// Operation is one method of one path.
type Operation struct {
	Method, Path string
	ID           string // operationId
	Takes        string // x-action
	Scoped       bool   // x-scoped: the path names one asset, or something about one
	Login        bool   // x-login: it wants a session
	Hailed       bool   // x-hailed: who one is may be said later
	Everywhere   bool   // x-everywhere: it wants a scope that holds all areas
	Field        string // x-field: it wants that this field is shown
	Parameters   []Parameter
	Body         []byte // an example, nil: it takes none
	BodyType     string // media type of Body

	is *openapi3.Operation
}

// Pattern is the operation as http.ServeMux has it.
func (o *Operation) Pattern() string { return o.Method + " " + o.Path }

// Open reads the document, once; it is checked by the rules of OpenAPI 3.0.3.
func Open() (*Contract, error) { return opened() }

var opened = sync.OnceValues(func() (*Contract, error) {
	for _, kind := range []string{"application/vnd.oai.openapi+json", "application/vnd.aai.asyncapi+json", "application/geo+json"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.JSONBodyDecoder)
	}
	doc, err := openapi3.NewLoader().LoadFromData(docs.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	c := &Contract{doc: doc, mux: http.NewServeMux()}
	for path, item := range doc.Paths.Map() {
		for method, is := range item.Operations() {
			o, err := operation(path, method, item, is)
			if err != nil {
				return nil, fmt.Errorf("openapi.yaml: %s %s: %w", method, path, err)
			}
			c.operations = append(c.operations, o)
			c.mux.Handle(muxPattern(&o), http.NotFoundHandler())
		}
	}
	slices.SortFunc(c.operations, func(a, b Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return c, nil
})

// muxPattern keeps / to itself: the document describes the page, not its files.
func muxPattern(o *Operation) string {
	if o.Path == "/" {
		return o.Method + " /{$}"
	}
	return o.Pattern()
}

func operation(path, method string, item *openapi3.PathItem, is *openapi3.Operation) (Operation, error) {
	o := Operation{Method: method, Path: path, ID: is.OperationID, is: is}
	o.Takes, _ = is.Extensions["x-action"].(string)
	o.Scoped, _ = is.Extensions["x-scoped"].(bool)
	o.Field, _ = is.Extensions["x-field"].(string)
	o.Everywhere, _ = is.Extensions["x-everywhere"].(bool)
	o.Login, _ = is.Extensions["x-login"].(bool)
	o.Hailed, _ = is.Extensions["x-hailed"].(bool)
	if o.Takes == "" || o.ID == "" {
		return o, fmt.Errorf("want an operationId and an x-action")
	}
	for _, p := range slices.Concat(item.Parameters, is.Parameters) {
		parameter, err := parameterOf(p.Value)
		if err != nil {
			return o, err
		}
		o.Parameters = append(o.Parameters, parameter)
	}
	return o, o.readBody()
}

// Operations are all operations in order of path and method.
func (c *Contract) Operations() []Operation { return c.operations }

// Find returns the operation that a request is of.
func (c *Contract) Find(r *http.Request) (*Operation, bool) {
	lookup := r
	if r.Method == http.MethodHead {
		lookup = r.Clone(r.Context())
		lookup.Method = http.MethodGet
	}
	_, pattern := c.mux.Handler(lookup)
	for i := range c.operations {
		if muxPattern(&c.operations[i]) == pattern {
			return &c.operations[i], true
		}
	}
	return nil, false
}
