package link_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/account/link"
	"suhe/internal/audit"
	"suhe/internal/store/geopackage"
	"suhe/internal/testclock"
)

// people are accounts by name.
type people map[string]*account.Owner

func (p people) Owner(name string) (*account.Owner, bool) {
	owner, ok := p[name]
	return owner, ok
}

// bench is a node's book over a real store, by a clock of its own.
type bench struct {
	*link.Book
	people people
	store  *geopackage.Store
	key    []byte
	clock  *testclock.Clock
}

func newBench(t *testing.T) *bench {
	t.Helper()
	store, err := geopackage.Open(t.Context(), filepath.Join(t.TempDir(), "suhe.gpkg"), geopackage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	b := &bench{store: store, key: []byte(strings.Repeat("k", 32)), clock: testclock.New(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)),
		people: people{"wall": account.NewOwner(access.GrantOf([]access.Role{access.Operator}, []string{"310107"}), nil)}}
	b.again(t)
	return b
}

// again is another node with the same store.
func (b *bench) again(t *testing.T) {
	t.Helper()
	b.Book = link.New(link.Options{Store: b.store, Record: b.store, Owners: b.people, Key: b.key, Now: b.clock.Now})
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) wish() link.Wish {
	w := link.NewWish()
	w.Name, w.Account, w.Address, w.Page, w.Expires = "hall, left", "wall", "10.1.2.0/24", "/?view=quay", b.clock.Now().Add(30*24*time.Hour)
	return w
}

func (b *bench) add(t *testing.T) (link.Link, string) {
	t.Helper()
	l, text, err := b.Add(t.Context(), b.wish())
	if err != nil {
		t.Fatal(err)
	}
	return l, text
}

func from(address string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/v1/open", nil)
	r.RemoteAddr = address + ":4711"
	return r
}

// see asks with the screen's cookie.
func (b *bench) see(address, cookie string) (access.Principal, bool, error) {
	r := from(address)
	r.AddCookie(&http.Cookie{Name: link.Cookie, Value: cookie})
	return b.Who(r)
}

func TestALinkShowsAndNothingElse(t *testing.T) {
	b := newBench(t)
	l, text := b.add(t)
	opened, cookie, err := b.Open(from("10.1.2.7"), text)
	if err != nil || opened.Page != "/?view=quay" || opened.ID != l.ID {
		t.Fatalf("%+v, %v", opened, err)
	}
	if cookie == text || strings.Contains(text, cookie) {
		t.Error("the cookie opens the link")
	}
	who, presented, err := b.see("10.1.2.8", cookie)
	if err != nil || !presented || who.ID != "link:"+l.ID || who.Name != "hall, left" {
		t.Fatalf("%+v, %v, %v", who, presented, err)
	}
	for _, action := range []access.Action{access.Export, access.Edit, access.Observe, access.Command, access.Dispatch, access.Admit} {
		if who.Scope.May(action) {
			t.Errorf("may %s", action)
		}
	}
	here := assets.Location{Area: "310107005"}
	if !who.Scope.Sees(&assets.Asset{Kind: assets.Camera, Sensitivity: assets.Internal, Location: here}) {
		t.Error("does not see what is for inner use")
	}
	if who.Scope.Sees(&assets.Asset{Kind: assets.Mover, Sensitivity: assets.Personal, Location: here}) {
		t.Error("sees patrols, which nobody asked for")
	}
	if again, mine, err := b.Still(who); err != nil || !mine || again.Scope != who.Scope {
		t.Errorf("asked again: %+v, %v, %v", again, mine, err)
	}
	if _, _, err := b.Open(from("10.1.2.7"), text); err != nil {
		t.Errorf("the screen begins again: %v", err)
	}
}

