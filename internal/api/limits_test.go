package api

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"suhe/internal/access"
)

func TestLimits(t *testing.T) {
	l := newLimits(10)
	start := time.Unix(0, 0)
	ask := func(who, address string, after time.Duration) error {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = address
		return l.admit(r, access.Principal{ID: who}, start.Add(after))
	}
	for i := range 20 {
		if err := ask("a", fmt.Sprint("10.0.0.1:", i+1), 0); err != nil {
			t.Fatalf("request %d of the burst: %v", i, err)
		}
	}
	tests := []struct {
		name, who, address string
		after              time.Duration
		refused            bool
	}{
		{"one too many", "a", "10.0.0.1:99", 0, true},
		{"another principal", "b", "10.0.0.1:99", 0, false},
		{"another address", "a", "10.0.0.2:99", 0, false},
		{"a tenth of a second later", "a", "10.0.0.1:99", 100 * time.Millisecond, false},
		{"and at once again", "a", "10.0.0.1:99", 100 * time.Millisecond, true},
	}
	for _, test := range tests {
		if err := ask(test.who, test.address, test.after); errors.Is(err, errTooMany) != test.refused {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestLimitsForget(t *testing.T) {
	l := newLimits(10)
	now := time.Unix(0, 0)
	for i := range 2 * maxClients {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)
		if err := l.admit(r, access.Principal{}, now); err != nil {
			t.Fatal(err)
		}
	}
	if len(l.clients) > maxClients {
		t.Errorf("%d clients are remembered, want at most %d", len(l.clients), maxClients)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.9.9.9:1"
	if err := l.admit(r, access.Principal{}, now.Add(2*forget)); err != nil || len(l.clients) != 1 {
		t.Errorf("%d clients after all were idle, error %v", len(l.clients), err)
	}
	if err := newLimits(0).admit(r, access.Principal{}, now); err != nil {
		t.Errorf("no bound refuses: %v", err)
	}
}
