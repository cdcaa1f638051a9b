package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"suhe/internal/pgtest"
)

// person asks a node with a token, or as nobody.
type person struct {
	t     *testing.T
	s     *served
	token string
}

// answer is what comes back.
type answer struct {
	status int
	header http.Header
	text   string
	json   map[string]any
}

func (p person) ask(method, path, body string, header ...string) (a answer) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.s.url(path), strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	a = answer{got.StatusCode, got.Header, string(text), nil}
	_ = json.Unmarshal(text, &a.json)
	return a
}

// want asks, and checks the status and the code of a problem.
func (p person) want(status int, code, method, path, body string, header ...string) answer {
	p.t.Helper()
	a := p.ask(method, path, body, header...)
	if is, _ := a.json["code"].(string); a.status != status || is != code {
		p.t.Fatalf("%s %s: %d %s, want %d %s", method, path, a.status, a.text, status, code)
	}
	return a
}

// otpNow is the code that an authenticator app shows (RFC 6238).
func otpNow(t *testing.T, secret string) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	binary.Write(mac, binary.BigEndian, time.Now().Unix()/30)
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1e6)
}

// The first administrator gets in by the printed password, a password of their own
// and a second factor; then makes an account, whose owner does the same.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newServed(t, program, dir)
	s.start()
	nobody := person{t: t, s: s}
	found := regexp.MustCompile(`account is security, .*for one login: (\S+)`).FindStringSubmatch(s.log.String())
	if found == nil {
		t.Fatal("no password was printed")
	}
	const own = "Heron-in-May-7"
	login := func(name, password, more string) string {
		return fmt.Sprintf(`{"username":%q,"password":%q%s}`, name, password, more)
	}
	nobody.want(401, "", "POST", "/v1/login", login("security", "Reed-warbler-9", ""))
	nobody.want(403, "password_change_required", "POST", "/v1/login", login("security", found[1], ""))
	nobody.want(400, "", "POST", "/v1/password", login("security", found[1], `,"new":"short"`))
	nobody.want(403, "otp_enrolment_required", "POST", "/v1/password", login("security", found[1], `,"new":"`+own+`"`))
	nobody.want(403, "otp_enrolment_required", "POST", "/v1/login", login("security", own, ""))
	secret, _ := nobody.want(200, "", "POST", "/v1/otp", login("security", own, "")).json["secret"].(string)
	in := nobody.want(200, "", "POST", "/v1/otp/confirm", login("security", own, `,"otp":"`+otpNow(t, secret)+`"`))
	token, _ := in.json["token"].(string)
	if cookie := in.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "suhe_session="+token+"; ") {
		t.Errorf("cookie %q", cookie)
	}
	nobody.want(401, "otp_required", "POST", "/v1/login", login("security", own, ""))

	admin := person{t, s, token}
	if me := admin.want(200, "", "GET", "/v1/me", ""); me.json["id"] != "security" || fmt.Sprint(me.json["actions"]) != "[admit]" || me.json["session"] == nil {
		t.Errorf("me: %s", me.text)
	}
	admin.want(403, "", "GET", "/v1/layers", "")
	admin.want(400, "", "PUT", "/v1/accounts/li", `{"roles":["operator"],"areas":["*"],"password":"x"}`)
	admin.want(400, "", "PUT", "/v1/accounts/li", `{"roles":["operator"],"areas":["*"],"demo":true}`)
	admin.want(400, "", "PUT", "/v1/accounts/li", `{"roles":["king"]}`)
	admin.want(412, "", "PUT", "/v1/accounts/li", `{"roles":["operator"]}`, "If-Match", `"1"`)
	made := admin.want(201, "", "PUT", "/v1/accounts/li", `{"name":"李","roles":["operator"],"areas":["*"]}`, "If-None-Match", "*")
	once, _ := made.json["oneTimePassword"].(string)
	admin.want(412, "", "PUT", "/v1/accounts/li", `{"roles":["operator"]}`, "If-None-Match", "*")
	admin.want(200, "", "PUT", "/v1/accounts/li", `{"name":"李","roles":["planner"],"areas":["*"]}`, "If-Match", made.header.Get("ETag"))
	admin.want(412, "", "DELETE", "/v1/accounts/li", "", "If-Match", made.header.Get("ETag"))
	if list := admin.want(200, "", "GET", "/v1/accounts", ""); strings.Contains(list.text, "argon2id") || strings.Contains(list.text, secret) || !strings.Contains(list.text, `"username":"li"`) {
		t.Errorf("accounts: %s", list.text)
	}
	admin.want(403, "", "PUT", "/v1/accounts/security", `{"roles":["operator"],"areas":["*"]}`)
	admin.want(404, "", "GET", "/v1/accounts/nobody", "")
	admin.want(204, "", "POST", "/v1/accounts/li/unlock", "")

	li := person{t: t, s: s}
	li.token, _ = nobody.want(200, "", "POST", "/v1/password", login("li", once, `,"new":"Kingfisher+77"`)).json["token"].(string)
	li.want(200, "", "GET", "/v1/layers", "")
	li.want(403, "", "GET", "/v1/accounts", "")
	li.want(403, "", "POST", "/v1/accounts/li/reset", "")
	again := admin.want(200, "", "POST", "/v1/accounts/li/reset", "")
	li.want(401, "", "GET", "/v1/layers", "")
	nobody.want(403, "password_change_required", "POST", "/v1/login", login("li", fmt.Sprint(again.json["oneTimePassword"]), ""))
	admin.want(204, "", "DELETE", "/v1/accounts/li", "", "If-Match", admin.want(200, "", "GET", "/v1/accounts/li", "").header.Get("ETag"))
	admin.want(204, "", "POST", "/v1/logout", "")
	if a := admin.want(401, "", "GET", "/v1/me", ""); a.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("who is not known is told %q", a.header.Get("WWW-Authenticate"))
	}
	for _, word := range []string{own, secret, token, "argon2id", once} {
		if log := strings.Replace(s.log.String(), found[1], "", 1); strings.Contains(log, word) {
			t.Errorf("the log holds %q", word)
		}
	}
	if code, _, errs := suhe("user", "reset-otp", "security", "--data-dir", dir); code != exitOK {
		t.Errorf("user reset-otp: %s", errs)
	}
	eventually(t, "the second factor is gone", func() bool {
		return nobody.ask("POST", "/v1/login", login("security", own, "")).json["code"] == "otp_enrolment_required"
	})
}

