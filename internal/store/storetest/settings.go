package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/settings"
)

// changing is the entry of a change of settings.
func changing(what string) audit.Entry {
	return audit.Origin{Who: "security", Address: "192.0.2.7"}.Entry("setting change", what, audit.Done)
}

// setting puts one that must be taken.
func setting(t testing.TB, s settings.Store, k settings.Kind, name string, was int64, doc string) settings.Setting {
	t.Helper()
	var raw json.RawMessage
	if doc != "" {
		raw = json.RawMessage(doc)
	}
	is, err := s.PutSetting(t.Context(), k, name, was, raw, changing(name))
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func settingsOneByOne(t *testing.T, h House) {
	s := h.Open(t)
	if n, err := s.SettingChanges(t.Context()); n != 0 || err != nil {
		t.Errorf("at first %d changes, %v", n, err)
	}
	doc := `{"名":"李", "n": 1.50}`
	first := setting(t, s, "account", "li", 0, doc)
	if first.Rev != 1 || string(first.Doc) != doc || first.By != "security" || first.At.IsZero() || first.At.Nanosecond()%1e6 != 0 {
		t.Errorf("created: %+v", first)
	}
	setting(t, s, "account", "Zhang", 0, `{}`)
	setting(t, s, "key", "li", 0, `[]`)
	second := setting(t, s, "account", "li", 1, `{"n":2}`)
	all, changes, err := h.Open(t).Settings(t.Context(), "account")
	if err != nil || len(all) != 2 || all[0].Name != "Zhang" || !same(all[1], second) || changes != 4 || second.Rev != 2 {
		t.Errorf("by another: %+v, %d changes, %v", all, changes, err)
	}
	gone := setting(t, s, "account", "li", 2, "")
	if !same(gone, second) {
		t.Errorf("removed %+v, want %+v", gone, second)
	}
	if again := setting(t, s, "account", "li", 0, `{}`); again.Rev != 1 {
		t.Errorf("made anew: %+v", again)
	}
	if n, err := s.SettingChanges(t.Context()); n != 6 || err != nil {
		t.Errorf("%d changes, want 6; %v", n, err)
	}
	if all, _, err := s.Settings(t.Context(), "nothing"); len(all) != 0 || err != nil {
		t.Errorf("of no kind: %v %v", all, err)
	}
}

func same(a, b settings.Setting) bool {
	return a.Kind == b.Kind && a.Name == b.Name && a.Rev == b.Rev && string(a.Doc) == string(b.Doc) && a.At.Equal(b.At) && a.By == b.By
}

// What is refused changes nothing, counts as no change, and leaves no entry.
func settingsRefused(t *testing.T, h House) {
	s := h.Open(t)
	setting(t, s, "account", "li", 0, `{"n":1}`)
	setting(t, s, "account", "li", 1, `{"n":2}`)
	for _, c := range []struct {
		name       string
		kind, what string
		was        int64
		doc        string
		want       error
	}{
		{"exists", "account", "li", 0, `{}`, assets.ErrConflict},
		{"old revision", "account", "li", 1, `{}`, assets.ErrConflict},
		{"later revision", "account", "li", 3, `{}`, assets.ErrConflict},
		{"of nothing", "account", "wang", 1, `{}`, assets.ErrConflict},
		{"removal of an old revision", "account", "li", 1, "", assets.ErrConflict},
		{"removal of none", "account", "li", 0, "", assets.ErrConflict},
		{"removal of nothing", "account", "wang", 1, "", assets.ErrNotFound},
		{"removal of nothing at all", "account", "wang", 0, "", assets.ErrNotFound},
		{"no JSON", "account", "wang", 0, "{", assets.ErrInvalid},
		{"no UTF-8", "account", "wang", 0, "\"\xff\"", assets.ErrInvalid},
		{"large", "account", "wang", 0, `"` + strings.Repeat("x", 1<<20) + `"`, assets.ErrInvalid},
		{"no kind", "", "wang", 0, `{}`, assets.ErrInvalid},
		{"no name", "account", "", 0, `{}`, assets.ErrInvalid},
		{"name with NUL", "account", "a\x00b", 0, `{}`, assets.ErrInvalid},
		{"long name", "account", strings.Repeat("x", 300), 0, `{}`, assets.ErrInvalid},
		{"revision below zero", "account", "wang", -1, `{}`, assets.ErrInvalid},
	} {
		var doc json.RawMessage
		if c.doc != "" {
			doc = json.RawMessage(c.doc)
		}
		if _, err := s.PutSetting(t.Context(), settings.Kind(c.kind), c.what, c.was, doc, changing(c.name)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	all, changes, err := s.Settings(t.Context(), "account")
	if err != nil || len(all) != 1 || all[0].Rev != 2 || changes != 2 {
		t.Errorf("%+v, %d changes, %v", all, changes, err)
	}
	if entries := recorded(t, s); len(entries) != 2 {
		t.Errorf("recorded %+v", entries)
	}
}

// Of many who change one revision of a setting one succeeds; every change is counted.
func settingsTogether(t *testing.T, h House) {
	stores := []Store{h.Open(t), h.Open(t)}
	setting(t, stores[0], "account", "li", 0, `0`)
	const rounds, rivals = 10, 4
	for round := range int64(rounds) {
		var won atomic.Int32
		var group errgroup.Group
		for i := range rivals {
			group.Go(func() error {
				_, err := stores[i%len(stores)].PutSetting(t.Context(), "account", "li", round+1, json.RawMessage(fmt.Sprint(i)), changing("li"))
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, assets.ErrConflict) {
					return err
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil || won.Load() != 1 {
			t.Fatalf("round %d: %d won, %v", round, won.Load(), err)
		}
	}
	all, changes, err := stores[1].Settings(t.Context(), "account")
	if err != nil || changes != rounds+1 || all[0].Rev != rounds+1 {
		t.Errorf("%+v, %d changes, %v", all, changes, err)
	}
	if entries := recorded(t, stores[0]); len(entries) != rounds+1 {
		t.Errorf("%d entries of %d changes", len(entries), rounds+1)
	}
}
