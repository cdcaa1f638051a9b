package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// pagesPassword is the password of the demo's accounts in tests of pages.
const pagesPassword = "Seen-on-one-screen-1"

// walk lets a browser walk the pages of the node as a script of web/e2e says; what it
// checked is told as it goes on.
func walk(t *testing.T, s *served, script string, options ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute) // several times what a slow machine takes
	defer cancel()
	test := exec.CommandContext(ctx, "node", append([]string{"e2e/" + script, "--base", s.url(""), "--demo", pagesPassword}, options...)...)
	test.Dir, test.WaitDelay = "../../web", time.Minute
	test.Stdout, test.Stderr = t.Output(), t.Output()
	if err := test.Run(); err != nil {
		t.Error(err)
	}
}

// The login page, what each role is offered, the desks of the administrators, and
// what a page does when a login ends; in a real browser, against a real demo node.
func TestPageLogins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	add := func(name string, more ...string) string {
		t.Helper()
		code, out, errs := suhe(append([]string{"user", "add", name, "--data-dir", dir}, more...)...)
		if code != exitOK {
			t.Fatalf("user add %s: %s", name, errs)
		}
		return strings.TrimSpace(out)
	}
	once := add("chief", "--role", "security")
	add("keeper", "--role", "handler", "--area", "310107015", "--password", testPassword)
	add("forgetful", "--role", "planner", "--area", "*", "--password", testPassword)
	s := serve(t, dir, "--demo", "--demo-password", pagesPassword, "--address-tries", "1000")
	walk(t, s, "login.mjs", "--user", testName, "--password", testPassword, "--chief", "chief", "--once", once, "--keeper", "keeper", "--locked", "forgetful")
}

// The phone of a patrol: an incident is handled by touch, online, without a network and on
// a weak one; new trouble is reported; a shift is run; a newer edition is taken.
func TestPagePatrol(t *testing.T) {
	t.Parallel()
	walk(t, serve(t, t.TempDir(), "--demo", "--demo-password", pagesPassword), "patrol.mjs")
}

// The desk of operators and dispatchers: an incident of another appears, is filed, sent by
// the map and supervised; doubles are merged and parted; many alarms are acknowledged; the
// evaluation says what the server says. By keys.
func TestPageConsole(t *testing.T) {
	t.Parallel()
	walk(t, serve(t, t.TempDir(), "--demo", "--demo-password", pagesPassword), "console.mjs")
}

// The three front ends at once, as the README tells a newcomer: wall, desk and phone lead an
// incident of a storm from its alarm to its evaluation, and a planner takes it along.
func TestPageFronts(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--demo", "--demo-password", pagesPassword, "--scene-size", "1000", "--scene-surge", "2.5", "--scene-storms", "1h") // as make run does
	walk(t, s, "fronts.mjs")
}

// The desks of those who set rules, mend what devices send, and admit others.
func TestPageDesks(t *testing.T) {
	t.Parallel()
	maps := t.TempDir()
	for name, text := range map[string]string{
		"desk.json": `{"note":"levels in millimetres","http":true,"items":"/list","device":{"from":"/sn","template":"wl-{}"},"values":[{"from":"/v","phenomenon":"water_level","unit":"mm"}]}`,
		"torn.json": `{`,
	} {
		if err := os.WriteFile(filepath.Join(maps, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var told atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told.Add(1) }))
	defer hook.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(hook.URL, "http://"), ":")
	s := serve(t, t.TempDir(), "--demo", "--demo-password", pagesPassword, "--mappings", maps,
		"--webhook-networks", "127.0.0.1/32", "--webhook-http", "--webhook-ports", port)
	walk(t, s, "admin.mjs", "--hook", hook.URL)
	if told.Load() == 0 {
		t.Error("the webhook was told nothing")
	}
}

// The wall: it is live and flies, shows trouble and returns by itself, mends itself, keeps its
// layouts, and grows by nothing however much happens; for longer in the soak.
func TestPageScreen(t *testing.T) {
	t.Parallel()
	rounds := "20"
	if os.Getenv("SUHE_SOAK") != "" {
		rounds = "500"
	}
	walk(t, serve(t, t.TempDir(), "--demo", "--demo-password", pagesPassword), "screen.mjs", "--soak", rounds)
}

// The planners' workbench: layers, filters, shapes, table, figures, questions, views by link
// and files say what the server says.
func TestPagePlanner(t *testing.T) {
	t.Parallel()
	walk(t, serve(t, t.TempDir(), "--demo", "--demo-password", pagesPassword), "planner.mjs")
}
