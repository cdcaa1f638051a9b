package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"suhe/internal/account"
	"suhe/internal/account/link"
	"suhe/internal/api"
	"suhe/internal/wholefile"
)

// linkCmd holds the commands about links for screens that nobody attends. They
// change the store itself; nodes that run notice within two seconds.
type linkCmd struct {
	Add    linkAddCmd    `cmd:"" help:"Make a link that opens a page on one screen, to look at only, and print it, this once."`
	List   linkListCmd   `cmd:"" help:"Print all links."`
	Revoke linkRevokeCmd `cmd:"" help:"Make a link and the screen that it opened worth nothing; forget one that is over."`
}

// sealKey is the key of links and of logins elsewhere that were begun.
func (s storage) sealKey() ([]byte, error) {
	key, err := wholefile.Key(s.place("seal.key"))
	if err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	return key, nil
}

// links opens the links of the store for f.
func (s storage) links(ctx context.Context, log *slog.Logger, now clock, f func(context.Context, *link.Book) error) error {
	return s.accounts(ctx, log, now, func(ctx context.Context, store store, d *account.Directory) error {
		key, err := s.sealKey()
		if err != nil {
			return err
		}
		book := link.New(link.Options{Store: store, Record: store, Owners: d, Key: key, Now: now, Log: log})
		if err := book.Refresh(ctx); err != nil {
			return err
		}
		return f(ctx, book)
	})
}

// reached is how browsers reach the nodes.
type reached struct {
	PublicURL string `help:"Address by which browsers reach us, like https://suhe.example." placeholder:"URL"`
}

// url is the address of a path; without a public one the path alone.
func (p reached) url(path string) string { return strings.TrimSuffix(p.PublicURL, "/") + path }

type linkAddCmd struct {
	storage
	reached
	narrowing `set:"sensitivity=1"`
	Account   string        `arg:"" help:"Account whose view it shows."`
	Name      string        `arg:"" help:"Which screen it is for."`
	Address   string        `help:"Address of the screen, or block of addresses (CIDR)." required:"" placeholder:"ADDRESS"`
	Page      string        `help:"Path of the page." default:"/"`
	For       time.Duration `help:"The link is good for so long, a year at most." default:"2160h"`
}

// Run prints the link alone on a line; without a public address, its path.
func (c *linkAddCmd) Run(ctx context.Context, io streams, log *slog.Logger, now clock) error {
	return c.links(ctx, log, now, func(ctx context.Context, book *link.Book) error {
		_, text, err := book.Add(ctx, link.Wish{Name: c.Name, Account: c.Account, Grant: c.grant(), Address: c.Address, Page: c.Page, Expires: now().Add(c.For)})
		if err == nil {
			fmt.Fprintln(io.out, c.url(api.LinkPath(text)))
		}
		return err
	})
}

type linkListCmd struct{ storage }

// Run prints one link a line.
func (c *linkListCmd) Run(ctx context.Context, io streams, log *slog.Logger, now clock) error {
	return c.links(ctx, log, now, func(_ context.Context, book *link.Book) error {
		table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
		for _, l := range book.List() {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", l.ID, l.Account, l.Address, lifeOf(l.Expires, l.Revoked), l.Page, l.Name)
		}
		return table.Flush()
	})
}

type linkRevokeCmd struct {
	storage
	ID string `arg:"" help:"Id of the link, as list prints it."`
}

// Run ends the link.
func (c *linkRevokeCmd) Run(ctx context.Context, log *slog.Logger, now clock) error {
	return c.links(ctx, log, now, func(ctx context.Context, book *link.Book) error { return book.Revoke(ctx, c.ID) })
}
