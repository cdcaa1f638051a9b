package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"suhe/internal/testidp"
	"suhe/stream"
)

// asker asks a node in one way; it follows no redirects.
type asker struct {
	s *served
	http.Client
	authorization string
	header        http.Header // besides
}

// withHeader sends a header along.
func (c *asker) withHeader(name, value string) *asker {
	c.header = http.Header{}
	c.header.Set(name, value)
	return c
}

func (s *served) asker(authorization string) *asker {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &asker{s, http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, authorization, nil}
}

// ask returns the status and the body.
func (c *asker) ask(method, path, body string) (int, string) {
	c.s.t.Helper()
	r, err := http.NewRequest(method, c.s.url(path), strings.NewReader(body))
	if err != nil {
		c.s.t.Fatal(err)
	}
	if c.authorization != "" {
		r.Header.Set("Authorization", c.authorization)
	}
	maps.Copy(r.Header, c.header)
	answer, err := c.Do(r)
	if err != nil {
		c.s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		c.s.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// want asks and wants the status and, in the body, the text.
func (c *asker) want(method, path, body string, status int, text string) string {
	c.s.t.Helper()
	got, is := c.ask(method, path, body)
	if got != status || !strings.Contains(is, text) {
		c.s.t.Errorf("%s %s: %d %.300s\nwant %d with %q", method, path, got, is, status, text)
	}
	return is
}

// tester is who is logged in in these tests.
func (s *served) tester() *asker { return s.asker(s.header().Get("Authorization")) }

// makeKey makes a key of the tester's with that much of the body.
func (s *served) makeKey(rest string) (id, text string) {
	s.t.Helper()
	body := s.tester().want("POST", "/v1/keys", fmt.Sprintf(`{"name":"test","expires":%q%s}`, time.Now().Add(time.Hour).Format(time.RFC3339), rest), 201, "suhe_key_")
	var made struct{ ID, Key string }
	if err := json.Unmarshal([]byte(body), &made); err != nil {
		s.t.Fatal(err)
	}
	return made.ID, made.Key
}

// dial opens a stream, says what is to be said first, and waits for a snapshot.
func dial(t *testing.T, s *served, header http.Header, first string) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{stream.Protocol}, HandshakeTimeout: patience}
	conn, _, err := dialer.DialContext(t.Context(), "ws://"+s.http+"/v1/stream", header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	for _, message := range []string{first, `{"type":"subscribe","id":"a","layers":["sensors"],"bbox":[121.3,31.2,121.6,31.4]}`} {
		if message != "" {
			if err := conn.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(frame), `"type":"snapshot"`) {
			return conn
		}
	}
}

// ends waits for the end of a stream and returns its code.
func ends(t *testing.T, conn *websocket.Conn) int {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	for {
		_, _, err := conn.ReadMessage()
		if closed, ok := err.(*websocket.CloseError); ok {
			return closed.Code
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir)
	put(t, s, "wl-1")
	id, text := s.makeKey(`,"grant":{"actions":["view","observe"],"sensitivity":3}`)
	program := s.asker("Bearer " + text)
	program.want("GET", "/v1/assets/wl-1", "", 200, "wl-1")
	program.want("POST", "/v1/observations", `{"observations":[{"id":"wl-1","values":{"water_level":3.2}}]}`, 200, `"accepted":1`)
	program.want("GET", "/v1/me", "", 200, `"id":"key:`+id+`"`)
	program.want("DELETE", "/v1/assets/wl-1", "", 403, "edit")
	program.want("GET", "/v1/keys", "", 403, "logged in")
	program.want("POST", "/v1/keys", `{}`, 403, "logged in")
	s.tester().want("POST", "/v1/keys", `{"name":"x","hash":"00"}`, 400, "unknown field")
	s.tester().want("GET", "/v1/keys?all=true", "", 403, "admit")
	s.tester().want("GET", "/v1/keys", "", 200, `"today":6`)
	if list := s.tester().want("GET", "/v1/keys", "", 200, id); strings.Contains(list, text[len(text)-52:]) || strings.Contains(list, "hash") {
		t.Errorf("the list tells secrets: %s", list)
	}

	byHeader := dial(t, s, http.Header{"Authorization": {"Bearer " + text}}, "")
	byFrame := dial(t, s, nil, fmt.Sprintf(`{"type":"auth","token":%q}`, text))
	var ticket struct{ Ticket string }
	if err := json.Unmarshal([]byte(program.want("POST", "/v1/tickets", "", 200, "ticket")), &ticket); err != nil {
		t.Fatal(err)
	}
	byTicket := dial(t, s, nil, fmt.Sprintf(`{"type":"auth","ticket":%q}`, ticket.Ticket))
	_, list, _ := suhe("key", "list", "--data-dir", dir)
	if !strings.Contains(list, id) || !strings.Contains(list, "until") {
		t.Errorf("key list: %s", list)
	}
	if code, _, errs := suhe("key", "revoke", id, "--data-dir", dir); code != exitOK {
		t.Fatalf("key revoke: %s", errs)
	}
	for name, conn := range map[string]*websocket.Conn{"by header": byHeader, "by frame": byFrame, "by ticket": byTicket} {
		if code := ends(t, conn); code != 4001 {
			t.Errorf("%s: the stream ended with %d, want 4001", name, code)
		}
	}
	program.want("GET", "/v1/assets/wl-1", "", 401, "")
}

func TestTheOwnersEndIsTheKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir)
	_, text, _ := suhe("key", "add", testName, "for a test", "--action", "view", "--data-dir", dir)
	program := s.asker("Bearer " + strings.TrimSpace(text))
	eventually(t, "a key of the command line", func() bool { status, _ := program.ask("GET", "/v1/classes", ""); return status == 200 })
	conn := dial(t, s, http.Header{"Authorization": {program.authorization}}, "")
	if code, _, errs := suhe("user", "set", testName, "--disable", "--data-dir", dir); code != exitOK {
		t.Fatal(errs)
	}
	if code := ends(t, conn); code != 4001 {
		t.Errorf("the stream ended with %d, want 4001", code)
	}
	program.want("GET", "/v1/classes", "", 401, "")
}

