package idp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/account/idp"
	"suhe/internal/testidp"
)

const mapping = `{"scopes":["groups"],"groups":{
	"creek-operators":{"roles":["operator"],"areas":["310107"]},
	"creek-handlers":{"roles":["handler"],"areas":["310107"]},
	"creek-west":{"roles":["operator"],"areas":["310110"]},
	"putuo-patrols":{"roles":["patrol"],"areas":["310107005"]},
	"system":{"roles":["system"],"areas":["*"]},
	"security":{"roles":["security"],"areas":["*"]}}}`

// site is a node as a browser sees it, with the two routes of one provider.
type site struct {
	*httptest.Server
	city     *testidp.City
	options  idp.Options
	provider *idp.Provider
	now      time.Time // of the node; zero: now
	got      account.Identity
	err      error
}

const cookieName = "suhe_oidc"

// newSite starts a provider with the options, and a node that lets in whom it knows.
func newSite(t testing.TB, options map[string]any) *site {
	t.Helper()
	s := new(site)
	mux := http.NewServeMux()
	mux.HandleFunc("/start", func(w http.ResponseWriter, r *http.Request) {
		address, cookie, err := s.provider.Start(r.Context())
		if s.err = err; err != nil {
			return
		}
		http.SetCookie(w, &http.Cookie{Name: cookieName, Value: cookie, Path: "/callback", HttpOnly: true})
		http.Redirect(w, r, address, http.StatusSeeOther)
	})
	mux.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		value := ""
		if c, err := r.Cookie(cookieName); err == nil {
			value = c.Value
		}
		s.got, s.err = s.provider.Finish(r.Context(), value, r.URL.Query())
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	s.city = testidp.Start(t, s.URL+"/callback", options)
	m, err := idp.ParseMapping([]byte(mapping))
	if err != nil {
		t.Fatal(err)
	}
	s.options = idp.Options{Name: "city", Issuer: s.city.Issuer, ClientID: "suhe", Secret: "secret of suhe", Redirect: s.URL + "/callback",
		Mapping: m, Key: bytes.Repeat([]byte{7}, 32), Now: func() time.Time {
			if s.now.IsZero() {
				return time.Now()
			}
			return s.now
		}}
	s.again(t)
	return s
}

// again is the node started anew, after a change of its options.
func (s *site) again(t testing.TB) {
	t.Helper()
	var err error
	if s.provider, err = idp.New(s.options); err != nil {
		t.Fatal(err)
	}
}

// browser is one with cookies, which may be bent on its way.
func browser(t testing.TB, bend func(r *http.Request)) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if bend != nil {
			bend(r)
		}
		return nil
	}}
}

// login goes all the way with a browser.
func (s *site) login(t testing.TB, b *http.Client) (account.Identity, error) {
	t.Helper()
	s.got, s.err = account.Identity{}, errors.New("the browser never came back")
	answer, err := b.Get(s.URL + "/start")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.Request.URL.Host != strings.TrimPrefix(s.URL, "http://") {
		t.Fatalf("the browser stands at %s: %s", answer.Request.URL, body)
	}
	return s.got, s.err
}

func refused(t testing.TB, err error, why idp.Why, text string) {
	t.Helper()
	var r *idp.Refusal
	if !errors.As(err, &r) || r.Why != why || !strings.Contains(r.Error(), text) || !errors.Is(err, access.ErrDenied) {
		t.Errorf("got %v, want %s with %q", err, why, text)
	}
}

func TestLogin(t *testing.T) {
	for name, options := range map[string]map[string]any{"groups in userinfo": nil, "groups in the id token": {"idTokenClaims": true}} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, options)
			s.city.Tell(t, testidp.Anna("creek-operators", "creek-handlers", "choir"))
			got, err := s.login(t, browser(t, nil))
			want := account.Identity{Source: "oidc:city", Subject: "4711", Username: "city.anna", Title: "安娜",
				Roles: []access.Role{access.Handler, access.Operator}, Areas: []string{"310107"}}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