func TestWhatOpensNothing(t *testing.T) {
	b := newBench(t)
	_, text := b.add(t)
	_, other := b.add(t)
	_, cookie, err := b.Open(from("10.1.2.7"), text)
	if err != nil {
		t.Fatal(err)
	}
	id, mac, _ := strings.Cut(text, ".")
	for name, c := range map[string]struct{ address, text, why string }{
		"nothing":          {"10.1.2.7", "", "no link"},
		"the cookie":       {"10.1.2.7", cookie, "no link of ours"},
		"another's mac":    {"10.1.2.7", id + "." + other[len(id)+1:], "no link of ours"},
		"no mac":           {"10.1.2.7", id + "." + strings.Repeat("A", len(mac)), "no link of ours"},
		"unknown":          {"10.1.2.7", strings.Repeat("A", len(id)) + "." + mac, "no link of ours"},
		"cut":              {"10.1.2.7", text[:len(text)-1], "no link"},
		"a megabyte":       {"10.1.2.7", strings.Repeat("A", 1<<20), "no link"},
		"another address":  {"10.1.3.7", text, "opened at another address"},
		"an IPv6 address":  {"[::1]", text, "opened at another address"},
		"no address":       {"", text, "opened at another address"},
		"an address of v6": {"[::ffff:10.1.3.7]", text, "opened at another address"},
	} {
		t.Run(name, func(t *testing.T) {
			l, cookie, err := b.Open(from(c.address), c.text)
			if err != access.ErrUnauthenticated || cookie != "" || l.ID != "" {
				t.Errorf("opened %+v, %q, %v", l, cookie, err)
			}
			if last := b.last(t); last.Outcome != audit.Refused || !strings.Contains(string(last.Detail), c.why) {
				t.Errorf("record has %+v %s", last, last.Detail)
			}
		})
	}
	if _, _, err := b.Open(from("[::ffff:10.1.2.7]"), text); err != nil {
		t.Errorf("its address, written as IPv6: %v", err)
	}
	for name, c := range map[string]struct{ address, cookie string }{
		"the link itself": {"10.1.2.7", text}, "another address": {"10.1.3.7", cookie}, "nothing": {"10.1.2.7", "x"},
	} {
		if who, presented, err := b.see(c.address, c.cookie); !presented || err != access.ErrUnauthenticated || who.ID != "" {
			t.Errorf("%s as a cookie: %+v, %v, %v", name, who, presented, err)
		}
	}
	if _, presented, err := b.Who(from("10.1.2.7")); presented || err != nil {
		t.Errorf("without a cookie: %v, %v", presented, err)
	}
}

// last is the last entry of the record.
func (b *bench) last(t *testing.T) (last audit.Entry) {
	t.Helper()
	for e, err := range b.store.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = e
	}
	return last
}

func TestEveryOpeningIsInTheRecord(t *testing.T) {
	b := newBench(t)
	l, text := b.add(t)
	if _, _, err := b.Open(from("10.1.2.7"), text); err != nil {
		t.Fatal(err)
	}
	e := b.last(t)
	if e.Action != "link open" || e.Who != "link:"+l.ID || e.What != "link "+l.ID || e.Address != "10.1.2.7" || e.Outcome != audit.Done || !strings.Contains(string(e.Detail), `"account":"wall"`) {
		t.Errorf("entry %+v %s", e, e.Detail)
	}
	for e, err := range b.store.Audit(t.Context(), 0) {
		if line, _ := json.Marshal(e); err != nil || strings.Contains(string(line), text[27:]) {
			t.Errorf("the link is in the record: %s, %v", line, err)
		}
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, cookie, err := b.Open(from("10.1.2.7"), text); err == nil || errors.Is(err, access.ErrUnauthenticated) || cookie != "" {
		t.Errorf("without a record: %q, %v", cookie, err)
	}
}

func TestTheEndOfALink(t *testing.T) {
	for name, c := range map[string]struct {
		why string
		end func(t *testing.T, b *bench, id string)
	}{
		"revoked": {"revoked", func(t *testing.T, b *bench, id string) {
			if err := b.Revoke(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}},
		"revoked on another node": {"revoked", func(t *testing.T, b *bench, id string) {
			is := b.Book
			b.again(t)
			if err := errors.Join(b.Revoke(t.Context(), id), is.Refresh(t.Context())); err != nil {
				t.Fatal(err)
			}
			b.Book = is
		}},
		"past its time":        {"expired", func(_ *testing.T, b *bench, _ string) { b.clock.Pass(30 * 24 * time.Hour) }},
		"its account is gone":  {"may not come in", func(_ *testing.T, b *bench, _ string) { delete(b.people, "wall") }},
		"forged in the store":  {"no link of ours", func(t *testing.T, b *bench, id string) { b.forge(t, id, `"account":"wall"`, `"account":"root"`) }},
		"moved in the store":   {"no link of ours", func(t *testing.T, b *bench, id string) { b.forge(t, id, `10.1.2.0/24`, `10.0.0.0/8`) }},
		"widened in the store": {"no link of ours", func(t *testing.T, b *bench, id string) { b.forge(t, id, `"sensitivity":1`, `"sensitivity":3`) }},
		"another key":          {"no link of ours", func(t *testing.T, b *bench, _ string) { b.key = []byte(strings.Repeat("x", 32)); b.again(t) }},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			l, text := b.add(t)
			_, cookie, err := b.Open(from("10.1.2.7"), text)
			if err != nil {
				t.Fatal(err)
			}
			c.end(t, b, l.ID)
			if who, presented, err := b.see("10.1.2.7", cookie); !presented || err != access.ErrUnauthenticated || who.Scope.May(access.View) {
				t.Errorf("the screen: %+v, %v, %v", who, presented, err)
			}
			if _, _, err := b.Open(from("10.1.2.7"), text); err != access.ErrUnauthenticated {
				t.Errorf("opened again: %v", err)
			}
			if last := b.last(t); !strings.Contains(string(last.Detail), c.why) {
				t.Errorf("record has %s, want %s", last.Detail, c.why)
			}
		})
	}
}

