package account_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
)

func TestPasswordPolicy(t *testing.T) {
	n := newTown(t).node(false)
	for i, c := range []struct {
		name, password, want string // want is part of the error; "": it is good
	}{
		{"li", "Reed-warbler-9", ""},
		{"li", "reed warbler 9", ""}, // the space is of the fourth kind
		{"li", "REEDwarbler", "2 kinds"},
		{"li", "reedwarbler9", "2 kinds"},
		{"li", "Reed-9", "6 characters"},
		{"li", "Reed-war9", "9 characters"},
		{"li", "Reed-warb9", ""},
		{"li", "苏州河水鸟Abx90", ""},
		{"li", "苏州河水鸟苏州河水鸟", "1 kinds"},
		{"li", strings.Repeat("Aa1-", 65), "at most 256 bytes"},
		{"li", "Reed\xff-warbler-9", "UTF-8"},
		{"warbler", "Reed-Warbler-9", "name of the account"},
		{"warbler", "Reed-W@rb1er-9", ""}, // 1 stands for i
		{"wilbur", "Reed-W!1bur-99", ""},
		{"wiibur", "Reed-W!1bur-99", "name of the account"},
		{"li", "Li-of-the-creek-9", ""}, // of two letters every third password would be refused
		{"li", "Password123", "commonest"},
		{"li", "P@ssw0rd123!", "commonest"},
		{"li", "Qwerty12345", "commonest"},
		{"li", "Admin@123456", "commonest"},
		{"li", "1qaz@WSX3edc", "commonest"},
		{"li", "Aa123456789.", "commonest"},
		{"li", "123456789.Ab", "commonest"},
		{"li", "Shanghai@2026", "commonest"},
		{"li", "Abcd1234!!", "commonest"},
		{"li", "Qwer!234asdf", "commonest"},
		{"li", "Suzhou-Creek-2026", "commonest"},
		{"li", "Suhe-welcome-to-the-reeds-9", ""},
	} {
		name := fmt.Sprintf("%s%d", c.name, i)
		if c.want == "name of the account" || strings.HasPrefix(c.name, "w") {
			name = c.name
		}
		_, _, err := n.Add(t.Context(), name, account.Spec{Roles: []access.Role{access.Patrol}}, c.password)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%q: %v", c.password, err)
		case c.want != "" && (!errors.Is(err, assets.ErrInvalid) || !strings.Contains(fmt.Sprint(err), c.want)):
			t.Errorf("%q: %v, want %q", c.password, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), c.password) {
			t.Errorf("%v quotes the password", err)
		}
	}
}

func TestMadePasswordsKeepTheRules(t *testing.T) {
	n := newTown(t).node(false)
	seen := map[string]bool{}
	for i := range 20 {
		p := account.NewPassword()
		if _, _, err := n.Add(t.Context(), fmt.Sprintf("a%d", i), account.Spec{Roles: []access.Role{access.Patrol}}, p); err != nil || seen[p] {
			t.Errorf("%q: %v", p, err)
		}
		seen[p] = true
	}
}

// The first account has a password for one login, then one of its own, then a
// second factor: before that it is let in nowhere.
func TestFirstLogin(t *testing.T) {
	w := newTown(t)
	n := w.node(false)
	name, once, err := n.First(t.Context())
	if err != nil || name != "security" {
		t.Fatal(name, err)
	}
	if again, _, err := n.First(t.Context()); again != "" || err != nil {
		t.Errorf("again: %q, %v", again, err)
	}
	if _, err := n.try(name, once, ""); code(err) != "password_change_required" || !errors.Is(err, access.ErrDenied) {
		t.Fatalf("with the password for one login: %v", err)
	}
	at := account.Attempt{Name: name, Password: once, Address: home}
	if _, err := n.EnrolOTP(t.Context(), at); code(err) != "password_change_required" {
		t.Errorf("a second factor before the password: %v", err)
	}
	if _, err := n.ChangePassword(t.Context(), at, "short"); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("a bad password: %v", err)
	}
	if _, err := n.ChangePassword(t.Context(), at, password); code(err) != "otp_enrolment_required" {
		t.Fatalf("changed: %v", err)
	}
	if _, err := n.try(name, once, ""); !errors.Is(err, access.ErrUnauthenticated) {
		t.Errorf("the password for one login, again: %v", err)
	}
	at.Password = password
	e, err := n.EnrolOTP(t.Context(), at)
	if err != nil || !strings.Contains(e.URI, e.Secret) {
		t.Fatal(e, err)
	}
	if _, err := n.try(name, password, codeOf(t, e.Secret, w.clock.Now())); code(err) != "otp_enrolment_required" {
		t.Errorf("before it is confirmed: %v", err)
	}
	at.OTP = "000000"
	if _, err := n.ConfirmOTP(t.Context(), at); !errors.Is(err, access.ErrUnauthenticated) {
		t.Errorf("confirmed by a wrong code: %v", err)
	}
	at.OTP = codeOf(t, e.Secret, w.clock.Now())
	in, err := n.ConfirmOTP(t.Context(), at)
	if err != nil || !in.Who.Scope.May(access.Admit) || !n.known(in.Token) {
		t.Errorf("confirmed: %+v, %v", in.Who, err)
	}
}

func TestAPasswordIsNoneOfTheLastFive(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	used := []string{password}
	for i := range 6 {
		for _, old := range []string{used[max(0, len(used)-5)], used[len(used)-1]} {
			if _, err := n.ChangePassword(t.Context(), account.Attempt{Name: "li", Password: used[len(used)-1], Address: home}, old); !errors.Is(err, assets.ErrInvalid) {
				t.Errorf("change %d, to %q: %v", i, old, err)
			}
		}
		next := fmt.Sprintf("Heron-in-May-%d", i)
		if _, err := n.ChangePassword(t.Context(), account.Attempt{Name: "li", Password: used[len(used)-1], Address: home}, next); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
		used = append(used, next)
	}
	if _, err := n.ChangePassword(t.Context(), account.Attempt{Name: "li", Password: used[6], Address: home}, used[0]); err != nil {
		t.Errorf("one of before the last five: %v", err)
	}
}

func TestAPasswordExpires(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	n.town.clock.Pass(90 * 24 * time.Hour)
	n.in("li")
	n.town.clock.Pass(time.Second)
	if _, err := n.try("li", password, ""); code(err) != "password_change_required" {
		t.Fatalf("after 90 days: %v", err)
	}
	in, err := n.ChangePassword(t.Context(), account.Attempt{Name: "li", Password: password, Address: home}, "Kingfisher+77")
	if err != nil || !n.known(in.Token) {
		t.Errorf("changed: %v", err)
	}
}

func FuzzPHC(f *testing.F) {
	f.Add(account.OldHash("x"))
	for _, text := range []string{"", "$", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$", "$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAA", "$argon2id$v=19$m=4294967295,t=2,p=1$AAAAAAAAAAA$AAAA",
		"$argon2id$v=16$m=8,t=1,p=1$AAAAAAAAAAA$AAAA", "$argon2id$v=19$m=-8,t=1,p=1$AAAAAAAAAAA$AAAA", "$argon2id$v=19$m=8,t=1,p=1,$AAAAAAAAAAA$AAAA"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		again, err := account.ParsePHC(text)
		if err == nil && again != text {
			t.Errorf("%q is read as %q", text, again)
		}
	})
}
