package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// The account by which tests ask a node.
const (
	testName     = "tester"
	testPassword = "By-the-creek-7"
)

// tokens are those of the nodes that tests have started, by host and port.
var tokens sync.Map

// withToken sends the token of the node that it asks along.
type withToken struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (w withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	if token, known := tokens.Load(r.URL.Host); known && r.Header.Get("Authorization") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token.(string))
	}
	return w.RoundTripper.RoundTrip(r)
}

// client asks nodes as somebody who is logged in, whatever certificate they have.
var client = &http.Client{Transport: withToken{&http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxIdleConnsPerHost: 100}}}

// header lets a WebSocket in.
func (s *served) header() http.Header {
	token, _ := tokens.Load(s.http)
	return http.Header{"Authorization": {fmt.Sprint("Bearer ", token)}}
}

// admit makes the account in the node's store, unless it is there.
func (s *served) admit() {
	s.t.Helper()
	args := []string{"user", "add", testName, "--role", "operator", "--area", "*", "--password", testPassword}
	for _, flag := range []string{"--data-dir", "--database"} {
		if i := slices.Index(s.args, flag); i >= 0 {
			args = append(args, flag, s.args[i+1])
		}
	}
	if code, _, errs := suhe(args...); code != exitOK && !strings.Contains(errs, "exists") {
		s.t.Fatalf("user add: %s", errs)
	}
}

// login gets a token for the test.
func (s *served) login() {
	s.t.Helper()
	token, err := logIn(s.url(""), testName, testPassword)
	if err != nil {
		s.t.Fatal(err)
	}
	tokens.Store(s.http, token)
}

// logIn gets a token of the node.
func logIn(base, name, password string) (token string, err error) {
	answer, err := client.Post(base+"/v1/login", "application/json", strings.NewReader(fmt.Sprintf(`{"username":%q,"password":%q}`, name, password)))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var in struct{ Token, Detail string }
	if err := json.NewDecoder(answer.Body).Decode(&in); err != nil || in.Token == "" {
		return "", fmt.Errorf("login: %s: %s %v", answer.Status, in.Detail, err)
	}
	return in.Token, nil
}
