package door_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"suhe/internal/door"
)

func TestCookies(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:8080/v1/open": "suhe_screen=x; Path=/; HttpOnly; SameSite=Strict",
		"https://creek.example/v1/open": "__Host-suhe_screen=x; Path=/; HttpOnly; Secure; SameSite=Strict",
	} {
		r := httptest.NewRequest(http.MethodGet, address, nil)
		is := door.Cookie(r, "suhe_screen", "x")
		if is.String() != want {
			t.Errorf("%s: %s, want %s", address, is, want)
		}
		r.AddCookie(is)
		if back, err := r.Cookie(door.CookieName(r, "suhe_screen")); err != nil || back.Value != "x" {
			t.Errorf("%s: came back as %v, %v", address, back, err)
		}
	}
}
