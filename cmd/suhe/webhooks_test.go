package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"suhe/internal/access"
	"suhe/internal/testcert"
)

// bureau is a system of others that is told what happens.
type bureau struct {
	*httptest.Server
	cert string // file of its certificate

	mu      sync.Mutex
	secrets map[string]string // of hooks
	told    []string          // hook, type and id
	wrong   []string
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	dir := t.TempDir()
	b := &bureau{secrets: map[string]string{}, cert: filepath.Join(dir, "cert.pem")}
	key := filepath.Join(dir, "key.pem")
	testcert.Write(t, b.cert, key)
	pair, err := tls.LoadX509KeyPair(b.cert, key)
	if err != nil {
		t.Fatal(err)
	}
	b.Server = httptest.NewUnstartedServer(b)
	b.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	b.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	b.StartTLS()
	t.Cleanup(b.Close)
	return b
}

// ServeHTTP keeps what is told, if it is signed.
func (b *bureau) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	var m struct {
		Hook, Type string
		Object     struct{ ID string }
	}
	if err := json.Unmarshal(body, &m); err != nil {
		b.wrong = append(b.wrong, err.Error())
	}
	var at int64
	_, _ = fmt.Sscanf(r.Header.Get(access.SignatureHeader), "t=%d,", &at)
	if r.Header.Get(access.SignatureHeader) != access.Sign(b.secrets[m.Hook], time.Unix(at, 0), body) {
		b.wrong = append(b.wrong, "not signed: "+string(body))
	}
	b.told = append(b.told, strings.TrimSpace(m.Hook+": "+m.Type+" "+m.Object.ID))
}

func (b *bureau) has(what string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Contains(b.told, what)
}

// hang lets the bureau be told what an account sees.
func (b *bureau) hang(who *asker, hook, account string) {
	wish := fmt.Sprintf(`{"account":%q,"url":"%s/suhe?key=of-the-bureau","types":["asset.put","state.changed"],"layers":["sensors"],"filter":"id LIKE 'wl-%%'"}`, account, b.URL)
	var made struct{ Secret string }
	if err := json.Unmarshal([]byte(who.want("PUT", "/v1/webhooks/"+hook, wish, 201, "whsec_")), &made); err != nil {
		who.s.t.Fatal(err)
	}
	written.keep("the secret of a webhook", made.Secret, "of-the-bureau")
	b.mu.Lock()
	defer b.mu.Unlock()
	b.secrets[hook] = made.Secret
}

// putAs registers a gauge as who asks.
func putAs(a *asker, id string) { a.want("PUT", "/v1/assets/"+id, sensorJSON, 201, id) }

// A bureau is told what an account sees, over a kill of the node, until the account
// may not come in any more.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	b, dir := newBureau(t), t.TempDir()
	_, port, _ := strings.Cut(strings.TrimPrefix(b.URL, "https://"), ":")
	s := serve(t, dir, "--demo", "--demo-password", "By-the-creek-8", "--scene-size", "100",
		"--webhook-networks", "127.0.0.1/32", "--webhook-ports", port, "--webhook-ca", b.cert)
	security := s.security("By-the-creek-8")
	wish := fmt.Sprintf(`{"account":%q,"url":"https://10.0.0.1:%s/","types":["asset.put"],"layers":["sensors"]}`, testName, port)
	s.tester().want("PUT", "/v1/webhooks/bureau", wish, 403, "admit")
	security.want("PUT", "/v1/webhooks/bureau", wish, 400, "public internet")
	b.hang(security, "bureau", testName)
	b.hang(security, "other", "operator")
	if list := security.want("GET", "/v1/webhooks", "", 200, `"name":"bureau"`); strings.Contains(list, "whsec_") {
		t.Errorf("the list tells secrets: %s", list)
	}
	security.want("POST", "/v1/webhooks/bureau/test", "", 200, `"delivered":true`)
	putAs(s.tester(), "wl-1")
	eventually(t, "the first edit", func() bool { return b.has("bureau: asset.put wl-1") })
	s.tester().want("POST", "/v1/observations", `{"observations":[{"id":"wl-1","values":{"water_level":3.2}}]}`, 200, `"accepted":1`)
	eventually(t, "the change of state", func() bool { return b.has("bureau: state.changed wl-1") })

	putAs(s.tester(), "wl-2")
	s.kill()
	s.start()
	eventually(t, "the edit before the kill", func() bool { return b.has("bureau: asset.put wl-2") })

	if code, _, errs := suhe("user", "set", testName, "--disable", "--data-dir", dir); code != exitOK {
		t.Fatal(errs)
	}
	eventually(t, "the account is closed", func() bool { status, _ := s.tester().ask("GET", "/v1/me", ""); return status == 401 })
	token, err := logIn(s.url(""), "operator", "By-the-creek-8")
	if err != nil {
		t.Fatal(err)
	}
	operator := s.asker("Bearer " + token)
	putAs(operator, "wl-3")
	eventually(t, "another account's hook is told", func() bool { return b.has("other: asset.put wl-3") })
	if code, _, errs := suhe("user", "set", testName, "--enable", "--data-dir", dir); code != exitOK {
		t.Fatal(errs)
	}
	eventually(t, "the account is open", func() bool { _, err := logIn(s.url(""), testName, testPassword); return err == nil })
	putAs(operator, "wl-4")
	eventually(t, "an edit after that", func() bool { return b.has("bureau: asset.put wl-4") })
	if b.has("bureau: asset.put wl-3") || b.has("bureau: asset.put wl-0001") || len(b.wrong) > 0 {
		t.Errorf("told %v, wrong %v", b.told, b.wrong)
	}
	security.want("DELETE", "/v1/webhooks/bureau", "", 204, "")
	security.want("GET", "/v1/webhooks/bureau", "", 404, "bureau")
}