// What nobody may have without a login, and what everybody may.
func TestOpenRoutes(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--demo", "--scene-size", "100", "--demo-password", "Heron-demo-7")
	nobody := person{t: t, s: s}
	for _, path := range []string{"/v1/me", "/v1/scene", "/v1/layers", "/v1/assets/wl-1", "/tiles/sensors/14/13719/6691", "/styles/creek.json", "/ogc", "/metrics", "/v1/stream", "/v1/events", "/v1/accounts", "/v1/findings"} {
		nobody.want(401, "", "GET", path, "")
	}
	site := nobody.want(200, "", "GET", "/v1/site", "")
	if site.json["demo"] != true || !strings.Contains(site.text, `"username":"patrol"`) || strings.Contains(site.text, "Heron") {
		t.Errorf("site: %s", site.text)
	}
	nobody.want(200, "", "GET", "/healthz", "")
	nobody.want(400, "", "POST", "/v1/login", `{"username":"patrol","password":"Heron-demo-7","roles":["security"]}`)
	nobody.want(400, "", "POST", "/v1/login", `{"username":"patrol","password":"Heron-demo-7"} {}`)
	nobody.want(413, "", "POST", "/v1/login", `{"username":"`+strings.Repeat("a", 5000)+`"}`)
	patrol := person{t: t, s: s}
	patrol.token, _ = nobody.want(200, "", "POST", "/v1/login", `{"username":"patrol","password":"Heron-demo-7"}`).json["token"].(string)
	patrol.want(200, "", "GET", "/v1/layers", "")
	patrol.want(403, "", "PUT", "/v1/assets/x", "{}")
	for _, origin := range []string{"https://evil.example", "null"} {
		nobody.want(403, "", "POST", "/v1/login", `{"username":"patrol","password":"Heron-demo-7"}`, "Origin", origin)
		nobody.want(403, "", "POST", "/v1/logout", "", "Origin", origin, "Cookie", "suhe_session="+patrol.token)
	}
	nobody.want(200, "", "GET", "/v1/me", "", "Cookie", "suhe_session="+patrol.token)
	for size, status := range map[int]int{32 << 10: 401, 1 << 20: 401, 2 << 20: 431} { // the door does not listen to the end of the last
		patrol.want(status, "", "GET", "/v1/me", "", "Authorization", "Bearer "+strings.Repeat("A", size))
	}
	patrol.want(200, "", "GET", "/v1/me", "")
}

