package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
)

// steady is somebody who leads an incident of his own on and on, and knows what was
// answered.
type steady struct {
	s        *served
	ref      string
	id       string
	said     int
	answered map[string]bool // comments
	failed   error           // an answer that is neither yes nor later
}

func (p *steady) on() string   { return p.id }
func (p *steady) wrong() error { return p.failed }

func (p *steady) begin(ctx context.Context) {
	body := fmt.Sprintf(`{"channel":"grid","class":"other","ref":%q,"place":[121.4348,31.2502]}`, p.ref)
	status, text, _, err := ask(ctx, http.MethodPost, p.s.url("/v1/incidents"), body)
	if err != nil || status == http.StatusServiceUnavailable {
		return
	}
	var in struct{ ID string }
	if err := json.Unmarshal([]byte(text), &in); err != nil || status != http.StatusCreated && status != http.StatusOK {
		p.failed = fmt.Errorf("begin: %d %s", status, text)
		return
	}
	p.id = in.ID
}

func (p *steady) more(ctx context.Context) {
	p.said++
	word := fmt.Sprintf("%s says %d.", p.ref, p.said)
	status, text, _, err := ask(ctx, http.MethodPost, p.s.url("/v1/incidents/"+p.id+"/comment"), fmt.Sprintf(`{"reason":%q}`, word))
	switch {
	case err != nil || status == http.StatusServiceUnavailable:
	case status == http.StatusOK:
		p.answered[word] = true
	default:
		p.failed = fmt.Errorf("comment: %d %s", status, text)
	}
}

func (p *steady) check(t *testing.T) {
	t.Helper()
	var told struct {
		Events []struct{ Verb, Reason string }
	}
	asked(t, p.s, "/v1/incidents/"+p.id+"/events", &told)
	seen := map[string]int{}
	for _, e := range told.Events {
		seen[e.Reason]++
	}
	onceEach(t, p.answered, seen)
	if told.Events[0].Verb != "create" {
		t.Errorf("%s begins with %s", p.id, told.Events[0].Verb)
	}
}

// TestKilledWhileIncidentsAreLed: whatever was answered before a kill is there after it,
// nothing is there twice, no matter begins twice, and the record is sound.
func TestKilledWhileIncidentsAreLed(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, dir string, flags ...string) {
		s := serve(t, dir, flags...)
		all := killWhile(t, s, func(name string) worker { return &steady{s: s, ref: name, answered: map[string]bool{}} })
		var list struct{ Incidents []struct{ ID string } }
		asked(t, s, "/v1/incidents?open=all&limit=1000", &list)
		if len(list.Incidents) != len(all) {
			t.Errorf("%d matters are %d incidents", len(all), len(list.Incidents))
		}
		verified(t, s, dir, flags...)
	})
}
