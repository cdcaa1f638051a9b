package bench

import (
	"slices"
	"strings"
	"testing"
)

// A child is not configured by what configures us, and gets the database's
// address where others cannot read it.
func TestEnvironment(t *testing.T) {
	t.Setenv("SUHE_DEMO", "true")
	t.Setenv("SUHE_DATABASE", "postgres://ours")
	got := environment("")
	if slices.ContainsFunc(got, func(v string) bool { return strings.HasPrefix(v, "SUHE_") }) {
		t.Errorf("a child inherits %q", got)
	}
	if got := environment("postgres://its"); !slices.Contains(got, "SUHE_DATABASE=postgres://its") || slices.Contains(got, "SUHE_DEMO=true") {
		t.Errorf("a child gets %q", got)
	}
}
