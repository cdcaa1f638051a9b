package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// The login page, what each role is offered, the desks of the administrators, and
// what a page does when a login ends; in a real browser, against a real demo node.
func TestPageLogins(t *testing.T) {
	const demo = "Seen-on-one-screen-1"
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
	s := serve(t, dir, "--demo", "--demo-password", demo, "--address-tries", "1000")
	test := exec.CommandContext(t.Context(), "node", "e2e/login.mjs", "--base", s.url(""), "--user", testName, "--password", testPassword,
		"--demo", demo, "--chief", "chief", "--once", once, "--keeper", "keeper", "--locked", "forgetful")
	test.Dir = "../../web"
	out, err := test.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The phone of a patrol: an incident is handled by touch, online, without a network and on
// a weak one; new trouble is reported; a shift is run.
func TestPagePatrol(t *testing.T) {
	const demo = "Seen-on-one-screen-1"
	s := serve(t, t.TempDir(), "--demo", "--demo-password", demo)
	test := exec.CommandContext(t.Context(), "node", "e2e/patrol.mjs", "--base", s.url(""), "--demo", demo)
	test.Dir = "../../web"
	out, err := test.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The desks of those who set rules, mend what devices send, and admit others.
func TestPageDesks(t *testing.T) {
	const demo = "Seen-on-one-screen-1"
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
	s := serve(t, t.TempDir(), "--demo", "--demo-password", demo, "--mappings", maps,
		"--webhook-networks", "127.0.0.1/32", "--webhook-http", "--webhook-ports", port)
	test := exec.CommandContext(t.Context(), "node", "e2e/admin.mjs", "--base", s.url(""), "--demo", demo, "--hook", hook.URL)
	test.Dir = "../../web"
	out, err := test.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if told.Load() == 0 {
		t.Error("the webhook was told nothing")
	}
}