// forge changes a link in the store, as nobody does who has the key.
func (b *bench) forge(t *testing.T, id, old, is string) {
	t.Helper()
	all, _, err := b.store.Settings(t.Context(), link.Kind)
	if err != nil || len(all) != 1 || !strings.Contains(string(all[0].Doc), old) {
		t.Fatal(all, err)
	}
	doc := json.RawMessage(strings.Replace(string(all[0].Doc), old, is, 1))
	if _, err := b.store.PutSetting(t.Context(), link.Kind, id, all[0].Rev, doc, audit.Entry{Who: "x", Action: "setting put", Outcome: audit.Done}); err != nil {
		t.Fatal(err)
	}
	b.people["root"] = account.NewOwner(access.GrantOf([]access.Role{access.Operator}, []string{access.Everywhere}), nil)
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWhatALinkMayNotBe(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		field  string
		change func(*link.Wish)
	}{
		"no name":           {"name", func(w *link.Wish) { w.Name = "" }},
		"a line break":      {"name", func(w *link.Wish) { w.Name = "a\nb" }},
		"for ever":          {"expires", func(w *link.Wish) { w.Expires = time.Time{} }},
		"too long":          {"expires", func(w *link.Wish) { w.Expires = b.clock.Now().Add(account.MaxLife + time.Second) }},
		"nobody":            {"account", func(w *link.Wish) { w.Account = "nobody" }},
		"no address":        {"address", func(w *link.Wish) { w.Address = "" }},
		"a name as one":     {"address", func(w *link.Wish) { w.Address = "screen.example" }},
		"bits behind":       {"address", func(w *link.Wish) { w.Address = "10.1.2.3/24" }},
		"everybody":         {"address", func(w *link.Wish) { w.Address = "0.0.0.0/0" }},
		"a zone":            {"address", func(w *link.Wish) { w.Address = "fe80::1%eth0" }},
		"another host":      {"page", func(w *link.Wish) { w.Page = "https://evil.example/" }},
		"another host, //":  {"page", func(w *link.Wish) { w.Page = "//evil.example/" }},
		"another host, /\\": {"page", func(w *link.Wish) { w.Page = `/\evil.example/` }},
		"a line break in":   {"page", func(w *link.Wish) { w.Page = "/a\r\nSet-Cookie: a=b" }},
		"relative":          {"page", func(w *link.Wish) { w.Page = "screen" }},
		"a long page":       {"page", func(w *link.Wish) { w.Page = "/" + strings.Repeat("a", 200) }},
		"no kind":           {"grant.kinds", func(w *link.Wish) { w.Grant.Kinds = []assets.Kind{"tree"} }},
	} {
		t.Run(name, func(t *testing.T) {
			w := b.wish()
			c.change(&w)
			if _, text, err := b.Add(t.Context(), w); !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.field+":") || text != "" {
				t.Errorf("%v, %q", err, text)
			}
		})
	}
	w := b.wish()
	w.Address, w.Page = "2001:db8::7", "/#/wall"
	if _, _, err := b.Add(t.Context(), w); err != nil {
		t.Errorf("an IPv6 address: %v", err)
	}
}

func TestLinksAreForgottenWhenTheyAreOver(t *testing.T) {
	b := newBench(t)
	l, _ := b.add(t)
	if err := b.Revoke(t.Context(), l.ID); err != nil || len(b.List()) != 1 || b.List()[0].Revoked.IsZero() {
		t.Fatalf("revoked: %v, %v", b.List(), err)
	}
	if err := b.Revoke(t.Context(), l.ID); err != nil || len(b.List()) != 0 {
		t.Errorf("forgotten: %v, %v", b.List(), err)
	}
	if err := b.Revoke(t.Context(), l.ID); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("a third time: %v", err)
	}
}
