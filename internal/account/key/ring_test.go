package key_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/account/key"
	"suhe/internal/audit"
	"suhe/internal/settings"
	"suhe/internal/store/geopackage"
	"suhe/internal/testclock"
)

// people are accounts whose rights a test changes.
type people struct {
	mu sync.Mutex
	of map[string]*account.Owner
}

func (p *people) Owner(name string) (*account.Owner, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	owner, ok := p.of[name]
	return owner, ok
}

func (p *people) set(name string, roles ...access.Role) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[string]*account.Owner{}
	}
	if delete(p.of, name); len(roles) > 0 {
		p.of[name] = account.NewOwner(access.GrantOf(roles, []string{"310107"}), nil)
	}
}

// bench is a node's ring over a real store, by a clock of its own.
type bench struct {
	*key.Ring
	people *people
	store  *geopackage.Store
	file   string
	clock  *testclock.Clock
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	store, err := geopackage.Open(t.Context(), filepath.Join(dir, "suhe.gpkg"), geopackage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	b := &bench{people: new(people), store: store, file: filepath.Join(dir, "keys.json"), clock: testclock.New(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))}
	b.people.set("anna", access.Operator)
	b.people.set("bert", access.Security)
	b.again(t)
	return b
}

// again is the node started anew, or another one with the same store.
func (b *bench) again(t *testing.T) {
	t.Helper()
	b.Ring = key.New(key.Options{Store: b.store, Owners: b.people, File: b.file, Now: b.clock.Now})
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) wish(change ...func(*key.Wish)) key.Wish {
	w := key.NewWish()
	w.Name, w.Expires = "gauges", b.clock.Now().Add(24*time.Hour)
	for _, f := range change {
		f(&w)
	}
	return w
}

func (b *bench) add(t *testing.T, owner string, w key.Wish) (key.Key, string) {
	t.Helper()
	k, text, err := b.Add(t.Context(), owner, w)
	if err != nil {
		t.Fatal(err)
	}
	return k, text
}

func (b *bench) ask(authorization string) (access.Principal, bool, error) {
	r := httptest.NewRequest(http.MethodGet, "/v1/assets/a", nil)
	r.Header.Set("Authorization", authorization)
	return b.Who(r)
}

func TestAKeyActsForItsOwnerWithLess(t *testing.T) {
	b := newBench(t)
	k, text := b.add(t, "anna", b.wish(func(w *key.Wish) {
		w.Grant.Actions = []access.Action{access.View, access.Observe, access.Audit}
		w.Grant.Areas = []string{"310107005", "310110"}
	}))
	who, presented, err := b.ask("Bearer " + text)
	if err != nil || !presented {
		t.Fatal(presented, err)
	}
	if who.ID != "key:"+k.ID || who.Name != "gauges" || len(who.Areas) != 1 || who.Areas[0] != "310107005" {
		t.Errorf("principal %+v", who)
	}
	for action, may := range map[access.Action]bool{access.View: true, access.Observe: true, access.Edit: false, access.Audit: false, access.Admit: false} {
		if who.Scope.May(action) != may {
			t.Errorf("may %s: %v, want %v", action, !may, may)
		}
	}
	sensor := &assets.Asset{Kind: assets.Sensor, Class: "sensor.flow", Location: assets.Location{Area: "310107014"}}
	if who.Scope.Sees(sensor) {
		t.Error("sees beyond its areas")
	}
	if again, mine, err := b.Still(who); err != nil || !mine || again.Scope != who.Scope {
		t.Errorf("asked again: %+v, %v, %v", again, mine, err)
	}
}

