package account_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/audit"
)

func TestLogin(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	in := n.in("li")
	who, err := n.Token(t.Context(), in.Token)
	if err != nil || who.ID != "li" || who.Session == "" || !who.Scope.May(access.Edit) || who.Scope.May(access.Admit) || who.Demo {
		t.Errorf("%+v, %v", who, err)
	}
	refusal := mustFail(t, n).Error()
	for _, c := range []struct{ name, password string }{{"li", ""}, {"li", password + "x"}, {"li", strings.ToLower(password)}, {"", password}, {"nobody", password},
		{"Li", password}, {"li", strings.Repeat("x", 1<<20)}, {strings.Repeat("x", 1<<20), password}, {"li\x00", password}} {
		if _, err := n.try(c.name, c.password, ""); !errors.Is(err, access.ErrUnauthenticated) || err.Error() != refusal {
			t.Errorf("%.20q, %.20q: %v", c.name, c.password, err)
		}
		n.town.clock.Pass(time.Hour) // or the account would be locked
	}
}

// mustFail is what a wrong password for a name that nobody has answers.
func mustFail(t *testing.T, n *node) error {
	t.Helper()
	_, err := n.Login(t.Context(), account.Attempt{Name: "nobody", Password: "wrong", Address: netip.MustParseAddr("198.51.100.1")})
	if err == nil {
		t.Fatal("nobody is let in")
	}
	return err
}

// What is kept of a failure is who was claimed, never what was tried.
func TestFailuresAreRecorded(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	for _, a := range []account.Attempt{{Name: "li", Password: password}, {Name: "li", Password: "a-guess-Of-mine-1"}, {Name: "nobody", Password: "a-guess-Of-mine-1"}} {
		a.Address = home
		n.Login(t.Context(), a)
	}
	var seen []string
	for e, err := range n.town.store.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Action == "record begin" {
			continue
		}
		text, _ := json.Marshal(e)
		for _, secret := range []string{"a-guess", password, "argon2id"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s holds %q", text, secret)
			}
		}
		seen = append(seen, fmt.Sprint(e.Who, " ", e.Action, " ", e.Outcome, " ", e.Address))
	}
	want := []string{"suhe account add done ", "li login done 192.0.2.7", "li login refused 192.0.2.7", "nobody login refused 192.0.2.7"}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", seen, want)
	}
}

// Five failures lock: the sixth attempt fails though it is right. Each step is the
// time that passes, who tries from where, and whether that is let in.
func TestLocks(t *testing.T) {
	type step struct {
		pass     time.Duration
		name     string
		from     string
		password string
		in       bool
		locked   bool
	}
	times := func(n int, s step) []step {
		var out []step
		for range n {
			out = append(out, s)
		}
		return out
	}
	join := func(parts ...[]step) (out []step) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	const a, b = "192.0.2.1", "192.0.2.2"
	fail := func(name, from string) step { return step{name: name, from: from, password: "wrong"} }
	good := func(name, from string) step { return step{name: name, from: from, password: password, in: true} }
	shut := func(name, from string) step { return step{name: name, from: from, password: password, locked: true} }
	after := func(d time.Duration, s step) step { s.pass = d; return s }
	last := func(s step) step { s.locked = true; return s }
	refusal := mustFail(t, newTown(t).node(false)).Error()
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"four failures lock nobody", append(times(4, fail("li", a)), good("li", a))},
		{"five lock the account", join(times(4, fail("li", a)), []step{last(fail("li", a)), shut("li", b)})},
		{"and the address", join(times(4, fail("li", a)), []step{last(fail("li", a)), shut("wang", a), good("wang", b)})},
		{"failures on many accounts lock the address", join([]step{fail("li", a), fail("wang", a), fail("x1", a), fail("x2", a), last(fail("x3", a)), shut("wang", a), good("wang", b)})},
		{"failures from many addresses lock the account", join([]step{fail("li", "192.0.2.11"), fail("li", "192.0.2.12"), fail("li", "192.0.2.13"), fail("li", "192.0.2.14"),
			last(fail("li", "192.0.2.15")), shut("li", b), good("wang", b)})},
		{"for a quarter of an hour", join(times(4, fail("li", a)), []step{last(fail("li", a)), after(15*time.Minute-time.Second, shut("li", b)), after(time.Second, good("li", b))})},
		{"attempts meanwhile do not make it longer", join(times(4, fail("li", a)), []step{last(fail("li", a)), after(10*time.Minute, shut("li", a)), after(5*time.Minute, good("li", a))})},
		{"failures that lie back do not count", join(times(4, fail("li", a)), []step{after(15*time.Minute, fail("li", a)), good("li", a)})},
		{"a login makes an end of them", join(times(4, fail("li", a)), []step{good("li", b), fail("li", b), good("li", b)})},
		{"a name that nobody has locks alike", join(times(4, fail("x", a)), []step{last(fail("x", a)), {name: "x", from: b, password: "wrong", locked: true}})},
		{"the addresses of one IPv6 network are one", join([]step{fail("x1", "2001:db8::1"), fail("x2", "2001:db8::2"), fail("x3", "2001:db8::3"), fail("x4", "2001:db8::4"),
			last(fail("x5", "2001:db8::5")), shut("li", "2001:db8::6"), good("li", "2001:db8:0:1::6")})},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newTown(t).node(false)
			n.add("li", access.Operator)
			n.add("wang", access.Operator)
			for i, s := range c.steps {
				n.town.clock.Pass(s.pass)
				_, err := n.Login(t.Context(), account.Attempt{Name: s.name, Password: s.password, Address: netip.MustParseAddr(s.from)})
				if (err == nil) != s.in || err != nil && !errors.Is(err, access.ErrUnauthenticated) {
					t.Fatalf("step %d, %+v: %v", i, s, err)
				}
				if (wait(err) > 0) != s.locked {
					t.Fatalf("step %d, %+v: told to wait %v", i, s, wait(err))
				}
				if err != nil && err.Error() != refusal {
					t.Fatalf("step %d: %v tells more than others", i, err)
				}
			}
		})
	}
}

