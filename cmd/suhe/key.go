package main

import (
	"context"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/account/key"
)

// keyCmd holds the commands about API keys. They change the store itself; nodes
// that run notice within two seconds.
type keyCmd struct {
	Add    keyAddCmd    `cmd:"" help:"Make an API key for an account and print it, this once."`
	List   keyListCmd   `cmd:"" help:"Print all API keys."`
	Revoke keyRevokeCmd `cmd:"" help:"Make an API key worth nothing."`
}

// keyring opens the keys of the store for f.
func (s storage) keyring(ctx context.Context, log *slog.Logger, now clock, f func(context.Context, *key.Ring) error) error {
	return s.accounts(ctx, log, now, func(ctx context.Context, store store, d *account.Directory) error {
		ring := key.New(key.Options{Store: store, Owners: d, Now: now, Log: log})
		if err := ring.Refresh(ctx); err != nil {
			return err
		}
		return f(ctx, ring)
	})
}

// narrowing says how much less than its account something may.
type narrowing struct {
	Kind        []assets.Kind      `help:"Kind of assets that it sees, instead of all that its account does; may be repeated." placeholder:"KIND"`
	Class       []string           `help:"Class of assets, or the beginning of one up to a dot; may be repeated." placeholder:"CLASS"`
	Area        []string           `help:"Area that it is for, instead of all of its account; may be repeated." placeholder:"AREA"`
	Sensitivity assets.Sensitivity `help:"The most that it sees: 0 public, 1 internal, 2 restricted, 3 personal." default:"${sensitivity}"`
	Hide        []string           `help:"Field that it does not see; may be repeated." placeholder:"FIELD"`
}

func (n narrowing) grant() access.Grant {
	return access.Grant{Kinds: n.Kind, Classes: n.Class, Areas: n.Area, Sensitivity: n.Sensitivity, Hidden: n.Hide}
}

type keyAddCmd struct {
	storage
	narrowing `set:"sensitivity=3"`
	Owner     string          `arg:"" help:"Account that the key acts for."`
	Name      string          `arg:"" help:"What the key is for."`
	Action    []access.Action `help:"What it may do, instead of all that its account may; may be repeated." placeholder:"ACTION"`
	For       time.Duration   `help:"The key is good for so long, a year at most." default:"2160h"`
	PerDay    int64           `help:"Requests a day, of each node." default:"100000"`
	PerSecond float64         `help:"Requests a second, of each node." default:"20"`
}

// Run prints the key alone on a line.
func (c *keyAddCmd) Run(ctx context.Context, io streams, log *slog.Logger, now clock) error {
	return c.keyring(ctx, log, now, func(ctx context.Context, ring *key.Ring) error {
		wish := key.Wish{Name: c.Name, Grant: c.grant(), Quota: key.Quota{Day: c.PerDay, Second: c.PerSecond}, Expires: now().Add(c.For)}
		wish.Grant.Actions = c.Action
		_, text, err := ring.Add(ctx, c.Owner, wish)
		if err == nil {
			fmt.Fprintln(io.out, text)
		}
		return err
	})
}

type keyListCmd struct{ storage }

// Run prints one key a line.
func (c *keyListCmd) Run(ctx context.Context, io streams, log *slog.Logger, now clock) error {
	return c.keyring(ctx, log, now, func(_ context.Context, ring *key.Ring) error {
		table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
		for _, k := range ring.List("") {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", k.ID, k.Owner, lifeOf(k.Expires, k.Revoked), k.Name)
		}
		return table.Flush()
	})
}

// lifeOf says until when something is good, or since when it is not.
func lifeOf(expires, revoked time.Time) string {
	if !revoked.IsZero() {
		return "revoked " + revoked.Format(time.DateOnly)
	}
	return "until " + expires.Format(time.DateOnly)
}

type keyRevokeCmd struct {
	storage
	ID string `arg:"" help:"Id of the key, as list prints it."`
}

// Run makes the key worth nothing.
func (c *keyRevokeCmd) Run(ctx context.Context, log *slog.Logger, now clock) error {
	return c.keyring(ctx, log, now, func(ctx context.Context, ring *key.Ring) error { return ring.Revoke(ctx, "", c.ID) })
}
