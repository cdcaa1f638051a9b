package link

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A page that is taken never leads a browser away.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{"/", "//a", `/\a`, "/%2f%2fa", "/a?b#c", "/\ta", "https:/a", "/;//a@b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, page string) {
		if checkPage(page) != nil {
			return
		}
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "http://suhe.example/v1/open", nil)
		http.Redirect(w, r, page, http.StatusSeeOther)
		to, err := w.Result().Location()
		if err != nil || to.Host != "" && to.Host != "suhe.example" {
			t.Errorf("%q leads to %v, %v", page, to, err)
		}
		if strings.ContainsAny(fmt.Sprint(w.Header()), "\r\n") {
			t.Errorf("%q breaks the header", page)
		}
	})
}

func FuzzParse(f *testing.F) {
	text := strings.Repeat("A", idLength) + "." + strings.Repeat("a", macLength)
	for _, seed := range []string{"", text, text + "a", text[1:], strings.Repeat(".", textLength)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if id, mac, ok := parse(text); ok && (id+"."+mac != text || len(id) != idLength) {
			t.Errorf("parse(%q) = %q, %q", text, id, mac)
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"10.1.2.3", "10.1.2.0/24", "::1", "::ffff:10.1.2.3", "0.0.0.0/0", "fe80::1%a", "1.2.3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseAddress(text)
		if err == nil && (!p.IsValid() || p.Bits() < 8 || p.Masked() != p || p.Addr().Is4In6() || p.Addr().Zone() != "") {
			t.Errorf("took %q as %v", text, p)
		}
	})
}