// live reads a stream into a channel until it ends.
func live(t *testing.T, s *served, token string) (frames <-chan map[string]any, ended <-chan error) {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"suhe.v1.json"}, HandshakeTimeout: patience}
	conn, _, err := dialer.DialContext(t.Context(), "ws://"+s.http+"/v1/stream", http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[121,31,122,32],"zoom":16}`)); err != nil {
		t.Fatal(err)
	}
	told, end := make(chan map[string]any, 1000), make(chan error, 1)
	go func() {
		for {
			var f map[string]any
			if err := conn.ReadJSON(&f); err != nil {
				end <- err
				return
			}
			told <- f
		}
	}()
	return told, end
}

// until waits for a frame of the kind that the condition holds of.
func until(t *testing.T, frames <-chan map[string]any, kind string, holds func(map[string]any) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		select {
		case f := <-frames:
			if f["type"] == kind && holds(f) {
				return
			}
		case <-ctx.Done():
			t.Fatalf("no %s that was waited for", kind)
		}
	}
}

// Two nodes of one database and one key know the same logins. Rights that change by
// the command line, and a logout everywhere at one node, hold for who is connected
// to the other.
func TestRightsOfWhoIsConnected(t *testing.T) {
	t.Parallel()
	database, key := pgtest.Start(t), filepath.Join(t.TempDir(), "login.key")
	one := serve(t, t.TempDir(), "--database", database, "--login-key", key)
	put(t, one, "wl-1")
	other := serve(t, t.TempDir(), "--database", database, "--login-key", key)
	eventually(t, "the sensor at the other node", func() bool { return get(t, other.url("/v1/assets/wl-1")) != nil })
	if code, _, errs := suhe("user", "add", "li", "--role", "operator", "--area", "*", "--password", "Kingfisher+77", "--database", database); code != exitOK {
		t.Fatal(errs)
	}
	var token string
	eventually(t, "a login", func() (in bool) {
		var err error
		token, err = logIn(one.url(""), "li", "Kingfisher+77")
		return err == nil
	})
	frames, ended := live(t, other, token) // a session of a moment ago, at another node
	until(t, frames, "snapshot", func(f map[string]any) bool { return len(f["objects"].([]any)) == 1 })
	for _, c := range []struct{ area, list string }{{"310107999", "remove"}, {"*", "upsert"}} {
		if code, _, errs := suhe("user", "set", "li", "--role", "handler", "--area", c.area, "--database", database); code != exitOK {
			t.Fatal(errs)
		}
		until(t, frames, "delta", func(f map[string]any) bool { return len(f[c.list].([]any)) == 1 })
	}
	li := person{t, one, token}
	li.want(204, "", "POST", "/v1/logout?everywhere=true", "")
	var closed *websocket.CloseError
	select {
	case err := <-ended:
		if !errors.As(err, &closed) || closed.Code != 4001 {
			t.Errorf("the stream ended by %v, want 4001", err)
		}
	case <-time.After(time.Minute):
		t.Error("the stream goes on after a logout everywhere")
	}
	person{t, other, token}.want(401, "", "GET", "/v1/me", "")
}

// A login survives the node, killed or stopped.
func TestLoginsSurviveARestart(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	token, _ := tokens.Load(s.http)
	tester := person{t, s, token.(string)}
	s.kill()
	s.start()
	tester.want(200, "", "GET", "/v1/me", "")
	s.terminate()
	s.start()
	tester.want(200, "", "GET", "/v1/me", "")
	tester.want(204, "", "POST", "/v1/logout", "")
	s.kill()
	s.start()
	tester.want(401, "", "GET", "/v1/me", "")
}

func TestUserCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	steps := []struct {
		args string
		code int
		want string
	}{
		{"list", 0, ""},
		{"add li --role operator --area 310107005,310107014 --title 李", 0, ""},
		{"add li --role operator", 1, "exists"},
		{"add wang --role king", 2, `"king" is no role`},
		{"add wang --role security --role system", 2, "want no other role"},
		{"add wang", 2, "--role"},
		{"add wang --role patrol --password short", 2, "5 characters"},
		{"list", 0, "operator  310107005,310107014  one-time  李"},
		{"password li --password Reed-warbler-9", 0, ""},
		{"set li --role planner --area *", 0, ""},
		{"set li --disable", 0, ""},
		{"list", 0, "planner  *  disabled  李"},
		{"set li --enable --disable", 2, "--disable"},
		{"set li --enable --area= --title=", 0, ""},
		{"list", 0, "li  planner    -"},
		{"unlock li", 0, ""},
		{"reset-otp li", 0, ""},
		{"remove li", 0, ""},
		{"remove li", 1, "not found"},
	}
	for _, s := range steps {
		code, out, errs := suhe(append(append([]string{"user"}, strings.Fields(s.args)...), "--data-dir", dir)...)
		if code != s.code || !strings.Contains(out+errs, s.want) {
			t.Errorf("user %s: exit %d, want %d; %q %q, want %q", s.args, code, s.code, out, errs, s.want)
		}
	}
}
