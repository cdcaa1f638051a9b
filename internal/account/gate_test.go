package account_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
)

func TestGate(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	n.add("wang", access.Planner)
	li, wang := n.in("li"), n.in("wang")
	var tickets access.Tickets
	gate := account.Gate{n.Bearer()}
	gate = append(gate, account.Ticket(&tickets, gate.Still), n.Cookie())
	ticket, _, err := tickets.Issue(t.Context(), wang.Who, time.Now())
	done(t, err)
	over := n.in("li")
	late, _, err := tickets.Issue(t.Context(), over.Who, time.Now())
	done(t, err)
	done(t, n.Logout(t.Context(), over.Who, false))

	type header = map[string]string
	for _, c := range []struct {
		name   string
		method string
		url    string
		header header
		who    string // "": nobody
		kind   error
	}{
		{"nothing", "GET", "/", nil, "", access.ErrUnauthenticated},
		{"a token", "GET", "/", header{"Authorization": "Bearer " + li.Token}, "li", nil},
		{"the scheme in small letters", "GET", "/", header{"Authorization": "bearer " + li.Token}, "li", nil},
		{"another scheme", "GET", "/", header{"Authorization": "Digest " + li.Token}, "", access.ErrUnauthenticated},
		{"the scheme alone", "GET", "/", header{"Authorization": "Bearer"}, "", access.ErrUnauthenticated},
		{"a key, which is of others", "GET", "/", header{"Authorization": "Bearer suhe_key_x"}, "", access.ErrUnauthenticated},
		{"a session that is over", "GET", "/", header{"Authorization": "Bearer " + over.Token}, "", access.ErrUnauthenticated},
		{"a token in the address", "GET", "/?token=" + li.Token + "&access_token=" + li.Token, nil, "", access.ErrUnauthenticated},
		{"the cookie", "GET", "/", header{"Cookie": "suhe_session=" + li.Token}, "li", nil},
		{"the cookie of TLS, without it", "GET", "/", header{"Cookie": "__Host-suhe_session=" + li.Token}, "", access.ErrUnauthenticated},
		{"the cookie, with TLS", "GET", "https://creek.example/", header{"Cookie": "__Host-suhe_session=" + li.Token}, "li", nil},
		{"the cookie of no TLS, with it", "GET", "https://creek.example/", header{"Cookie": "suhe_session=" + li.Token}, "", access.ErrUnauthenticated},
		{"a cookie of nonsense", "GET", "/", header{"Cookie": "suhe_session=x"}, "", access.ErrUnauthenticated},
		{"token and cookie: the token", "GET", "/", header{"Authorization": "Bearer " + wang.Token, "Cookie": "suhe_session=" + li.Token}, "wang", nil},
		{"a bad token is not mended by a cookie", "GET", "/", header{"Authorization": "Bearer x", "Cookie": "suhe_session=" + li.Token}, "", access.ErrUnauthenticated},
		{"our page changes something", "POST", "/", header{"Cookie": "suhe_session=" + li.Token, "Sec-Fetch-Site": "same-origin", "Origin": "http://example.com"}, "li", nil},
		{"another origin's does, by the cookie", "POST", "/", header{"Cookie": "suhe_session=" + li.Token, "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, "", access.ErrDenied},
		{"one of the same site does", "DELETE", "/", header{"Cookie": "suhe_session=" + li.Token, "Sec-Fetch-Site": "same-site", "Origin": "http://example.com:81"}, "", access.ErrDenied},
		{"in a browser that tells less", "PUT", "/", header{"Cookie": "suhe_session=" + li.Token, "Origin": "https://evil.example"}, "", access.ErrDenied},
		{"it does by a token", "POST", "/", header{"Authorization": "Bearer " + li.Token, "Origin": "https://map.example"}, "li", nil},
		{"a program by the cookie", "POST", "/", header{"Cookie": "suhe_session=" + li.Token}, "li", nil},
		{"a ticket", "GET", "/v1/stream", header{"Sec-Websocket-Protocol": "suhe.v1.json, suhe.ticket." + ticket}, "wang", nil},
		{"the ticket again", "GET", "/v1/stream", header{"Sec-Websocket-Protocol": "suhe.v1.json, suhe.ticket." + ticket}, "", access.ErrUnauthenticated},
		{"a ticket of who has logged out since", "GET", "/v1/stream", header{"Sec-Websocket-Protocol": "suhe.ticket." + late}, "", access.ErrUnauthenticated},
		{"no ticket", "GET", "/v1/stream", header{"Sec-Websocket-Protocol": "suhe.ticket."}, "", access.ErrUnauthenticated},
	} {
		r := httptest.NewRequest(c.method, c.url, nil)
		for name, value := range c.header {
			r.Header.Set(name, value)
		}
		who, err := gate.Who(r)
		if who.ID != c.who || !errors.Is(err, c.kind) || c.who == "" && who.Scope.May(access.View) {
			t.Errorf("%s: %q, %v", c.name, who.ID, err)
		}
	}
}

func TestTheCookieIsCareful(t *testing.T) {
	for url, want := range map[string]string{
		"http://127.0.0.1:8080/v1/login": "suhe_session=TOKEN; Path=/; HttpOnly; SameSite=Strict",
		"https://creek.example/v1/login": "__Host-suhe_session=TOKEN; Path=/; HttpOnly; Secure; SameSite=Strict",
	} {
		w := httptest.NewRecorder()
		account.SetCookie(w, httptest.NewRequest(http.MethodPost, url, nil), "TOKEN", time.Time{})
		if got := w.Header().Get("Set-Cookie"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	w := httptest.NewRecorder()
	account.SetCookie(w, httptest.NewRequest(http.MethodPost, "/v1/logout", nil), "", time.Time{})
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
		t.Errorf("logout: %q", got)
	}
}