// Whoever says who may come in does it in person.
func TestNoKeyAdmits(t *testing.T) {
	b := newBench(t)
	_, text := b.add(t, "bert", b.wish())
	if who, _, err := b.ask("Bearer " + text); err != nil || who.Scope.May(access.Admit) {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestWhatIsNoKey(t *testing.T) {
	b := newBench(t)
	k, text := b.add(t, "anna", b.wish())
	_, other := b.add(t, "anna", b.wish())
	at := strings.LastIndexByte(text, '_') + 1
	for name, c := range map[string]struct {
		header    string
		presented bool
	}{
		"nothing":           {"", false},
		"a login token":     {"Bearer eyJhbGciOiJFZERTQSJ9.e30.x", false},
		"basic":             {"Basic " + text, false},
		"no secret":         {"Bearer suhe_key_", true},
		"id only":           {"Bearer " + text[:at], true},
		"another's secret":  {"Bearer " + text[:at] + other[at:], true},
		"one letter off":    {"Bearer " + text[:len(text)-1] + string('a'+(text[len(text)-1]-'a'+1)%26), true},
		"upper case":        {"Bearer suhe_key_" + strings.ToUpper(text[9:]), true},
		"unknown id":        {"Bearer suhe_key_" + strings.Repeat("a", 16) + text[at-1:], true},
		"id of nobody":      {"Bearer suhe_key_" + strings.Repeat("2", 16) + "_" + strings.Repeat("a", 52), true},
		"something behind":  {"Bearer " + text + "a", true},
		"a space behind":    {"Bearer " + text + " ", true},
		"a megabyte":        {"Bearer suhe_key_" + strings.Repeat("a", 1<<20), true},
		"the hash":          {"Bearer suhe_key_" + k.ID + "_" + strings.Repeat("0", 52), true},
		"bytes of all kind": {"Bearer suhe_key_\x00\xff", true},
	} {
		t.Run(name, func(t *testing.T) {
			who, presented, err := b.ask(c.header)
			if presented != c.presented || who.ID != "" || who.Scope.May(access.View) {
				t.Errorf("presented %v, who %+v", presented, who)
			}
			if c.presented && err != access.ErrUnauthenticated {
				t.Errorf("error %v, want the one of all", err)
			}
		})
	}
	if use := b.List("anna")[1].Use; use.Today != 0 {
		t.Errorf("what was refused counts: %+v", use)
	}
}

func TestTheEndOfAKey(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, b *bench, id string){
		"revoked": func(t *testing.T, b *bench, id string) {
			if err := b.Revoke(t.Context(), "anna", id); err != nil {
				t.Fatal(err)
			}
		},
		"revoked by who admits": func(t *testing.T, b *bench, id string) {
			if err := b.Revoke(t.Context(), "", id); err != nil {
				t.Fatal(err)
			}
		},
		"revoked on another node": func(t *testing.T, b *bench, id string) {
			other := key.New(key.Options{Store: b.store, Owners: b.people})
			if err := errors.Join(other.Refresh(t.Context()), other.Revoke(t.Context(), "anna", id), b.Refresh(t.Context())); err != nil {
				t.Fatal(err)
			}
		},
		"past its time":     func(_ *testing.T, b *bench, _ string) { b.clock.Pass(24 * time.Hour) },
		"its owner is gone": func(_ *testing.T, b *bench, _ string) { b.people.set("anna") },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			k, text := b.add(t, "anna", b.wish())
			who, _, err := b.ask("Bearer " + text)
			if err != nil {
				t.Fatal(err)
			}
			end(t, b, k.ID)
			if _, presented, err := b.ask("Bearer " + text); !presented || err != access.ErrUnauthenticated {
				t.Errorf("afterwards: %v, %v", presented, err)
			}
			if _, mine, err := b.Still(who); !mine || !errors.Is(err, access.ErrUnauthenticated) {
				t.Errorf("what is connected: %v, %v", mine, err)
			}
			b.clock.Pass(-time.Second)
			if name == "past its time" {
				if _, _, err := b.ask("Bearer " + text); err != nil {
					t.Errorf("a second before its end: %v", err)
				}
			}
		})
	}
}

func TestRightsFollowTheOwner(t *testing.T) {
	b := newBench(t)
	_, text := b.add(t, "anna", b.wish())
	who, _, _ := b.ask("Bearer " + text)
	if !who.Scope.May(access.Edit) {
		t.Fatal("an operator's key may not edit")
	}
	b.people.set("anna", access.Handler)
	if who, _, err := b.ask("Bearer " + text); err != nil || who.Scope.May(access.Edit) || !who.Scope.May(access.View) {
		t.Errorf("of a handler: %+v, %v", who, err)
	}
	if now, _, err := b.Still(who); err != nil || now.Scope.May(access.Edit) {
		t.Errorf("what is connected: %+v, %v", now, err)
	}
}