// A lock holds on every node and over a restart, until an administrator unlocks.
func TestALockHoldsEverywhere(t *testing.T) {
	w := newTown(t)
	n := w.node(false)
	n.add("li", access.Operator)
	for range 5 {
		n.try("li", "wrong", "")
	}
	other := w.node(false)
	elsewhere := account.Attempt{Name: "li", Password: password, Address: netip.MustParseAddr("203.0.113.9")}
	if _, err := other.Login(t.Context(), elsewhere); wait(err) == 0 {
		t.Fatalf("at another node: %v", err)
	}
	w.clock.Pass(time.Second)
	if err := n.Unlock(t.Context(), "li"); err != nil {
		t.Fatal(err)
	}
	other.Refresh(t.Context())
	if _, err := other.Login(t.Context(), elsewhere); err != nil {
		t.Errorf("unlocked: %v", err)
	}
}

// However many guess at once, five guesses are made.
func TestGuessesAtOnce(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	answers := make(chan error)
	for i := range 40 {
		guess := "wrong"
		if i >= 20 {
			guess = password
		}
		if i == 20 {
			for range 20 {
				<-answers
			}
		}
		go func() {
			_, err := n.Login(t.Context(), account.Attempt{Name: "li", Password: guess, Address: netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})})
			answers <- err
		}()
	}
	for range 20 {
		if err := <-answers; wait(err) == 0 {
			t.Errorf("let in, or no lock: %v", err)
		}
	}
	refused := 0
	for e, err := range n.town.store.Audit(t.Context(), 0) {
		if err == nil && e.Action == "login" && e.Outcome == audit.Refused {
			refused++
		}
	}
	if refused < 5 || refused > 5+runtime.GOMAXPROCS(0) {
		t.Errorf("%d guesses were tried, want 5, and few that were under way", refused)
	}
}

// A hash that was made cheaper is made anew at the next login.
func TestHashesAreBroughtUpToDate(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	hash := func() string {
		a, err := n.Account("li")
		if err != nil {
			t.Fatal(err)
		}
		return a.Password
	}
	if !strings.HasPrefix(hash(), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %q", hash())
	}
	all, _, err := n.town.store.Settings(t.Context(), account.Kind)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	var doc map[string]any
	json.Unmarshal(all[0].Doc, &doc)
	doc["password"] = account.OldHash(password)
	text, _ := json.Marshal(doc)
	if _, err := n.town.store.PutSetting(t.Context(), account.Kind, "li", all[0].Rev, text, audit.Entry{}); err != nil {
		t.Fatal(err)
	}
	n.Refresh(t.Context())
	if !strings.Contains(hash(), "m=8192,t=1") {
		t.Fatalf("hash %q", hash())
	}
	n.try("li", "wrong", "")
	if !strings.Contains(hash(), "m=8192,t=1") {
		t.Error("a wrong password made the hash anew")
	}
	n.in("li")
	if !strings.Contains(hash(), "m=19456,t=2") {
		t.Errorf("hash %q after a login", hash())
	}
	n.in("li")
}

// A password that was changed on another node a moment ago is known here.
func TestAPasswordOfAMomentAgo(t *testing.T) {
	w := newTown(t)
	here, there := w.node(false), w.node(false)
	here.add("li", access.Operator)
	there.in("li") // it was not there when this node last looked
	if _, err := here.ResetPassword(t.Context(), "li", "Kingfisher+77"); err != nil {
		t.Fatal(err)
	}
	if _, err := there.try("li", "Kingfisher+77", ""); err != nil {
		t.Errorf("the new one: %v", err)
	}
	if _, err := there.try("li", password, ""); err == nil {
		t.Error("the old one lets in")
	}
}

func TestDemo(t *testing.T) {
	w := newTown(t)
	n := w.node(true)
	if err := n.Demo(t.Context(), "riverside"); err != nil {
		t.Fatal(err)
	}
	var tokens []string
	for _, spec := range access.Roles() {
		in, err := n.try(string(spec.Role), "riverside", "")
		if err != nil || !in.Who.Demo || !in.Who.Scope.May(spec.Actions[0]) {
			t.Errorf("%s: %+v, %v", spec.Role, in.Who, err)
		}
		tokens = append(tokens, in.Token)
	}
	if err := n.Demo(t.Context(), "riverside"); err != nil || !n.known(tokens[0]) {
		t.Errorf("the same password again logs out: %v", err)
	}
	if _, err := n.ChangePassword(t.Context(), account.Attempt{Name: "operator", Password: "riverside", Address: home}, "Kingfisher+77"); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("a visitor changes the demo's password: %v", err)
	}
	if name, _, err := n.First(t.Context()); name != "security" || err != nil {
		t.Errorf("First beside a demo: %q, %v", name, err)
	}
	plain := w.node(false)
	if _, err := plain.try("operator", "riverside", ""); err == nil {
		t.Error("an account of the demo is good where there is none")
	}
	if plain.known(tokens[0]) {
		t.Error("a session of the demo is good where there is none")
	}
	if err := n.Demo(t.Context(), "riverside 2"); err != nil || n.known(tokens[0]) {
		t.Errorf("another password leaves sessions: %v", err)
	}
	if _, err := n.try("security", "riverside 2", ""); err == nil {
		t.Error("the demo took a real account over")
	}
}
