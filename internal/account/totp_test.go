package account_test

import (
	"encoding/base32"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/seal"
)

// The vectors of RFC 6238, appendix B, for SHA-1: of their eight digits the last six.
func TestOTPVectors(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := account.OTPAt([]byte("12345678901234567890"), at/30); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func codeOf(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil || len(key) != 20 {
		t.Fatalf("secret of %d bytes: %v", len(key), err)
	}
	return account.OTPAt(key, at.Unix()/30)
}

// withOTP is an account with a second factor, confirmed two minutes ago.
func withOTP(t *testing.T, n *node, name string) (secret string) {
	t.Helper()
	n.add(name, access.Operator)
	at := account.Attempt{Name: name, Password: password, Address: home}
	e, err := n.EnrolOTP(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	at.OTP = codeOf(t, e.Secret, n.town.clock.Now())
	if _, err := n.ConfirmOTP(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	n.town.clock.Pass(2 * time.Minute)
	return e.Secret
}

func TestSecondFactor(t *testing.T) {
	w := newTown(t)
	n := w.node(false)
	secret := withOTP(t, n, "li")
	other := w.node(false)
	now := w.clock.Now
	if _, err := n.try("li", password, ""); code(err) != "otp_required" || !errors.Is(err, access.ErrUnauthenticated) {
		t.Errorf("without a code: %v", err)
	}
	if _, err := n.try("li", "wrong", ""); code(err) != "" {
		t.Errorf("a wrong password tells that there is a second factor: %v", err)
	}
	for off, in := range map[time.Duration]bool{-60 * time.Second: false, 60 * time.Second: false, -30 * time.Second: true} {
		if _, err := n.try("li", password, codeOf(t, secret, now().Add(off))); (err == nil) != in {
			t.Errorf("a code of %v: %v", off, err)
		}
	}
	code := codeOf(t, secret, now())
	if _, err := n.try("li", password, code); err != nil {
		t.Fatalf("a code of now: %v", err)
	}
	for name, node := range map[string]*node{"here": n, "at another node": other, "after a restart": w.node(false)} {
		if _, err := node.try("li", password, code); err == nil {
			t.Errorf("the same code again, %s, lets in", name)
		}
		w.clock.Pass(-1)
		n.Unlock(t.Context(), "li")
		w.clock.Pass(1)
	}
	if _, err := n.try("li", password, codeOf(t, secret, now().Add(-30*time.Second))); err == nil {
		t.Error("an earlier code than the last lets in")
	}
	if _, err := n.try("li", password, codeOf(t, secret, now().Add(30*time.Second))); err != nil {
		t.Errorf("the next code: %v", err)
	}
}

// Codes that are guessed lock as passwords do.
func TestGuessedCodesLock(t *testing.T) {
	n := newTown(t).node(false)
	secret := withOTP(t, n, "li")
	for range 5 {
		n.try("li", password, "12345x")
	}
	if _, err := n.try("li", password, codeOf(t, secret, n.town.clock.Now())); wait(err) == 0 {
		t.Errorf("after five wrong codes: %v", err)
	}
}

// Who takes another second factor says the code of the present one; an
// administrator's reset takes it away.
func TestAnotherSecondFactor(t *testing.T) {
	n := newTown(t).node(false)
	secret := withOTP(t, n, "li")
	at := account.Attempt{Name: "li", Password: password, Address: home}
	if _, err := n.EnrolOTP(t.Context(), at); code(err) != "otp_required" {
		t.Errorf("without the present code: %v", err)
	}
	at.OTP = codeOf(t, secret, n.town.clock.Now())
	e, err := n.EnrolOTP(t.Context(), at)
	if err != nil || e.Secret == secret {
		t.Fatal(err)
	}
	at.OTP = codeOf(t, e.Secret, n.town.clock.Now())
	in, err := n.ConfirmOTP(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.ResetOTP(t.Context(), "li"); err != nil || n.known(in.Token) {
		t.Errorf("reset: %v", err)
	}
	n.in("li")
}

// The secrets of second factors are sealed in the store: with the newest key once they
// are sealed anew. Who has not the key lets nobody in without a code, and with none.
func TestSecondFactorsAreSealed(t *testing.T) {
	w := newTown(t)
	plain := w.sealing(false, nil)
	old := withOTP(t, plain, "wang") // as it was written before there were seals
	n := w.node(false)
	secret := withOTP(t, n, "li")
	stored := func() string {
		t.Helper()
		all, _, err := w.store.Settings(t.Context(), account.Kind)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, s := range all {
			text.Write(s.Doc)
		}
		return text.String()
	}
	if text := stored(); strings.Contains(text, secret) || strings.Count(text, "sealed:1:") != 1 || !strings.Contains(text, old) {
		t.Errorf("stored: %s", text)
	}
	if _, err := n.try("wang", password, codeOf(t, old, w.clock.Now())); err != nil {
		t.Errorf("with a secret in plain text: %v", err)
	}
	if text := stored(); strings.Contains(text, old) || strings.Count(text, "sealed:1:") != 2 {
		t.Errorf("after a login: %s", text)
	}
	if err := seal.Rotate(w.seals); err != nil {
		t.Fatal(err)
	}
	before := stored()
	again := w.node(false)
	if count, err := again.Reseal(t.Context()); err != nil || count != 2 || stored() == before {
		t.Errorf("sealed anew: %d, %v", count, err)
	}
	if count, err := again.Reseal(t.Context()); err != nil || count != 0 {
		t.Errorf("once more: %d, %v", count, err)
	}
	w.clock.Pass(time.Minute)
	if _, err := again.try("li", password, codeOf(t, secret, w.clock.Now())); err != nil {
		t.Errorf("with a new key: %v", err)
	}
	w.clock.Pass(time.Minute)
	other, err := seal.Open(filepath.Join(t.TempDir(), "other.key"))
	if err != nil {
		t.Fatal(err)
	}
	for name, by := range map[string]account.Sealer{"another key": other, "no key": nil} {
		stranger := w.sealing(false, by)
		if _, err := stranger.try("li", password, ""); code(err) != "otp_required" {
			t.Errorf("%s, without a code: %v", name, err)
		}
		if _, err := stranger.try("li", password, codeOf(t, secret, w.clock.Now())); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("%s, with a code: %v", name, err)
		}
	}
}