func TestQuotaOfAKey(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	_, text := s.makeKey(`,"quota":{"day":2,"second":100}`)
	program := s.asker("Bearer " + text)
	for range 2 {
		program.want("GET", "/v1/classes", "", 200, "")
	}
	program.want("GET", "/v1/classes", "", 429, "2 requests a day")
	s.terminate()
	s.start()
	program.want("GET", "/v1/classes", "", 429, "2 requests a day")
}

// Devices and gateways say by HTTP what they may say by MQTT.
func TestDevicesByHTTP(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mappings := filepath.Join(dir, "mappings")
	if err := os.Mkdir(mappings, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mappings, "vendor.json"), []byte(`{"gateways":["gw-1"],"topic":"up","http":true,"items":"",
		"device":{"from":"/sn","ids":{"A":"wl-1"}},"values":[{"from":"/v","phenomenon":"water_level"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir, "--mappings", mappings)
	put(t, s, "wl-1")
	put(t, s, "wl-2")
	basic := func(user, token string) *asker {
		r, _ := http.NewRequest("GET", "http://x", nil)
		r.SetBasicAuth(user, strings.TrimSpace(token))
		return s.asker(r.Header.Get("Authorization"))
	}
	_, token, _ := suhe("device", "token", "wl-1", "--data-dir", dir)
	device := basic("wl-1", token)
	device.want("POST", "/v1/observations", `{"observations":[{"id":"wl-1","values":{"water_level":3.2}}]}`, 200, `"accepted":1`)
	device.want("POST", "/v1/observations", `{"observations":[{"id":"wl-1","values":{"water_level":3.3}},{"id":"wl-2","values":{"water_level":9}}]}`, 200, `"accepted":1,"refused":1`)
	device.want("POST", "/v1/ingest/vendor", `{"sn":"A","v":3.1}`, 200, `"accepted":1`)
	device.want("GET", "/v1/assets/wl-1", "", 403, "view")
	device.want("GET", "/v1/stream", "", 403, "view")
	device.want("POST", "/v1/keys", `{}`, 403, "logged in")
	if v := value(get(t, s.url("/v1/assets/wl-2")), "water_level"); v != nil {
		t.Errorf("another device's value is %v", v)
	}
	_, token, _ = suhe("gateway", "token", "gw-1", "--data-dir", dir)
	gateway := basic("gateway/gw-1", token)
	gateway.want("POST", "/v1/ingest/vendor", `{"sn":"A","v":3.1}`, 200, `"accepted":1`)
	gateway.want("POST", "/v1/observations", `{"observations":[{"id":"wl-1","values":{"water_level":3.4}}]}`, 200, `"accepted":1`)
	gateway.want("POST", "/v1/observations", `{"observations":[{"id":"wl-2","values":{"water_level":3.4}}]}`, 200, `"refused":1`)
	for user, token := range map[string]string{"wl-1": token, "gw-1": token, "gateway/wl-1": token, "wl-2": "x", "": "", "a b": token} {
		basic(user, token).want("POST", "/v1/observations", `{"observations":[]}`, 401, "")
	}
	s.asker("Basic x").want("POST", "/v1/observations", `{"observations":[]}`, 401, "")
}

// All that is refused is refused alike, whatever it is and whatever is wrong with it:
// only the record is told.
func TestRefusalsTellNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--demo", "--demo-password", "By-the-creek-8", "--scene-size", "100")
	id, text := s.makeKey("")
	_, revoked := s.makeKey("")
	s.tester().want("DELETE", "/v1/keys/"+revoked[9:25], "", 204, "")
	over, err := logIn(s.url(""), testName, testPassword)
	if err != nil {
		t.Fatal(err)
	}
	s.asker("Bearer "+over).want("POST", "/v1/logout", "", 204, "")
	// The first, since the record tells of the first ten of an address only.
	s.asker("Bearer "+over).want("GET", "/v1/classes", "", 401, "log in again")
	var ticket struct{ Ticket string }
	if err := json.Unmarshal([]byte(s.tester().want("POST", "/v1/tickets", "", 200, "ticket")), &ticket); err != nil {
		t.Fatal(err)
	}
	s.asker("").withHeader("Sec-WebSocket-Protocol", "suhe.ticket."+ticket.Ticket).want("GET", "/v1/classes", "", 200, "")
	answers := map[string][]string{}
	for name, header := range map[string][2]string{
		"no key": {"Authorization", "Bearer suhe_key_"}, "a key without its secret": {"Authorization", "Bearer suhe_key_" + id},
		"a key that is too short": {"Authorization", "Bearer " + text[:len(text)-1]}, "a revoked key": {"Authorization", "Bearer " + revoked},
		"an unknown key": {"Authorization", "Bearer suhe_key_" + strings.Repeat("a", 16) + "_" + strings.Repeat("a", 52)},
		"no device":      {"Authorization", "Basic d2wtMTp4"}, "no basic": {"Authorization", "Basic !"},
		"no token": {"Authorization", "Bearer x.y.z"}, "a long token": {"Authorization", "Bearer " + strings.Repeat("x", 20_000)},
		"a session that is over": {"Authorization", "Bearer " + over}, "the same by cookie": {"Cookie", "suhe_session=" + over},
		"no session": {"Cookie", "suhe_session=x"}, "no screen": {"Cookie", "suhe_screen=x"},
		"a ticket that was used": {"Sec-WebSocket-Protocol", "suhe.ticket." + ticket.Ticket}, "no ticket": {"Sec-WebSocket-Protocol", "suhe.ticket.x"},
	} {
		status, body := s.asker("").withHeader(header[0], header[1]).ask("GET", "/v1/classes", "")
		answer := fmt.Sprint(status, body)
		answers[answer] = append(answers[answer], name)
	}
	if len(answers) != 1 {
		t.Errorf("answers differ: %q", answers)
	}
	for answer := range answers {
		if !strings.HasPrefix(answer, "401") || !strings.Contains(answer, "log in again") {
			t.Errorf("answer: %s", answer)
		}
	}
	token, err := logIn(s.url(""), "audit", "By-the-creek-8")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the record tells why", func() bool {
		_, record := s.asker("Bearer "+token).ask("GET", "/v1/audit?action=request&outcome=refused", "")
		return strings.Contains(record, "the session is over")
	})
}

func TestALinkOpensAScreen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir)
	code, path, errs := suhe("link", "add", testName, "hall", "--address", "127.0.0.0/8", "--page", "/?wall=1", "--data-dir", dir)
	if code != exitOK {
		t.Fatal(errs)
	}
	path = strings.TrimSpace(path)
	screen := s.asker("")
	screen.want("GET", "/v1/me", "", 401, "")
	eventually(t, "a link of the command line", func() bool { status, _ := screen.ask("GET", path, ""); return status == http.StatusSeeOther })
	r, err := screen.Get(s.url(path))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.Header.Get("Location") != "/?wall=1" || r.Header.Get("Referrer-Policy") != "no-referrer" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("opened with %v", r.Header)
	}
	cookies := r.Cookies()
	is := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return c.Name == "suhe_screen" })
	if is < 0 || !cookies[is].HttpOnly || cookies[is].SameSite != http.SameSiteStrictMode || strings.Contains(path, cookies[is].Value) {
		t.Fatalf("cookies %v", cookies)
	}
	me := screen.want("GET", "/v1/me", "", 200, `"actions":["view"]`)
	screen.want("GET", "/v1/classes", "", 200, "")
	screen.want("DELETE", "/v1/assets/wl-1", "", 403, "edit")
	screen.want("GET", "/v1/links", "", 403, "admit")
	s.asker("").want("GET", "/v1/open?link=x", "", 401, "")
	conn := dial(t, s, http.Header{"Cookie": {cookies[is].Name + "=" + cookies[is].Value}}, "")
	_, list, _ := suhe("link", "list", "--data-dir", dir)
	id, _, _ := strings.Cut(list, " ")
	if !strings.Contains(me, "link:"+id) {
		t.Errorf("me is %s, the links are %s", me, list)
	}
	if code, _, errs := suhe("link", "revoke", id, "--data-dir", dir); code != exitOK {
		t.Fatal(errs)
	}
	if code := ends(t, conn); code != 4001 {
		t.Errorf("the stream ended with %d, want 4001", code)
	}
	screen.want("GET", "/v1/me", "", 401, "")
	screen.want("GET", path, "", 401, "")
}

// security is the demo's account that admits others.
func (s *served) security(password string) *asker {
	s.t.Helper()
	token, err := logIn(s.url(""), "security", password)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.asker("Bearer " + token)
}

func TestWhoAdmitsSeesAllKeysAndMakesLinks(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--demo", "--demo-password", "By-the-creek-8", "--scene-size", "100")
	id, text := s.makeKey("")
	security := s.security("By-the-creek-8")
	security.want("GET", "/v1/keys?all=true", "", 200, id)
	security.want("DELETE", "/v1/keys/"+id, "", 204, "")
	s.asker("Bearer "+text).want("GET", "/v1/classes", "", 401, "")
	s.tester().want("POST", "/v1/links", `{}`, 403, "admit")
	security.want("POST", "/v1/links", `{"name":"hall","account":"nobody","address":"127.0.0.1"}`, 400, "expires")
	body := security.want("POST", "/v1/links", fmt.Sprintf(`{"name":"hall","account":"operator","address":"127.0.0.1","expires":%q}`, time.Now().Add(time.Hour).Format(time.RFC3339)), 201, "/v1/open?link=")
	var link struct{ ID, URL string }
	if err := json.Unmarshal([]byte(body), &link); err != nil {
		t.Fatal(err)
	}
	if list := security.want("GET", "/v1/links", "", 200, link.ID); strings.Contains(list, link.URL[strings.IndexByte(link.URL, '=')+1:]) {
		t.Errorf("the list tells links: %s", list)
	}
	s.asker("").want("GET", strings.TrimPrefix(link.URL, s.url("")), "", 303, "")
	security.want("DELETE", "/v1/links/"+link.ID, "", 204, "")
	s.asker("").want("GET", strings.TrimPrefix(link.URL, s.url("")), "", 401, "")
}

func TestWhatIsWrongWithACity(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	groups, bad := filepath.Join(dir, "groups.json"), filepath.Join(dir, "bad.json")
	for file, text := range map[string]string{groups: `{"groups":{"a":{"roles":["operator"],"areas":["*"]}}}`, bad: `{"groups":{"a":{"roles":["system","audit"],"areas":["*"]}}}`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := []string{"check", "--data-dir", dir, "--public-url", "https://suhe.example/", "--oidc", "city=https://login.example", "--oidc-client", "city=suhe", "--oidc-groups", "city=" + groups}
	with := func(args ...string) []string { return append(slices.Clone(good), args...) }
	if code, out, errs := suhe(good...); code != exitOK || !strings.Contains(out, "city=https://login.example") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	for want, args := range map[string][]string{
		"public-url: empty":                    slices.Delete(with(), 3, 5),
		"client id: empty":                     slices.Delete(with(), 7, 9),
		"oidc-groups: city":                    good[:9],
		"administers":                          append(slices.Clone(good[:9]), "--oidc-groups", "city="+bad),
		`issuer: "http://login.example"`:       with("--oidc", "city=http://login.example"),
		"oidc-secret-file: city":               with("--oidc-secret-file", "city="+filepath.Join(dir, "none")),
		"oidc-client: town is no provider":     with("--oidc-client", "town=suhe"),
		`oidc: "City", want a name of 1 to 20`: with("--oidc", "City=https://login.example", "--oidc-groups", "City="+groups),
	} {
		if code, _, errs := suhe(args...); code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("want %s: exit %d %s", want, code, errs)
		}
	}
}

func TestLoginAtTheCity(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	groups := filepath.Join(dir, "groups.json")
	if err := os.WriteFile(groups, []byte(`{"scopes":["groups"],"groups":{"creek-operators":{"roles":["operator"],"areas":["310107"]},"creek-handlers":{"roles":["handler"],"areas":["310107"]}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("secret of suhe\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir)
	s.terminate()
	city := testidp.Start(t, s.url("/v1/oidc/city/callback"), nil)
	s.args = append(s.args, "--public-url", s.url(""), "--oidc", "city="+city.Issuer, "--oidc-client", "city=suhe",
		"--oidc-secret-file", "city="+secret, "--oidc-groups", "city="+groups)
	s.start()
	s.login()
	s.asker("").want("GET", "/v1/site", "", 200, `"oidc":[{"name":"city","start":"/v1/oidc/city/start"}]`)
	s.asker("").want("GET", "/v1/oidc/town/start", "", 404, "")
	s.asker("").want("GET", "/v1/oidc/city/callback?code=x&state=y", "", 403, "Begin again")

	anna := s.asker("")
	anna.CheckRedirect = nil
	city.Tell(t, testidp.Anna("creek-operators"))
	anna.ask("GET", "/v1/oidc/city/start", "") // ends at the page, which need not be built
	me := anna.want("GET", "/v1/me", "", 200, `"id":"city.anna"`)
	if !strings.Contains(me, `"roles":["operator"]`) || !strings.Contains(me, `"areas":["310107"]`) || !strings.Contains(me, "安娜") {
		t.Errorf("me is %s", me)
	}
	_, err := logIn(s.url(""), "city.anna", "")
	if err == nil {
		t.Error("logged in without a password")
	}
	if code, _, _ := suhe("user", "password", "city.anna", "--data-dir", dir); code == exitOK {
		t.Error("an account of the city got a password")
	}

	again := s.asker("")
	again.CheckRedirect = nil
	city.Tell(t, testidp.Anna("creek-handlers"))
	again.ask("GET", "/v1/oidc/city/start", "")
	again.want("GET", "/v1/me", "", 200, `"roles":["handler"]`)
	anna.want("GET", "/v1/me", "", 200, `"roles":["handler"]`)

	late := s.asker("")
	late.CheckRedirect = nil
	city.Tell(t, testidp.Anna("choir"))
	late.want("GET", "/v1/oidc/city/start", "", 403, "in no group")
	late.want("GET", "/v1/me", "", 401, "")
	anna.want("GET", "/v1/me", "", 401, "")

	city.Tell(t, testidp.Anna("creek-handlers"))
	if code, _, errs := suhe("user", "set", "city.anna", "--disable", "--data-dir", dir); code != exitOK {
		t.Fatal(errs)
	}
	eventually(t, "the account is closed", func() bool {
		closed := s.asker("")
		closed.CheckRedirect = nil
		status, body := closed.ask("GET", "/v1/oidc/city/start", "")
		return status == 403 && strings.Contains(body, "closed here")
	})

	s.tester().want("GET", "/v1/me", "", 200, testName)
	city.Stop()
	s.terminate()
	s.start()
	s.asker("").want("GET", "/v1/oidc/city/start", "", 503, "does not answer")
	s.login()
	s.tester().want("GET", "/v1/me", "", 200, testName)
}