// These share a provider.
func TestAtAProvider(t *testing.T) {
	s := newSite(t, nil)
	for name, test := range map[string]func(*testing.T, *site){
		"what is asked": askedOfTheProvider, "by groups": byGroups, "what is refused": whatIsRefused, "a code is taken once": aCodeIsTakenOnce, "in time": inTime,
	} {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

func askedOfTheProvider(t *testing.T, s *site) {
	address, cookie, err := s.provider.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || q.Get("response_type") != "code" ||
		q.Get("redirect_uri") != s.URL+"/callback" || q.Get("scope") != "openid profile groups" || len(q.Get("state")) != 43 || len(q.Get("nonce")) != 43 {
		t.Errorf("asked %s", address)
	}
	again, other, _ := s.provider.Start(t.Context())
	if v, _ := url.Parse(again); v.Query().Get("state") == q.Get("state") || v.Query().Get("nonce") == q.Get("nonce") || other == cookie {
		t.Error("two logins share their secrets")
	}
	if strings.Contains(cookie, q.Get("state")) {
		t.Error("the cookie can be read")
	}
}

func byGroups(t *testing.T, s *site) {
	for name, c := range map[string]struct {
		groups []string
		amr    []string
		why    idp.Why
		text   string
		roles  []access.Role
		areas  []string
	}{
		"none":                    {groups: []string{}, why: idp.NoGroup},
		"a strange one":           {groups: []string{"choir"}, why: idp.NoGroup},
		"one role in two places":  {groups: []string{"creek-operators", "creek-west"}, roles: []access.Role{access.Operator}, areas: []string{"310107", "310110"}},
		"more than each":          {groups: []string{"creek-west", "putuo-patrols"}, why: idp.Conflict, text: "different roles in different areas"},
		"two administrators":      {groups: []string{"system", "security"}, amr: []string{"mfa"}, why: idp.Conflict, text: "administers"},
		"an administrator":        {groups: []string{"security"}, amr: []string{"pwd", "otp"}, roles: []access.Role{access.Security}, areas: []string{"*"}},
		"one with a password":     {groups: []string{"security"}, amr: []string{"pwd"}, why: idp.Second, text: "amr"},
		"one who says not how":    {groups: []string{"system"}, why: idp.Second, text: "amr"},
		"an administrator beside": {groups: []string{"system", "creek-operators"}, amr: []string{"mfa"}, why: idp.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			person := testidp.Anna(c.groups...)
			person["amr"] = c.amr
			s.city.Tell(t, person)
			got, err := s.login(t, browser(t, nil))
			if c.why != "" {
				refused(t, err, c.why, c.text)
				var r *idp.Refusal
				if errors.As(err, &r); (r.Lost == "4711") != (c.why != idp.Second) || got.Source != "" {
					t.Errorf("refusal %+v, identity %+v", r, got)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got.Roles, c.roles) || !reflect.DeepEqual(got.Areas, c.areas) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// callback replaces a parameter of what the provider sends the browser back with.
func callback(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if q := r.URL.Query(); strings.HasSuffix(r.URL.Path, "/callback") {
			q.Set(name, value)
			r.URL.RawQuery = q.Encode()
		}
	}
}

// asked replaces a parameter of what the browser asks the provider.
func asked(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if q := r.URL.Query(); r.URL.Path == "/auth" {
			q.Set(name, value)
			r.URL.RawQuery = q.Encode()
		}
	}
}

func whatIsRefused(t *testing.T, s *site) {
	s.city.Tell(t, testidp.Anna("creek-operators"))
	for name, c := range map[string]struct {
		bend func(*http.Request)
		why  idp.Why
		text string
	}{
		"wrong state":      {callback("state", "x"), idp.Stale, "state"},
		"no state":         {callback("state", ""), idp.Stale, "state"},
		"another's issuer": {callback("iss", "https://evil.example"), idp.Unwell, "iss"},
		"another's code":   {callback("code", "x"), idp.Said, "invalid_grant"},
		"no code":          {callback("code", ""), idp.Said, "no code"},
		"nonce mismatch":   {asked("nonce", "of-somebody-else"), idp.Unwell, "nonce"},
		"another's PKCE":   {asked("code_challenge", strings.Repeat("A", 43)), idp.Said, "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.login(t, browser(t, c.bend))
			refused(t, err, c.why, c.text)
			if got.Source != "" {
				t.Errorf("identity %+v", got)
			}
		})
	}
	t.Run("the provider says no", func(t *testing.T) {
		s.city.Tell(t, map[string]any{"refuse": true})
		_, err := s.login(t, browser(t, nil))
		refused(t, err, idp.Said, "access_denied")
	})
}

func aCodeIsTakenOnce(t *testing.T, s *site) {
	s.city.Tell(t, testidp.Anna("creek-operators"))
	var back string
	b := browser(t, func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/callback") {
			back = r.URL.String()
		}
	})
	if _, err := s.login(t, b); err != nil {
		t.Fatal(err)
	}
	answer, err := b.Get(back) // the browser still has the cookie
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	refused(t, s.err, idp.Said, "invalid_grant")
	if answer, err = browser(t, nil).Get(back); err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	refused(t, s.err, idp.Stale, "cookie")
}

func inTime(t *testing.T, s *site) {
	s.city.Tell(t, testidp.Anna("creek-operators"))
	t.Run("too late", func(t *testing.T) {
		_, err := s.login(t, browser(t, func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/callback") {
				s.now = time.Now().Add(idp.FlowLife)
			}
		}))
		refused(t, err, idp.Stale, "ago")
		s.now = time.Time{}
	})
	t.Run("expired id token", func(t *testing.T) {
		s.city.Tell(t, map[string]any{"idTokenLife": 5})
		_, err := s.login(t, browser(t, func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/callback") {
				s.now = time.Now().Add(time.Minute)
			}
		}))
		refused(t, err, idp.Unwell, "expired")
		s.now = time.Time{}
		s.city.Tell(t, map[string]any{"idTokenLife": 3600})
	})
}

