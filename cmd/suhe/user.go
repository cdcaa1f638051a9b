package main

import (
	"context"
	"fmt"
	"log/slog"
	"os/user"
	"strings"
	"text/tabwriter"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
)

// userCmd holds the commands about accounts. They change the store itself; nodes
// that run notice within two seconds.
type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Make an account; without a password it gets one for one login, which is printed."`
	List     userListCmd     `cmd:"" help:"Print all accounts."`
	Set      userSetCmd      `cmd:"" help:"Change what an account may."`
	Remove   userRemoveCmd   `cmd:"" help:"Remove an account and end its sessions."`
	Password userPasswordCmd `cmd:"" help:"Give an account a password and end its sessions; without one it gets one for one login, which is printed."`
	Unlock   userUnlockCmd   `cmd:"" help:"Let an account that had too many failures try again."`
	ResetOTP userResetOTPCmd `cmd:"" name:"reset-otp" help:"Take the second factor of an account away and end its sessions."`
}

// directory opens the accounts of the store for f.
func (s storage) directory(ctx context.Context, log *slog.Logger, now clock, f func(context.Context, *account.Directory) error) error {
	return s.accounts(ctx, log, now, func(ctx context.Context, _ store, d *account.Directory) error { return f(ctx, d) })
}

// accounts opens the store and its accounts, also those of a demo, for f.
func (s storage) accounts(ctx context.Context, log *slog.Logger, now clock, f func(context.Context, store, *account.Directory) error) error {
	store, err := openStore(ctx, s, log)
	if err != nil {
		return err
	}
	defer store.Close()
	d := account.NewDirectory(account.DirectoryOptions{Store: store, Now: now, Demo: true})
	if err := d.Refresh(ctx); err != nil {
		return err
	}
	return f(ctx, store, d)
}

// shellUser is who runs the command, as the system knows them.
func shellUser() string {
	u, err := user.Current()
	if err != nil {
		return "unknown"
	}
	return u.Username
}

type userAddCmd struct {
	storage
	Name     string        `arg:"" help:"Name to log in with: a-z, 0-9, ., _ and -."`
	Title    string        `help:"Name to show." placeholder:"TEXT"`
	Role     []access.Role `help:"Role; may be repeated: operator, dispatcher, patrol, handler, planner, public; or one of system, security, audit." required:""`
	Area     []string      `help:"Area code, node of a tree, or * for all; may be repeated."`
	Password string        `help:"Password; better by SUHE_PASSWORD_FILE." placeholder:"TEXT" secret:""`
	Unit     string        `help:"Unit that it is of: of what is dispatched to a unit, those of that unit accept." placeholder:"TEXT"`
}

// Run prints the one-time password alone on a line.
func (c *userAddCmd) Run(ctx context.Context, io streams, log *slog.Logger, now clock) error {
	return c.directory(ctx, log, now, func(ctx context.Context, d *account.Directory) error {
		_, oneTime, err := d.Add(ctx, c.Name, account.Spec{Title: c.Title, Roles: c.Role, Areas: c.Area, Unit: c.Unit}, c.Password)
		return printOneTime(io, oneTime, err)
	})
}

func printOneTime(io streams, oneTime string, err error) error {
	if err == nil && oneTime != "" {
		fmt.Fprintln(io.out, oneTime)
	}
	return err
}

type userListCmd struct{ storage }

// Run prints one account a line.
func (c *userListCmd) Run(ctx context.Context, io streams, log *slog.Logger, now clock) error {
	return c.directory(ctx, log, now, func(_ context.Context, d *account.Directory) error {
		table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
		for _, a := range d.Accounts() {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", a.Name, strings.Join(access.RoleNames(a.Roles), ","), strings.Join(a.Areas, ","), marks(a), a.Title)
		}
		return table.Flush()
	})
}

// marks are what is special about an account.
func marks(a *account.Account) string {
	var out []string
	for _, m := range []struct {
		is   bool
		word string
	}{{a.Disabled, "disabled"}, {a.Demo, "demo"}, {a.OneTime, "one-time"}, {a.OTP != "", "otp"}} {
		if m.is {
			out = append(out, m.word)
		}
	}
	if len(out) == 0 {
		return "-"
	}
	return strings.Join(out, ",")
}

type userSetCmd struct {
	storage
	Name    string        `arg:"" help:"Name of the account."`
	Title   *string       `help:"Name to show." placeholder:"TEXT"`
	Role    []access.Role `help:"Roles, instead of those before."`
	Area    []string      `help:"Areas, instead of those before; an empty one for none."`
	Unit    *string       `help:"Unit that it is of; an empty one for none." placeholder:"TEXT"`
	Disable bool          `help:"Let it in no more." xor:"able"`
	Enable  bool          `help:"Let it in again." xor:"able"`
}

// Run changes what is named and leaves the rest.
func (c *userSetCmd) Run(ctx context.Context, log *slog.Logger, now clock) error {
	return c.directory(ctx, log, now, func(ctx context.Context, d *account.Directory) error {
		is, err := d.Account(c.Name)
		if err != nil {
			return err
		}
		spec := account.Spec{Title: is.Title, Roles: is.Roles, Areas: is.Areas, Unit: is.Unit, Disabled: (is.Disabled || c.Disable) && !c.Enable}
		if c.Title != nil {
			spec.Title = *c.Title
		}
		if c.Unit != nil {
			spec.Unit = *c.Unit
		}
		if c.Role != nil {
			spec.Roles = c.Role
		}
		if c.Area != nil {
			spec.Areas = nil
			for _, area := range c.Area {
				if area != "" {
					spec.Areas = append(spec.Areas, area)
				}
			}
		}
		_, err = d.Set(ctx, c.Name, is.Rev, spec)
		return err
	})
}

type userRemoveCmd struct {
	storage
	Name string `arg:"" help:"Name of the account."`
}

// Run removes it.
func (c *userRemoveCmd) Run(ctx context.Context, log *slog.Logger, now clock) error {
	return c.directory(ctx, log, now, func(ctx context.Context, d *account.Directory) error {
		return d.Remove(ctx, c.Name, assets.AnyRev)
	})
}

type userPasswordCmd struct {
	storage
	Name     string `arg:"" help:"Name of the account."`
	Password string `help:"Password; better by SUHE_PASSWORD_FILE." placeholder:"TEXT" secret:""`
}

// Run prints the one-time password alone on a line.
func (c *userPasswordCmd) Run(ctx context.Context, io streams, log *slog.Logger, now clock) error {
	return c.directory(ctx, log, now, func(ctx context.Context, d *account.Directory) error {
		oneTime, err := d.ResetPassword(ctx, c.Name, c.Password)
		return printOneTime(io, oneTime, err)
	})
}

type userUnlockCmd struct {
	storage
	Name string `arg:"" help:"Name of the account."`
}

// Run unlocks it.
func (c *userUnlockCmd) Run(ctx context.Context, log *slog.Logger, now clock) error {
	return c.directory(ctx, log, now, func(ctx context.Context, d *account.Directory) error { return d.Unlock(ctx, c.Name) })
}

type userResetOTPCmd struct {
	storage
	Name string `arg:"" help:"Name of the account."`
}

// Run takes it away.
func (c *userResetOTPCmd) Run(ctx context.Context, log *slog.Logger, now clock) error {
	return c.directory(ctx, log, now, func(ctx context.Context, d *account.Directory) error { return d.ResetOTP(ctx, c.Name) })
}