func TestQuotas(t *testing.T) {
	b := newBench(t)
	k, text := b.add(t, "anna", b.wish(func(w *key.Wish) { w.Quota = key.Quota{Day: 5, Second: 2} }))
	ask := func() error { _, _, err := b.ask("Bearer " + text); return err }
	for i := range 2 {
		if err := ask(); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if err := ask(); !errors.Is(err, key.ErrQuota) || !strings.Contains(err.Error(), "2 requests a second") {
		t.Errorf("the third at once: %v", err)
	}
	b.clock.Pass(time.Second)
	for i := range 2 {
		if err := ask(); err != nil {
			t.Errorf("a second later, %d: %v", i, err)
		}
	}
	b.clock.Pass(time.Second)
	last := b.clock.Now()
	if err := ask(); err != nil {
		t.Errorf("the fifth: %v", err)
	}
	b.clock.Pass(time.Second)
	if err := ask(); !errors.Is(err, key.ErrQuota) || !strings.Contains(err.Error(), "5 requests a day") {
		t.Errorf("the sixth of the day: %v", err)
	}
	if use := b.List("anna")[0].Use; use.Today != 5 || !use.Last.Equal(last) {
		t.Errorf("use %+v, want 5, the last at %v", use, last)
	}
	b.clock.Set(time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)) // midnight in Shanghai
	if err := ask(); err != nil {
		t.Errorf("the next day: %v", err)
	}
	if _, other := b.add(t, "anna", b.wish()); other != "" {
		if _, _, err := b.ask("Bearer " + other); err != nil {
			t.Errorf("another key: %v", err)
		}
	}
	if use := b.List("anna")[1].Use; use.Today != 1 || b.List("anna")[1].ID != k.ID {
		t.Errorf("use %+v, want 1", use)
	}
}

