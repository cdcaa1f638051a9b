package contract_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"suhe/docs"
	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/internal/contract"
)

func open(t *testing.T) *contract.Contract {
	t.Helper()
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every route is in the document with what it takes, and the document has no
// route that is none.
func TestRoutesAreThoseOfTheDocument(t *testing.T) {
	documented := map[string]string{}
	for _, o := range open(t).Operations() {
		documented[o.Pattern()] = o.Takes
	}
	for _, r := range api.Routes() {
		takes, ok := documented[r.Pattern]
		switch {
		case !ok:
			t.Errorf("%s: a route without an operation in docs/openapi.yaml", r.Pattern)
		case takes != r.Takes:
			t.Errorf("%s: takes %s, the document says %s", r.Pattern, r.Takes, takes)
		}
		delete(documented, r.Pattern)
	}
	for pattern := range documented {
		t.Errorf("%s: an operation without a route", pattern)
	}
}

// What an operation takes is an action that there is, and its security says the same.
func TestOperationsTakeActions(t *testing.T) {
	actions := []string{api.Open, api.Own, api.Signed}
	for _, role := range access.Roles() {
		for _, a := range role.Actions {
			actions = append(actions, string(a))
		}
	}
	seen := map[string]bool{}
	for _, o := range open(t).Operations() {
		if !slices.Contains(actions, o.Takes) {
			t.Errorf("%s: x-action %q is what no role may", o.Pattern(), o.Takes)
		}
		if o.Scoped && !strings.Contains(o.Path, "{id}") && !strings.Contains(o.Path, "{seq}") {
			t.Errorf("%s: scoped, but names no asset and no letter about one", o.Pattern())
		}
		if seen[o.ID] {
			t.Errorf("operationId %s comes twice", o.ID)
		}
		seen[o.ID] = true
	}
}

// Answers that break the contract are found.
func TestAnswersThatBreakTheContract(t *testing.T) {
	c := open(t)
	const problem = `{"type":"about:blank","title":"Not Found","status":404}`
	for _, test := range []struct {
		name, request string
		status        int
		kind, body    string
		ok            bool
	}{
		{"right", "POST /v1/tickets", 200, "application/json", `{"ticket":"x","expires":"2026-11-23T08:00:00+08:00"}`, true},
		{"a member too many", "POST /v1/tickets", 200, "application/json", `{"ticket":"x","expires":"2026-11-23T08:00:00+08:00","more":1}`, false},
		{"a member too few", "POST /v1/tickets", 200, "application/json", `{"ticket":"x"}`, false},
		{"another type", "POST /v1/tickets", 200, "text/plain", `{}`, false},
		{"a problem", "GET /v1/assets/x", 404, "application/problem+json", problem, true},
		{"a problem in plain text", "GET /v1/assets/x", 404, "text/plain; charset=utf-8", "not found", false},
		{"an answer without the ETag", "GET /tiles/sensors/1/1/1", 200, "application/vnd.mapbox-vector-tile", "x", false},
		{"a body with 204", "DELETE /v1/deadletters/1", 204, "application/json", "{}", false},
		{"a status that is not there", "GET /healthz", 503, "text/plain", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			method, path, _ := strings.Cut(test.request, " ")
			header := http.Header{"Content-Type": {test.kind}}
			err := c.Check(httptest.NewRequest(method, path, nil), test.status, header, []byte(test.body))
			if (err == nil) != test.ok {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

func TestDocumentsAreJSON(t *testing.T) {
	for _, text := range [][]byte{docs.OpenAPI(), docs.AsyncAPI()} {
		if !json.Valid(text) {
			t.Errorf("no JSON: %.60s", text)
		}
	}
}
