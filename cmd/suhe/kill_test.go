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

	"suhe/internal/pgtest"
)

// worker works on something of its own, on and on, at a node that is killed meanwhile,
// and knows what was answered.
type worker interface {
	begin(ctx context.Context) // once more if that got no answer
	more(ctx context.Context)  // one thing more; what got no answer is tried again by who comes back
	on() (id string)           // what it works on; "": nothing yet
	wrong() error              // an answer that is neither yes nor later
	check(t *testing.T)        // what was answered is there, and nothing twice
}

// eachStore runs the test on a node of either store, which begins in the folder with
// these flags.
func eachStore(t *testing.T, test func(t *testing.T, dir string, flags ...string)) {
	t.Run("geopackage", func(t *testing.T) { test(t, t.TempDir()) })
	t.Run("postgis", func(t *testing.T) { test(t, t.TempDir(), "--database", pgtest.Start(t)) })
}

// killWhile lets three new workers begin in each of some rounds, kills the node in the
// midst of it and starts it again. At the end all have begun something, each another
// thing, and what was answered is there.
func killWhile(t *testing.T, s *served, makeOne func(name string) worker) []worker {
	t.Helper()
	rounds := 6
	if long() {
		rounds = 100
	}
	var all []worker
	for round := range rounds {
		now, stop := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for _, w := range all {
			if w.on() == "" {
				group.Go(func() { w.begin(now) })
			}
		}
		for i := range 3 {
			w := makeOne(fmt.Sprint("R", round, "-", i))
			all = append(all, w)
			group.Go(func() {
				for now.Err() == nil && w.wrong() == nil {
					if w.on() == "" {
						w.begin(now)
					} else {
						w.more(now)
					}
				}
			})
		}
		time.Sleep(time.Duration(100+rand.IntN(500)) * time.Millisecond)
		s.kill()
		stop()
		group.Wait()
		s.start()
	}
	begun := map[string]bool{}
	for _, w := range all {
		for end := time.Now().Add(patience); w.on() == "" && w.wrong() == nil && time.Now().Before(end); {
			w.begin(t.Context())
		}
		if w.wrong() != nil || w.on() == "" {
			t.Fatalf("%v: %v", w, w.wrong())
		}
		if begun[w.on()] {
			t.Errorf("%s was begun by two", w.on())
		}
		begun[w.on()] = true
		w.check(t)
	}
	return all
}

// onceEach checks that each word that was answered is there once, and no other twice.
func onceEach(t *testing.T, answered map[string]bool, there map[string]int) {
	t.Helper()
	for word := range answered {
		if there[word] != 1 {
			t.Errorf("%q was answered and is there %d times", word, there[word])
		}
	}
	for word, n := range there {
		if n > 1 && word != "" {
			t.Errorf("%q is there %d times", word, n)
		}
	}
}

// asked reads what is at an address into a value.
func asked(t *testing.T, s *served, path string, into any) {
	t.Helper()
	status, text, _, err := ask(t.Context(), http.MethodGet, s.url(path), "")
	if err == nil {
		err = json.Unmarshal([]byte(text), into)
	}
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %.200s, %v", path, status, text, err)
	}
}

// verified ends the node and checks its record.
func verified(t *testing.T, s *served, dir string, flags ...string) {
	t.Helper()
	s.terminate()
	if code, out, errs := suhe(append([]string{"audit", "verify", "--data-dir", dir}, flags...)...); code != exitOK {
		t.Errorf("the record: %s %s", out, errs)
	}
}