// swap puts another id token into what the provider answers.
type swap struct{ token string }

func (s *swap) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || r.URL.Path != "/token" {
		return answer, err
	}
	defer answer.Body.Close()
	var said map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
		return nil, err
	}
	if s.token == "" {
		s.token, _ = said["id_token"].(string)
	} else {
		said["id_token"] = s.token
	}
	text, _ := json.Marshal(said)
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return answer, nil
}

// Whoever stands between us and the provider has tokens that it made for others,
// earlier, or that others made.
func TestTokensOfElsewhere(t *testing.T) {
	s := newSite(t, nil)
	s.city.Tell(t, testidp.Anna("creek-operators"))
	stolen := func(t *testing.T, from *site, client string) string {
		t.Helper()
		between := new(swap)
		from.options.Client, from.options.ClientID, from.options.Secret = &http.Client{Transport: between}, client, "secret of "+client
		from.again(t)
		if _, err := from.login(t, browser(t, nil)); err != nil || between.token == "" {
			t.Fatal(err)
		}
		return between.token
	}
	evil := newSite(t, nil)
	evil.city.Tell(t, testidp.Anna("creek-operators"))
	mine := stolen(t, s, "suhe")
	for name, c := range map[string]struct{ token, text string }{
		"wrong audience":      {stolen(t, s, "other"), "audience"},
		"of an evil issuer":   {stolen(t, evil, "suhe"), "failed to verify"},
		"of an earlier login": {mine, "nonce"},
		"without a signature": {unsigned(mine), ""},
		"no token":            {"x", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s.options.Client, s.options.ClientID, s.options.Secret = &http.Client{Transport: &swap{c.token}}, "suhe", "secret of suhe"
			s.again(t)
			_, err := s.login(t, browser(t, nil))
			refused(t, err, idp.Unwell, c.text)
		})
	}
}

// unsigned is the token with the algorithm none.
func unsigned(token string) string {
	parts := strings.Split(token, ".")
	return "eyJhbGciOiJub25lIn0." + parts[1] + "."
}

