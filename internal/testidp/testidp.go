// Package testidp is a real identity provider for tests: web/e2e/provider.mjs, in a
// process of its own, on loopback.
package testidp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// City is a provider. Its clients are suhe and other, with the secrets "secret of
// suhe" and "secret of other".
type City struct {
	Issuer string
	stop   func()
}

// Start starts a provider that sends browsers back to the address, with further
// options of provider.mjs. It ends with the test.
func Start(t testing.TB, redirect string, options map[string]any) *City {
	t.Helper()
	all := map[string]any{"redirect": redirect}
	for name, value := range options {
		all[name] = value
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	_, here, _, _ := runtime.Caller(0)
	run := exec.Command("node", "e2e/provider.mjs", string(text))
	run.Dir, run.Stderr = filepath.Join(filepath.Dir(here), "../../web"), os.Stderr
	in, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	c := &City{stop: func() { in.Close(); _ = run.Wait() }}
	t.Cleanup(c.stop)
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err := errors.Join(err, json.Unmarshal(line, c)); err != nil {
		t.Fatalf("the provider does not start: %v (npm ci in web?)", err)
	}
	return c
}

// Stop ends the provider before the test does.
func (c *City) Stop() { c.stop() }

// Tell tells the provider who logs in from now on, and what else provider.mjs is
// told.
func (c *City) Tell(t testing.TB, what map[string]any) {
	t.Helper()
	text, err := json.Marshal(what)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post(c.Issuer+"/control", "application/json", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the provider does not take %s: %s", text, answer.Status)
	}
}

// Anna is somebody at the provider who is in these groups.
func Anna(groups ...string) map[string]any {
	return map[string]any{"sub": "4711", "claims": map[string]any{"name": "安娜", "preferred_username": "anna", "groups": groups}}
}
