package main

import (
	"context"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"suhe/internal/contract"
	"suhe/internal/pgtest"
)

// The bounds of sqlmap.
const (
	sqlmapWhole = 90 * time.Minute
	sqlmapOne   = 5 * time.Minute // an operation with all its parameters
)

// sqlmap finds no parameter of any operation to be injectable, on PostGIS.
// SUHE_SQLMAP names operations, separated by commas, instead of all.
func TestSoakSQLMap(t *testing.T) {
	if os.Getenv("SUHE_SOAK") == "" {
		t.Skip("hours of guesses: SUHE_SOAK=1 asks for them")
	}
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, t.TempDir(), "--database", pgtest.Start(t), "--request-rate", "0")
	put(t, s, string(gauge))
	ctx, cancel := context.WithTimeout(t.Context(), sqlmapWhole)
	defer cancel()
	only := strings.FieldsFunc(os.Getenv("SUHE_SQLMAP"), func(r rune) bool { return r == ',' })
	for _, o := range c.Operations() {
		if len(only) > 0 && !slices.Contains(only, o.ID) || len(o.Parameters) == 0 && o.Body == nil || o.ID == "stream" || o.ID == "events" {
			continue // of streams there is no answer to compare; events takes the filter of tiles
		}
		t.Run(o.ID, func(t *testing.T) { sqlmap(ctx, t, s, o.Example()) })
	}
}

// sqlmap tries every parameter of a call, and its body.
func sqlmap(ctx context.Context, t *testing.T, s *served, call contract.Call) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, sqlmapOne)
	defer cancel()
	path := call.Operation.Path
	for name, value := range call.Path {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value)+"*") // the star is where to try
	}
	var query []string
	for _, name := range slices.Sorted(maps.Keys(call.Query)) {
		query = append(query, url.QueryEscape(name)+"="+url.QueryEscape(call.Query.Get(name))+"*")
	}
	args := []string{"-u", s.url(path + "?" + strings.Join(query, "&")), "--batch", "--flush-session", "--method", call.Operation.Method,
		"--level", "2", "--risk", "1", "--technique", "BEUSQ", "--timeout", "10", "--retries", "0", "--ignore-code", "*",
		"--headers", "Authorization: " + s.header().Get("Authorization"), "--output-dir", t.TempDir(), "--disable-coloring"}
	if call.Body != nil {
		args = append(args, "--data", string(call.Body), "--header", "Content-Type: application/json")
	}
	text, err := exec.CommandContext(ctx, "sqlmap", args...).CombinedOutput()
	out := string(text)
	if strings.Contains(out, "identified the following injection point") || strings.Contains(out, "is vulnerable") {
		t.Errorf("%s: sqlmap says:\n%s", call.Operation.Pattern(), out)
		return
	}
	whole := strings.Contains(out, "do not appear to be injectable")
	if !whole && ctx.Err() == nil {
		t.Errorf("%s: sqlmap did not try (%v):\n%s", call.Operation.Pattern(), err, out)
	}
	t.Logf("%s: nothing found, tried to the end: %v", call.Operation.Pattern(), whole)
}
