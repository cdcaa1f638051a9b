package door_test

import (
	"errors"
	"net/http/httptest"
	"testing"

	"suhe/internal/door"
)

func TestWhichPagesMayAsk(t *testing.T) {
	origins, err := door.ParseOrigins([]string{"https://map.example", "http://wall.example:8443"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, method, origin, site string
		refused                    bool
	}{
		{"a program reads", "GET", "", "", false},
		{"a program writes", "POST", "", "", false},
		{"our page reads", "GET", "", "same-origin", false},
		{"our page writes", "POST", "http://example.com", "same-origin", false},
		{"our page in an old browser", "POST", "http://example.com", "", false},
		{"our host by TLS is another origin", "POST", "https://example.com", "same-site", true},
		{"a listed page reads", "GET", "https://map.example", "cross-site", false},
		{"a listed page writes", "PUT", "http://wall.example:8443", "cross-site", false},
		{"a listed host on another port", "GET", "https://map.example:444", "cross-site", true},
		{"a listed host without TLS", "GET", "http://map.example", "cross-site", true},
		{"below a listed host", "GET", "https://evil.map.example", "cross-site", true},
		{"beside a listed host", "GET", "https://map.example.evil", "cross-site", true},
		{"another page reads", "GET", "https://evil.example", "cross-site", true},
		{"another page writes", "POST", "https://evil.example", "cross-site", true},
		{"a page that hides its origin", "POST", "null", "cross-site", true},
		{"a form of another page that names no origin", "POST", "", "cross-site", true},
		{"a link from another page", "GET", "", "cross-site", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, "/", nil)
			if test.origin != "" {
				r.Header.Set("Origin", test.origin)
			}
			if test.site != "" {
				r.Header.Set("Sec-Fetch-Site", test.site)
			}
			if err := origins.Check(r); errors.Is(err, door.ErrOrigin) != test.refused {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

func TestWhatIsNoOrigin(t *testing.T) {
	for _, text := range []string{"", "*", "null", "map.example", "https://map.example/", "https://*.example", "https://MAP.example", "ftp://map.example", "https://a@map.example"} {
		if _, err := door.ParseOrigins([]string{text}); err == nil {
			t.Errorf("%q is taken for an origin", text)
		}
	}
}

func TestPreflights(t *testing.T) {
	origins, _ := door.ParseOrigins([]string{"https://map.example"})
	for _, test := range []struct {
		name, method, origin, asks string
		answered                   bool
		allowed                    string
	}{
		{"a preflight", "OPTIONS", "https://map.example", "PUT", true, "https://map.example"},
		{"a question", "GET", "https://map.example", "", false, "https://map.example"},
		{"a program's preflight", "OPTIONS", "", "PUT", false, ""},
		{"another page's", "OPTIONS", "https://evil.example", "PUT", false, ""},
	} {
		r := httptest.NewRequest(test.method, "/", nil)
		r.Header.Set("Origin", test.origin)
		r.Header.Set("Access-Control-Request-Method", test.asks)
		w := httptest.NewRecorder()
		answered := origins.Answer(w, r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); answered != test.answered || got != test.allowed || w.Header().Get("Vary") != "Origin" {
			t.Errorf("%s: answered %v, allows %q, varies by %q", test.name, answered, got, w.Header().Get("Vary"))
		}
	}
}