func TestProvidersThatAreNone(t *testing.T) {
	t.Run("evil issuer", func(t *testing.T) {
		s := newSite(t, map[string]any{"claims": "https://login.city.example"})
		_, _, err := s.provider.Start(t.Context())
		refused(t, err, idp.Away, "login.city.example")
	})
	t.Run("down, and up again", func(t *testing.T) {
		s := newSite(t, nil)
		s.city.Tell(t, testidp.Anna("creek-operators"))
		down := httptest.NewServer(http.NotFoundHandler())
		address := s.options.Issuer
		s.options.Issuer = down.URL
		s.again(t)
		_, _, err := s.provider.Start(t.Context())
		refused(t, err, idp.Away, "404")
		if _, _, again := s.provider.Start(t.Context()); again != err {
			t.Errorf("at once again: %v, want the same", again)
		}
		down.Close()
		s.again(t)
		_, _, err = s.provider.Start(t.Context())
		refused(t, err, idp.Away, "refused")
		s.options.Issuer = address
		s.again(t)
		if _, err := s.login(t, browser(t, nil)); err != nil {
			t.Errorf("up again: %v", err)
		}
		_, err = s.login(t, browser(t, func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/callback") {
				s.city.Stop()
			}
		}))
		refused(t, err, idp.Away, "code")
	})
	t.Run("endless", func(t *testing.T) {
		endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for range 64 {
				if _, err := w.Write(bytes.Repeat([]byte(" "), 64<<10)); err != nil {
					return
				}
			}
		}))
		defer endless.Close()
		_, _, err := (&site{options: idp.Options{Name: "a", Issuer: endless.URL, ClientID: "a", Redirect: endless.URL}}).start(t)
		refused(t, err, idp.Away, "too long")
	})
	t.Run("elsewhere", func(t *testing.T) {
		moved := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/", http.StatusFound))
		defer moved.Close()
		_, _, err := (&site{options: idp.Options{Name: "a", Issuer: moved.URL, ClientID: "a", Redirect: moved.URL}}).start(t)
		refused(t, err, idp.Away, "elsewhere")
	})
}

func (s *site) start(t *testing.T) (string, string, error) {
	t.Helper()
	s.options.Key = make([]byte, 32)
	s.again(t)
	return s.provider.Start(t.Context())
}

func TestOptions(t *testing.T) {
	good := idp.Options{Name: "city", Issuer: "https://login.city.example/realm", ClientID: "suhe", Redirect: "https://suhe.example/v1/oidc/city/callback", Key: make([]byte, 32)}
	if _, err := idp.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*idp.Options){
		"name":            func(o *idp.Options) { o.Name = "City/1" },
		"no issuer":       func(o *idp.Options) { o.Issuer = "" },
		"plain issuer":    func(o *idp.Options) { o.Issuer = "http://login.city.example" },
		"plain redirect":  func(o *idp.Options) { o.Redirect = "http://suhe.example/cb" },
		"issuer, a query": func(o *idp.Options) { o.Issuer = "https://login.city.example?a=b" },
		"issuer, a user":  func(o *idp.Options) { o.Issuer = "https://a@login.city.example" },
		"client id":       func(o *idp.Options) { o.ClientID = "" },
	} {
		o := good
		change(&o)
		if _, err := idp.New(o); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var mappings = []struct{ name, text, want string }{
	{"good", mapping, ""},
	{"no JSON", `x`, "invalid character"},
	{"unknown key", `{"group":{}}`, "unknown field"},
	{"two objects", mapping + `{}`, "behind"},
	{"no groups", `{"groups":{}}`, "0 groups"},
	{"no role", `{"groups":{"a":{"areas":["*"]}}}`, `"a": invalid: roles: none`},
	{"a role of nobody", `{"groups":{"a":{"roles":["king"],"areas":["*"]}}}`, "king"},
	{"two administrators", `{"groups":{"a":{"roles":["system","audit"],"areas":["*"]}}}`, "administers"},
	{"no areas", `{"groups":{"a":{"roles":["operator"]}}}`, "areas"},
	{"an empty area", `{"groups":{"a":{"roles":["operator"],"areas":[""]}}}`, "areas"},
}

func TestMappings(t *testing.T) {
	for _, c := range mappings {
		_, err := idp.ParseMapping([]byte(c.text))
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func FuzzMapping(f *testing.F) {
	for _, c := range mappings {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := idp.ParseMapping(text)
		if err != nil {
			return
		}
		for name, p := range m.Groups {
			if err := access.CheckRoles(p.Roles); err != nil || len(p.Areas) == 0 {
				t.Errorf("took %q: %+v", name, p)
			}
		}
	})
}

// Nobody makes a cookie but us, nor one for another provider.
func FuzzCookie(f *testing.F) {
	mine, err := idp.New(idp.Options{Name: "city", Issuer: "https://a.example", ClientID: "a", Redirect: "https://b.example", Key: make([]byte, 32)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("", "state")
	f.Add("AAAA", "")
	f.Add(strings.Repeat("A", 2000), "x")
	f.Fuzz(func(t *testing.T, cookie, state string) {
		_, err := mine.Finish(t.Context(), cookie, url.Values{"state": {state}, "code": {"x"}})
		refused(t, err, idp.Stale, "cookie")
	})
}
