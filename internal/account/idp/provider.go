// Package idp lets people in whom an identity provider of the city knows (OpenID
// Connect Core 1.0, authorization code with PKCE).
//
// Start sends the browser to the provider; Finish takes what it comes back with
// and says who it is and what they may by their groups. Nothing is kept on the
// server in between: the browser holds a sealed cookie, so the answer may come to
// any node. An answer is taken only from the browser that began, for ten minutes,
// with the state, nonce and verifier of that beginning; the provider takes each
// code once.
//
// The provider is asked for its discovery document when somebody first logs in, so
// a provider that is down keeps no node from starting and no local account out.
package idp

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
)

// Options are a Provider's settings.
type Options struct {
	Name     string // in addresses and as the source of accounts
	Issuer   string // exactly as the provider says it
	ClientID string
	Secret   string // "": a public client, which PKCE alone protects
	Redirect string // exact address of our callback, as it is registered with the provider
	Mapping  Mapping
	Key      []byte           // that cookies are sealed with; see wholefile.Key
	Client   *http.Client     // nil: a careful one
	Now      func() time.Time // nil: time.Now
}

// Provider is one identity provider. All methods may be called at once.
type Provider struct {
	o      Options
	sealer sealer

	mu     sync.Mutex
	known  *known // since it first answered
	asked  time.Time
	failed *Refusal // when it was last asked
}

// askAgain is how long who comes to a provider that is down is told so at once.
const askAgain = 3 * time.Second

// known is what the provider says of itself.
type known struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	provider *oidc.Provider
}

