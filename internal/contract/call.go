package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Parameter is one parameter of an operation.
type Parameter struct {
	Name, In string // In is path, query or header
	Example  string // "": none, and it is left out of examples
	Required bool
}

func parameterOf(p *openapi3.Parameter) (Parameter, error) {
	out := Parameter{Name: p.Name, In: p.In, Required: p.Required}
	switch example := p.Example.(type) {
	case nil:
	case []any: // in one value, with commas
		out.Example = strings.ReplaceAll(strings.Trim(fmt.Sprint(example), "[]"), " ", ",")
	default:
		out.Example = fmt.Sprint(example)
	}
	if p.In == openapi3.ParameterInCookie {
		return out, fmt.Errorf("parameter %s: cookies are not read", p.Name)
	}
	if p.Required && out.Example == "" {
		return out, fmt.Errorf("parameter %s: required, want an example", p.Name)
	}
	if p.Example != nil && p.Schema != nil {
		if err := p.Schema.Value.VisitJSON(p.Example); err != nil {
			return out, fmt.Errorf("parameter %s: its example: %w", p.Name, err)
		}
	}
	return out, nil
}

// readBody takes the example of the body.
func (o *Operation) readBody() error {
	if o.is.RequestBody == nil {
		return nil
	}
	for kind, media := range o.is.RequestBody.Value.Content {
		if media.Example == nil || media.Schema == nil {
			return fmt.Errorf("body: want a schema and an example")
		}
		if err := media.Schema.Value.VisitJSON(media.Example, openapi3.VisitAsRequest()); err != nil {
			return fmt.Errorf("body: its example: %w", err)
		}
		if kind == "multipart/form-data" {
			o.Body, o.BodyType = form(media.Example)
			continue
		}
		if text, is := media.Example.(string); is && kind != "application/json" {
			o.Body, o.BodyType = []byte(text), kind
			continue
		}
		text, err := json.Marshal(media.Example)
		if err != nil {
			return err
		}
		o.Body, o.BodyType = text, kind
	}
	return nil
}

// form writes the example of a form, an object of texts; the field file comes last.
func form(example any) (body []byte, kind string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	fields, _ := example.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name != "file" {
			_ = w.WriteField(name, fmt.Sprint(fields[name])) // to memory
		}
	}
	if f, err := w.CreateFormFile("file", "example"); err == nil {
		fmt.Fprint(f, fields["file"])
	}
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// Call is a request to an operation, to be changed before it is made.
type Call struct {
	Operation *Operation
	Path      map[string]string // by name of the parameter
	Query     url.Values
	RawQuery  string // beside Query, as it is
	Header    http.Header
	Body      []byte
}

// Example is the call that the operation's examples make.
func (o *Operation) Example() Call {
	c := Call{Operation: o, Path: map[string]string{}, Query: url.Values{}, Header: http.Header{}, Body: o.Body}
	if o.Body != nil {
		c.Header.Set("Content-Type", o.BodyType)
	}
	for _, p := range o.Parameters {
		if p.Example != "" {
			c = c.With(p, p.Example)
		}
	}
	return c
}

// With is the call with another value of a parameter.
func (c Call) With(p Parameter, value string) Call {
	switch p.In {
	case openapi3.ParameterInPath:
		c.Path = maps.Clone(c.Path)
		c.Path[p.Name] = value
	case openapi3.ParameterInQuery:
		c.Query = maps.Clone(c.Query)
		c.Query.Set(p.Name, value)
	case openapi3.ParameterInHeader:
		c.Header = c.Header.Clone()
		c.Header.Set(p.Name, value)
	}
	return c
}

// Target is the path and query, with values escaped as one segment each.
func (c Call) Target() string {
	path := c.Operation.Path
	for name, value := range c.Path {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	query := c.Query.Encode()
	if c.RawQuery != "" {
		query = strings.TrimPrefix(query+"&"+c.RawQuery, "&")
	}
	if query != "" {
		path += "?" + query
	}
	return path
}

// Request makes the request to a server at base (http://host).
func (c Call) Request(base string) (*http.Request, error) {
	var body io.Reader
	if c.Body != nil {
		body = bytes.NewReader(c.Body)
	}
	r, err := http.NewRequest(c.Operation.Method, base+c.Target(), body)
	if err != nil {
		return nil, err
	}
	maps.Copy(r.Header, c.Header.Clone())
	return r, nil
}
