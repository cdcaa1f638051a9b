package main

import (
	"os/exec"
	"strings"
	"testing"
)

// The login page, what each role is offered, the desks of the administrators, and
// what a page does when a login ends; in a real browser, against a real demo node.
func TestPageLogins(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
	const demo = "Seen-on-one-screen-1"
	s := serve(t, t.TempDir(), "--demo", "--demo-password", demo)
	test := exec.CommandContext(t.Context(), "node", "e2e/patrol.mjs", "--base", s.url(""), "--demo", demo)
	test.Dir = "../../web"
	out, err := test.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
