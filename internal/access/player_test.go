package access_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"suhe/internal/access"
)

const playSecret = "a secret that the media server has as well"

// mediaServer is one as its maker would build it from the documentation: it knows what
// is signed, the secret, and nothing of Suhe's code.
func mediaServer(t *testing.T, now func() time.Time) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live/{camera}", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		m := hmac.New(sha256.New, []byte(playSecret))
		m.Write([]byte(r.PathValue("camera") + "\n" + q.Get("t") + "\n" + q.Get("e")))
		got, err := hex.DecodeString(q.Get("s"))
		if err != nil || !hmac.Equal(got, m.Sum(nil)) {
			http.Error(w, "signature", http.StatusForbidden)
			return
		}
		if expires, err := strconv.ParseInt(q.Get("e"), 10, 64); err != nil || now().Unix() > expires {
			http.Error(w, "expired", http.StatusGone)
			return
		}
		fmt.Fprint(w, "pictures of "+r.PathValue("camera"))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func secretFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "play.secret")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A ticket opens one camera for a while, and nothing that is changed about it does.
func TestPlayTicketAtAMediaServer(t *testing.T) {
	now := time.Now()
	server := mediaServer(t, func() time.Time { return now })
	p, err := access.OpenPlayer(server.URL+"/live/{camera}?t={ticket}&e={expires}&s={signature}", secretFile(t, playSecret+"\n"), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	get := func(address string) (int, string) {
		t.Helper()
		r, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(body)
	}
	ticket := p.Ticket("cam-7:a.b", now)
	if code, body := get(ticket.URL); code != 200 || body != "pictures of cam-7:a.b" {
		t.Errorf("%s: %d %s", ticket.URL, code, body)
	}
	if d := ticket.Expires.Sub(now); d > time.Minute || d < 58*time.Second {
		t.Errorf("good for %v", d)
	}
	if again := p.Ticket("cam-7:a.b", now); again.Ticket == ticket.Ticket || again.URL == ticket.URL {
		t.Error("two tickets are the same")
	}
	u, err := url.Parse(ticket.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*url.URL, url.Values){
		"another camera":  func(u *url.URL, _ url.Values) { u.Path = "/live/cam-8" },
		"a later end":     func(_ *url.URL, q url.Values) { q.Set("e", q.Get("e")+"0") },
		"another number":  func(_ *url.URL, q url.Values) { q.Set("t", "x") },
		"no signature":    func(_ *url.URL, q url.Values) { q.Del("s") },
		"a cut signature": func(_ *url.URL, q url.Values) { q.Set("s", q.Get("s")[2:]) },
	} {
		other := *u
		q := other.Query()
		change(&other, q)
		other.RawQuery = q.Encode()
		if code, _ := get(other.String()); code != http.StatusForbidden {
			t.Errorf("%s: %d", name, code)
		}
	}
	now = now.Add(61 * time.Second)
	if code, _ := get(ticket.URL); code != http.StatusGone {
		t.Errorf("after its end: %d", code)
	}
}

func TestOpenPlayerRefuses(t *testing.T) {
	const good = "https://media.example/{camera}?{ticket}&{expires}&{signature}"
	for _, c := range []struct {
		name, address, secret string
		life                  time.Duration
		want                  string
	}{
		{"no signature", "https://media.example/{camera}?{ticket}&{expires}", playSecret, time.Minute, "play-url: {signature}"},
		{"a camera twice", good + "&{camera}", playSecret, time.Minute, "play-url: {camera} stands in it 2 times"},
		{"no host", "/{camera}?{ticket}&{expires}&{signature}", playSecret, time.Minute, "play-url: want"},
		{"another scheme", strings.Replace(good, "https", "file", 1), playSecret, time.Minute, "play-url: want"},
		{"a password", strings.Replace(good, "media", "a:b@media", 1), playSecret, time.Minute, "play-url: want"},
		{"a short secret", good, "short \n", time.Minute, "play-secret-file: 5 bytes"},
		{"a short life", good, playSecret, time.Second, "play-life: 1s"},
		{"a long life", good, playSecret, time.Hour, "play-life: 1h"},
	} {
		if _, err := access.OpenPlayer(c.address, secretFile(t, c.secret), c.life); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := access.OpenPlayer(good, filepath.Join(t.TempDir(), "none"), time.Minute); err == nil || !strings.HasPrefix(err.Error(), "play-secret-file:") {
		t.Error(err)
	}
}
