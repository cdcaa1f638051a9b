package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"suhe/internal/account"
	"suhe/internal/account/idp"
	"suhe/internal/account/key"
	"suhe/internal/account/link"
	"suhe/internal/api"
)

// cities are the identity providers by which people may come in.
type cities struct {
	reached
	OIDC       map[string]string `help:"Let people in whom this OpenID provider knows; may be repeated. Wants oidc-client, oidc-groups and public-url." placeholder:"NAME=ISSUER" name:"oidc"`
	OIDCClient map[string]string `help:"What we are called there." placeholder:"NAME=CLIENT-ID" name:"oidc-client"`
	OIDCSecret map[string]string `help:"File with our secret there; without one we are a public client." placeholder:"NAME=FILE" name:"oidc-secret-file"`
	OIDCGroups map[string]string `help:"File (JSON) that says what the groups there may here." placeholder:"NAME=FILE" name:"oidc-groups"`
}

// check says what is wrong, one line each.
func (c cities) check() (wrong []string) {
	for _, flag := range []struct {
		name string
		of   map[string]string
	}{{"oidc-client", c.OIDCClient}, {"oidc-secret-file", c.OIDCSecret}, {"oidc-groups", c.OIDCGroups}} {
		for _, name := range slices.Sorted(maps.Keys(flag.of)) {
			if c.OIDC[name] == "" {
				wrong = append(wrong, fmt.Sprintf("%s: %s is no provider: want --oidc %[2]s=ISSUER", flag.name, name))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.OIDC)) {
		if _, err := c.city(name, make([]byte, 32), nil); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	return wrong
}

// callbackPath is where a provider sends browsers back to.
func callbackPath(name string) string { return "/v1/oidc/" + name + "/callback" }

// city makes the provider of that name.
func (c cities) city(name string, key []byte, now clock) (*idp.Provider, error) {
	o := idp.Options{Name: name, Issuer: c.OIDC[name], ClientID: c.OIDCClient[name], Redirect: c.url(callbackPath(name)), Key: key, Now: now}
	if c.PublicURL == "" {
		return nil, fmt.Errorf("public-url: empty, and %s is to send browsers there", name)
	}
	groups, err := os.ReadFile(c.OIDCGroups[name])
	if err != nil {
		return nil, fmt.Errorf("oidc-groups: %s: %w", name, err)
	}
	if o.Mapping, err = idp.ParseMapping(groups); err != nil {
		return nil, fmt.Errorf("oidc-groups: %s: %w", name, err)
	}
	if file := c.OIDCSecret[name]; file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("oidc-secret-file: %s: %w", name, err)
		}
		o.Secret = strings.TrimRight(string(text), "\r\n")
	}
	return idp.New(o)
}

// openKeys opens the other ways to say who one is: API keys, links of screens,
// identity providers, and the tokens of devices.
func (n *node) openKeys(ctx context.Context) error {
	seal, err := n.settings.sealKey()
	if err != nil {
		return err
	}
	n.keys = key.New(key.Options{Store: n.store, Owners: n.logins, File: n.settings.place("keys.json"), Now: n.now, Log: n.log})
	n.links = link.New(link.Options{Store: n.store, Record: n.store, Owners: n.logins, Key: seal, Now: n.now, Log: n.log})
	n.cities = make(map[string]api.City)
	for name := range n.settings.OIDC {
		if n.cities[name], err = n.settings.city(name, seal, n.now); err != nil {
			return err
		}
	}
	n.gate = account.Gate{n.logins.Bearer(), n.keys, n.machines(), account.Ticket(&n.tickets, n.redeemed), n.logins.Cookie(), n.links}
	return n.refreshKeys(ctx)
}

// machines know devices and gateways.
func (n *node) machines() account.Machines { return account.Machines{Devices: n.devices} }

// keysPatience bounds the wait for the store, which may hang.
const keysPatience = 2 * time.Second

// followKeys reads what has changed, and tells once if it cannot.
func (n *node) followKeys(ctx context.Context) {
	err := n.refreshKeys(ctx)
	if err != nil && !n.keysAway && ctx.Err() == nil {
		n.log.Warn("keys, links and webhooks: not read anew, those of before are good still", "err", err)
	}
	n.keysAway = err != nil
}

// refreshKeys reads the keys, links and webhooks that have changed.
func (n *node) refreshKeys(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, keysPatience)
	defer cancel()
	if err := n.keys.Refresh(ctx); err != nil {
		return err
	}
	if err := n.links.Refresh(ctx); err != nil || n.webhooks == nil {
		return err
	}
	return n.webhooks.Refresh(ctx)
}

// providers tells the login page where else one can log in.
func (n *node) providers() (out []api.Provider) {
	for _, name := range slices.Sorted(maps.Keys(n.cities)) {
		out = append(out, api.Provider{Name: name, Start: "/v1/oidc/" + name + "/start"})
	}
	return out
}
