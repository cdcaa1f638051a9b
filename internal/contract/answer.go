package contract

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Check says how an answer breaks the contract, or nil: its status, headers, media
// type and, if that is JSON, its body must be among those of the operation. What
// is no operation breaks none.
func (c *Contract) Check(r *http.Request, status int, header http.Header, body []byte) error {
	o, ok := c.Find(r)
	if !ok {
		return nil
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: r,
			Route:   &routers.Route{Spec: c.doc, Path: o.Path, PathItem: c.doc.Paths.Value(o.Path), Method: o.Method, Operation: o.is},
		},
		Status: status, Header: header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: !isJSON(header)},
	}
	input.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(r.Context(), input); err != nil {
		return fmt.Errorf("%s: %d: %w", o.Pattern(), status, err)
	}
	return c.checkType(o, r, status, header)
}

// checkType is what the filter leaves out when it does not look at the body.
func (c *Contract) checkType(o *Operation, r *http.Request, status int, header http.Header) error {
	answer := o.is.Responses.Status(status)
	if answer == nil {
		answer = o.is.Responses.Default()
	}
	kind := header.Get("Content-Type")
	bodyless := r.Method == http.MethodHead || status == http.StatusNotModified || len(answer.Value.Content) == 0
	if !bodyless && answer.Value.Content.Get(kind) == nil {
		return fmt.Errorf("%s: %d: Content-Type: %q is not in the document", o.Pattern(), status, kind)
	}
	if len(answer.Value.Content) == 0 && kind != "" {
		return fmt.Errorf("%s: %d: Content-Type: %q, want no body", o.Pattern(), status, kind)
	}
	return nil
}

func isJSON(h http.Header) bool {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// Gives says whether the document names the status among the operation's answers,
// and not only as a problem like any other.
func (o *Operation) Gives(status int) bool { return o.is.Responses.Status(status) != nil }

// Sets says whether the document lets the answer of that status set the header.
func (o *Operation) Sets(status int, header string) bool {
	answer := o.is.Responses.Status(status)
	return answer != nil && answer.Value.Headers[header] != nil
}
