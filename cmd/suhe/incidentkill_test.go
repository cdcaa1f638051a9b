package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
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

// until goes on until the node is gone. What got no answer is tried again, in the same
// words, by who comes back.
func (p *steady) until(ctx context.Context) {
	for ctx.Err() == nil && p.failed == nil {
		if p.id == "" {
			p.begin(ctx)
		} else {
			p.comment(ctx)
		}
	}
}

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

func (p *steady) comment(ctx context.Context) {
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

// check proves that all that was answered is there, and nothing twice.
func (p *steady) check(t *testing.T) {
	t.Helper()
	status, text, _, err := ask(t.Context(), http.MethodGet, p.s.url("/v1/incidents/"+p.id+"/events"), "")
	if err != nil || status != http.StatusOK {
		t.Fatalf("events of %s: %d, %v", p.id, status, err)
	}
	var told struct {
		Events []struct{ Verb, Reason string }
	}
	if err := json.Unmarshal([]byte(text), &told); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, e := range told.Events {
		seen[e.Reason]++
	}
	for word := range p.answered {
		if seen[word] != 1 {
			t.Errorf("%q was answered and is there %d times", word, seen[word])
		}
	}
	for word, n := range seen {
		if n > 1 && word != "" {
			t.Errorf("%q is there %d times", word, n)
		}
	}
	if told.Events[0].Verb != "create" {
		t.Errorf("%s begins with %s", p.id, told.Events[0].Verb)
	}
}

// TestKilledWhileIncidentsAreLed: whatever was answered before a kill is there after it,
// nothing is there twice, no matter begins twice, and the record is sound.
func TestKilledWhileIncidentsAreLed(t *testing.T) {
	rounds := 6
	if long() {
		rounds = 100
	}
	dir := t.TempDir()
	s := serve(t, dir)
	var all []*steady
	for round := range rounds {
		now, stop := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for i := range 3 {
			p := &steady{s: s, ref: fmt.Sprint("R", round, "-", i), answered: map[string]bool{}}
			all = append(all, p)
			group.Go(func() { p.until(now) })
		}
		for _, p := range all[:max(0, len(all)-3)] {
			if p.id == "" {
				group.Go(func() { p.begin(now) }) // once more what got no answer
			}
		}
		time.Sleep(time.Duration(100+rand.IntN(500)) * time.Millisecond)
		s.kill()
		stop()
		group.Wait()
		s.start()
	}
	begun := map[string]string{}
	for _, p := range all {
		for end := time.Now().Add(time.Minute); p.id == "" && p.failed == nil && time.Now().Before(end); {
			p.begin(t.Context())
		}
		if p.failed != nil || p.id == "" {
			t.Fatalf("%s: %v", p.ref, p.failed)
		}
		if other, twice := begun[p.id]; twice {
			t.Errorf("%s and %s are both %s", other, p.ref, p.id)
		}
		begun[p.id] = p.ref
		p.check(t)
	}
	_, text, _, err := ask(t.Context(), http.MethodGet, s.url("/v1/incidents?open=all&limit=1000"), "")
	var list struct{ Incidents []struct{ ID string } }
	if err == nil {
		err = json.Unmarshal([]byte(text), &list)
	}
	if err != nil || len(list.Incidents) != len(all) {
		t.Errorf("%d matters are %d incidents, %v", len(all), len(list.Incidents), err)
	}
	s.terminate()
	if code, out, errs := suhe("audit", "verify", "--data-dir", dir); code != exitOK {
		t.Errorf("the record: %s %s", out, errs)
	}
}