// nameRule is what a provider may be called: it stands in addresses and in the
// names of accounts.
var nameRule = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,19}$`)

// New makes a provider; nobody is asked yet. Errors wrap assets.ErrInvalid.
func New(o Options) (*Provider, error) {
	if !nameRule.MatchString(o.Name) {
		return nil, fmt.Errorf("%w: oidc: %.40q, want a name of 1 to 20 of a-z, 0-9 and -", assets.ErrInvalid, o.Name)
	}
	for _, address := range []struct{ field, text string }{{"issuer", o.Issuer}, {"redirect", o.Redirect}} {
		if err := checkAddress(address.text); err != nil {
			return nil, fmt.Errorf("%w: oidc %s: %s: %.200q, %w", assets.ErrInvalid, o.Name, address.field, address.text, err)
		}
	}
	if o.ClientID == "" {
		return nil, fmt.Errorf("%w: oidc %s: client id: empty", assets.ErrInvalid, o.Name)
	}
	if o.Client == nil {
		o.Client = carefulClient()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s, err := newSealer(o.Key)
	return &Provider{o: o, sealer: s}, err
}

// checkAddress wants https, or http of this machine.
func checkAddress(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("want an address like https://login.example.org/realm")
	}
	host := u.Hostname()
	if u.Scheme != "https" && (u.Scheme != "http" || host != "localhost" && host != "127.0.0.1" && host != "::1") {
		return errors.New("want https: who reads along would come in")
	}
	return nil
}

// Name is the provider's, in addresses.
func (p *Provider) Name() string { return p.o.Name }

// Source is what accounts of the provider say of where they come from.
func (p *Provider) Source() string { return "oidc:" + p.o.Name }

// ask finds out what the provider says of itself, once. The error is a *Refusal.
func (p *Provider) ask(ctx context.Context) (*known, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	if p.failed != nil && time.Since(p.asked) < askAgain {
		return nil, p.failed
	}
	known, err := p.discover(p.context(context.WithoutCancel(ctx)))
	if p.asked = time.Now(); err != nil {
		p.failed = refuse(Away, "discovery: %v", err)
		return nil, p.failed
	}
	p.known = known
	return known, nil
}

// discover asks for the discovery document.
func (p *Provider) discover(ctx context.Context) (*known, error) {
	provider, err := oidc.NewProvider(ctx, p.o.Issuer)
	if err != nil {
		return nil, err
	}
	var said struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&said); err != nil {
		return nil, err
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.o.Secret == "" || len(said.Methods) > 0 && !slices.Contains(said.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &known{
		oauth: oauth2.Config{ClientID: p.o.ClientID, ClientSecret: p.o.Secret, Endpoint: endpoint, RedirectURL: p.o.Redirect,
			Scopes: append([]string{oidc.ScopeOpenID, "profile"}, p.o.Mapping.Scopes...)},
		verifier: provider.Verifier(&oidc.Config{ClientID: p.o.ClientID, Now: p.o.Now}),
		provider: provider,
	}, nil
}

func (p *Provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.o.Client)
}

// Start is where to send the browser, and the cookie that it must bring back. The
// error is a *Refusal.
func (p *Provider) Start(ctx context.Context) (address, cookie string, err error) {
	k, err := p.ask(ctx)
	if err != nil {
		return "", "", err
	}
	f := flow{State: secret(), Nonce: secret(), Verifier: oauth2.GenerateVerifier(), Ends: p.o.Now().Add(FlowLife).Unix()}
	address = k.oauth.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
	return address, p.sealer.seal(p.o.Name, f), nil
}

// Finish says who comes back with that cookie and query. The error is a *Refusal.
func (p *Provider) Finish(ctx context.Context, cookie string, query url.Values) (account.Identity, error) {
	f, err := p.begun(cookie, query)
	if err != nil {
		return account.Identity{}, err
	}
	k, err := p.ask(ctx)
	if err != nil {
		return account.Identity{}, err
	}
	ctx = p.context(ctx)
	token, err := k.oauth.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(f.Verifier))
	var said *oauth2.RetrieveError
	switch {
	case errors.As(err, &said) && said.ErrorCode != "":
		return account.Identity{}, refuse(Said, "code: %.100s", said.ErrorCode)
	case err != nil:
		return account.Identity{}, refuse(Away, "code: %v", withoutBody(err))
	}
	c, err := p.claims(ctx, k, token, f.Nonce)
	if err != nil {
		return account.Identity{}, err
	}
	return p.identity(c)
}

// begun finds the beginning that the answer belongs to.
func (p *Provider) begun(cookie string, query url.Values) (flow, error) {
	f, err := p.sealer.open(p.o.Name, cookie)
	switch {
	case err != nil:
		return f, refuse(Stale, "cookie: none of ours")
	case p.o.Now().Unix() >= f.Ends:
		return f, refuse(Stale, "begun more than %v ago", FlowLife)
	case subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(f.State)) != 1:
		return f, refuse(Stale, "state: not that of this browser")
	case query.Has("iss") && query.Get("iss") != p.o.Issuer: // RFC 9207
		return f, refuse(Unwell, "iss: %.200q, want %q", query.Get("iss"), p.o.Issuer)
	case query.Has("error"):
		return f, refuse(Said, "%.100q", query.Get("error"))
	case query.Get("code") == "":
		return f, refuse(Said, "no code")
	}
	return f, nil
}

// claims are what a provider says of somebody.
type claims struct {
	Subject  string          `json:"sub"`
	Username string          `json:"preferred_username"`
	Name     string          `json:"name"`
	Party    string          `json:"azp"`
	Methods  json.RawMessage `json:"amr"`

	groups []string
}

// claims verifies the id token, and asks for the groups elsewhere if it has none.
func (p *Provider) claims(ctx context.Context, k *known, token *oauth2.Token, nonce string) (c claims, err error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return c, refuse(Unwell, "id token: none")
	}
	is, err := k.verifier.Verify(ctx, raw)
	if err != nil {
		return c, refuse(Unwell, "%v", err)
	}
	if subtle.ConstantTimeCompare([]byte(is.Nonce), []byte(nonce)) != 1 {
		return c, refuse(Unwell, "nonce: not that of this login")
	}
	if is.AccessTokenHash != "" {
		if err := is.VerifyAccessToken(token.AccessToken); err != nil {
			return c, refuse(Unwell, "%v", err)
		}
	}
	if err := c.take(is.Claims, p.o.Mapping.Claim); err != nil {
		return c, err
	}
	if c.Party != "" && c.Party != p.o.ClientID || c.Party == "" && len(is.Audience) > 1 {
		return c, refuse(Unwell, "azp: %.100q of %d audiences, want %q", c.Party, len(is.Audience), p.o.ClientID)
	}
	if c.groups != nil || k.provider.UserInfoEndpoint() == "" {
		return c, nil
	}
	info, err := k.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return c, refuse(Away, "userinfo: %v", err)
	}
	if info.Subject != is.Subject {
		return c, refuse(Unwell, "userinfo: of somebody else")
	}
	return c, c.take(info.Claims, p.o.Mapping.Claim)
}

// take takes over the claims that are there.
func (c *claims) take(from func(any) error, groups string) error {
	var all map[string]json.RawMessage
	if err := errors.Join(from(c), from(&all)); err != nil {
		return refuse(Unwell, "claims: %v", err)
	}
	if text, there := all[groups]; there {
		list, err := words(text)
		if err != nil {
			return refuse(Unwell, "claim %s: %v", groups, err)
		}
		c.groups = list
	}
	return nil
}

// words reads a list of strings, or one.
func words(text json.RawMessage) ([]string, error) {
	var list []string
	if json.Unmarshal(text, &list) == nil {
		return append([]string{}, list...), nil
	}
	var one string
	err := json.Unmarshal(text, &one)
	return []string{one}, err
}

// strong are the methods by which a provider says that there was a second factor
// (RFC 8176).
var strong = []string{"mfa", "otp", "hwk", "sc"}

// identity is who that is here.
func (p *Provider) identity(c claims) (account.Identity, error) {
	place, refusal := p.o.Mapping.place(c.groups)
	if refusal != nil {
		refusal.Lost = c.Subject
		return account.Identity{}, refusal
	}
	methods, _ := words(c.Methods)
	if access.Administer(place.Roles) && !slices.ContainsFunc(methods, func(m string) bool { return slices.Contains(strong, m) }) {
		return account.Identity{}, refuse(Second, "amr: %.100q, want one of %v", methods, strong)
	}
	return account.Identity{Source: p.Source(), Subject: c.Subject, Username: p.o.Name + "." + c.Username, Title: c.Name, Roles: place.Roles, Areas: place.Areas}, nil
}

// withoutBody is the error without what the provider sent, which may hold tokens.
func withoutBody(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}