// A node that stops forgets nothing; the file that it left may be anything.
func TestUseOutlivesARestart(t *testing.T) {
	b := newBench(t)
	_, text := b.add(t, "anna", b.wish(func(w *key.Wish) { w.Quota = key.Quota{Day: 3, Second: 100} }))
	for range 2 {
		if _, _, err := b.ask("Bearer " + text); err != nil {
			t.Fatal(err)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := b.Run(stopped); err != nil {
		t.Fatal(err)
	}
	b.again(t)
	if use := b.List("anna")[0].Use; use.Today != 2 || use.Last.IsZero() {
		t.Errorf("use %+v after a restart", use)
	}
	if _, _, err := b.ask("Bearer " + text); err != nil {
		t.Errorf("the third: %v", err)
	}
	if _, _, err := b.ask("Bearer " + text); !errors.Is(err, key.ErrQuota) {
		t.Errorf("the fourth: %v", err)
	}
	if info, err := os.Stat(b.file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if err := os.WriteFile(b.file, []byte(`{"day":"2026-11-23","keys":{"x":{"today":-1}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.again(t)
	if use := b.List("anna")[0].Use; use.Today != 0 {
		t.Errorf("use %+v of a broken file", use)
	}
}

func TestWhatAKeyMayNotBe(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		field  string
		owner  string
		change func(*key.Wish)
	}{
		"no name":         {"name", "anna", func(w *key.Wish) { w.Name = "" }},
		"a long name":     {"name", "anna", func(w *key.Wish) { w.Name = strings.Repeat("名", 34) }},
		"a line break":    {"name", "anna", func(w *key.Wish) { w.Name = "a\nb" }},
		"for ever":        {"expires", "anna", func(w *key.Wish) { w.Expires = time.Time{} }},
		"past":            {"expires", "anna", func(w *key.Wish) { w.Expires = b.clock.Now() }},
		"too long":        {"expires", "anna", func(w *key.Wish) { w.Expires = b.clock.Now().Add(account.MaxLife + time.Second) }},
		"no action":       {"grant.actions", "anna", func(w *key.Wish) { w.Grant.Actions = []access.Action{"fly"} }},
		"no kind":         {"grant.kinds", "anna", func(w *key.Wish) { w.Grant.Kinds = []assets.Kind{"tree"} }},
		"no sensitivity":  {"grant.sensitivity", "anna", func(w *key.Wish) { w.Grant.Sensitivity = 9 }},
		"an empty area":   {"grant.areas", "anna", func(w *key.Wish) { w.Grant.Areas = []string{""} }},
		"too many":        {"grant.classes", "anna", func(w *key.Wish) { w.Grant.Classes = make([]string, 101) }},
		"a quota of less": {"quota.day", "anna", func(w *key.Wish) { w.Quota.Day = -1 }},
		"a slow quota":    {"quota.second", "anna", func(w *key.Wish) { w.Quota.Second = 1e-9 }},
		"an owner":        {"owner", "nobody", func(*key.Wish) {}},
	} {
		t.Run(name, func(t *testing.T) {
			_, text, err := b.Add(t.Context(), c.owner, b.wish(c.change))
			if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.field+":") || text != "" {
				t.Errorf("%v, %q", err, text)
			}
		})
	}
	if n := len(b.List("")); n != 0 {
		t.Errorf("%d keys", n)
	}
}

func TestOnesOwnKeys(t *testing.T) {
	b := newBench(t)
	k, _ := b.add(t, "anna", b.wish())
	b.add(t, "bert", b.wish())
	if len(b.List("anna")) != 1 || len(b.List("")) != 2 {
		t.Errorf("anna has %v, all are %v", b.List("anna"), b.List(""))
	}
	if err := b.Revoke(t.Context(), "bert", k.ID); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("another's: %v", err)
	}
	if err := errors.Join(b.Revoke(t.Context(), "anna", k.ID), b.Revoke(t.Context(), "anna", k.ID)); err != nil {
		t.Errorf("twice: %v", err)
	}
	if is := b.List("anna")[0]; is.Revoked.IsZero() {
		t.Errorf("not revoked: %+v", is)
	}
	for range 50 {
		b.add(t, "anna", b.wish())
	}
	if _, _, err := b.Add(t.Context(), "anna", b.wish()); !errors.Is(err, assets.ErrConflict) {
		t.Errorf("one too many: %v", err)
	}
	b.clock.Pass(25 * time.Hour) // all are dead, and make room one by one
	b.add(t, "anna", b.wish())
	if n := len(b.List("anna")); n != 51 {
		t.Errorf("%d keys, want 51", n)
	}
}

// Neither the store nor the record holds what opens anything.
func TestTheSecretIsKeptNowhere(t *testing.T) {
	b := newBench(t)
	ctx := audit.With(t.Context(), audit.Origin{Who: "anna", Address: "192.0.2.1"})
	k, text, err := b.Add(ctx, "anna", b.wish())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Revoke(ctx, "anna", k.ID); err != nil {
		t.Fatal(err)
	}
	secret := text[strings.LastIndexByte(text, '_')+1:]
	all, _, err := b.store.Settings(t.Context(), key.Kind)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if strings.Contains(string(all[0].Doc), secret) {
		t.Error("the secret is in the store")
	}
	var actions []string
	for e, err := range b.store.Audit(t.Context(), 1) { // after the beginning of the record
		if err != nil {
			t.Fatal(err)
		}
		line, _ := json.Marshal(e)
		if strings.Contains(string(line), secret) {
			t.Error("the secret is in the record")
		}
		if e.Who != "anna" || e.What != "key "+k.ID {
			t.Errorf("entry %s", line)
		}
		actions = append(actions, string(e.Action))
	}
	if strings.Join(actions, ", ") != "key add, key revoke" {
		t.Errorf("record has %v", actions)
	}
}

// A setting that somebody broke opens nothing, and takes no other key along.
func TestABrokenSetting(t *testing.T) {
	b := newBench(t)
	_, text := b.add(t, "anna", b.wish())
	for name, doc := range map[string]string{"aaaaaaaaaaaaaaaa": `[]`, "bbbbbbbbbbbbbbbb": `{"id":"other"}`, "cccccccccccccccc": `{"id":"cccccccccccccccc","owner":"anna","expires":"2027-01-01T00:00:00Z","hash":"00"}`} {
		if _, err := b.store.PutSetting(t.Context(), key.Kind, name, 0, json.RawMessage(doc), audit.Entry{Who: "x", Action: "setting put", Outcome: audit.Done}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"} {
		if _, _, err := b.ask("Bearer suhe_key_" + id + "_" + strings.Repeat("a", 52)); err != access.ErrUnauthenticated {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, _, err := b.ask("Bearer " + text); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

var _ settings.Store = (*geopackage.Store)(nil)
