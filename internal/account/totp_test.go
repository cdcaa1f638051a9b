package account_test

import (
	"encoding/base32"
	"errors"
	"testing"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
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
