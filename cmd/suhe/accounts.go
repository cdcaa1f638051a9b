package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/audit"
	"suhe/internal/bus"
	"suhe/internal/wholefile"
)

// logins say how people get in.
type logins struct {
	LoginKey     string        `help:"Key that signs login tokens, made if there is none; nodes that work together have the same. Default: login.key in the data folder." placeholder:"FILE"`
	SessionIdle  time.Duration `help:"A login that is not used for so long is over." default:"30m"`
	SessionLife  time.Duration `help:"A login is over after so long in any case." default:"12h"`
	PasswordLife time.Duration `help:"A password must be changed after so long." default:"2160h"`
	LoginTries   int           `help:"So many failures lock an account." default:"5"`
	AddressTries int           `help:"So many failures lock an address: more where many people share one." default:"5"`
	LoginRest    time.Duration `help:"So long." default:"15m"`
	DemoPassword string        `help:"Password of the demo's accounts; without it one is made and printed." placeholder:"TEXT" secret:""`
}

// minDemoPassword keeps a demo from being open to everybody who guesses.
const minDemoPassword = 8

// check says what is wrong, one line each.
func (l logins) check() (wrong []string) {
	for _, d := range []struct {
		name        string
		is          time.Duration
		least, most time.Duration
	}{
		{"session-idle", l.SessionIdle, time.Second, 24 * time.Hour}, {"session-life", l.SessionLife, time.Second, 7 * 24 * time.Hour},
		{"password-life", l.PasswordLife, time.Hour, 10 * 365 * 24 * time.Hour}, {"login-rest", l.LoginRest, time.Second, 24 * time.Hour},
	} {
		if d.is < d.least || d.is > d.most {
			wrong = append(wrong, fmt.Sprintf("%s: %v, want %v to %v", d.name, d.is, d.least, d.most))
		}
	}
	if l.LoginTries < 1 || l.AddressTries < 1 {
		wrong = append(wrong, fmt.Sprintf("login-tries, address-tries: %d, %d, want 1 or more", l.LoginTries, l.AddressTries))
	}
	if l.DemoPassword != "" && len(l.DemoPassword) < minDemoPassword {
		wrong = append(wrong, fmt.Sprintf("demo-password: %d bytes, want at least %d", len(l.DemoPassword), minDemoPassword))
	}
	return wrong
}

// keptLogins bounds what is kept of failed logins and of the use of sessions.
const (
	keptLogins     = 64 << 20
	keptLoginsTime = 8 * 24 * time.Hour // longer than any session and any lock
)

// openAccounts finds out who may log in.
func (n *node) openAccounts(ctx context.Context) error {
	file := n.settings.LoginKey
	if file == "" {
		file = n.settings.place("login.key")
	}
	key, err := account.OpenKey(file, n.now)
	if err != nil {
		return err
	}
	table, err := n.bus.Table(ctx, bus.TableOptions{Name: "LOGINS", MaxAge: keptLoginsTime, MaxBytes: keptLogins})
	if err != nil {
		return err
	}
	l := n.settings.logins
	n.logins = account.NewLogins(account.Options{
		Directory: account.NewDirectory(account.DirectoryOptions{Store: n.store, Now: n.now, Demo: n.settings.Demo, Seal: n.seals, Log: n.log}),
		Record:    n.store, Table: table, Key: key, Log: n.log,
		Idle: l.SessionIdle, Life: l.SessionLife, PasswordLife: l.PasswordLife,
		Rest: l.LoginRest, Tries: l.LoginTries, AddressTries: l.AddressTries,
	})
	return n.logins.Refresh(ctx)
}

// still is what a principal that was let in before may now.
func (n *node) still(who access.Principal) (access.Principal, error) { return n.gate.Still(who) }

// redeemed is still of whose ticket it was. Whoever got it at another node may have
// logged in there just now.
func (n *node) redeemed(who access.Principal) (access.Principal, error) {
	now, err := n.gate.Still(who)
	if n.tickets.Shared == nil || !errors.Is(err, access.ErrUnauthenticated) {
		return now, err
	}
	if err := n.logins.Refresh(context.Background()); err != nil {
		return now, fmt.Errorf("%w: %w", assets.ErrBusy, err)
	}
	return n.gate.Still(who)
}

// followAccounts keeps who may log in and what is connected up to date.
func (n *node) followAccounts(ctx context.Context) error {
	return n.logins.Run(ctx, func() {
		n.followKeys(ctx)
		n.hub.Review(n.still)
		if n.public != nil {
			n.public.hub.Review(n.still)
		}
	})
}

// admit says whose ticket or token it is, as the gate does of a request.
func (n *node) admit(ticket, token string) (access.Principal, error) {
	who, err := n.knows(ticket, token)
	return who, access.Unbelieved(err)
}

func (n *node) knows(ticket, token string) (access.Principal, error) {
	if strings.HasPrefix(token, account.KeyPrefix) {
		return n.keys.Admit(token)
	}
	if token != "" {
		return n.logins.Token(context.Background(), token)
	}
	return account.Redeem(context.Background(), &n.tickets, n.redeemed, ticket)
}

// firstAccounts makes those that a node cannot do without, and tells their
// passwords on the console, never in the log.
func (n *node) firstAccounts(ctx context.Context, io streams) error {
	ctx = audit.With(ctx, audit.Origin{Who: audit.Program})
	if n.settings.Demo {
		return n.demoAccounts(ctx, io)
	}
	name, password, err := n.logins.First(ctx)
	if err == nil && name != "" {
		fmt.Fprintf(io.out, "The first account is %s, an administrator who admits others. Its password, for one login: %s\n", name, password)
	}
	return err
}

// demoAccounts makes the demo's accounts. A password of our own is kept, so that it
// is the same at every start.
func (n *node) demoAccounts(ctx context.Context, io streams) error {
	password, told := n.settings.DemoPassword, "the one of --demo-password"
	if password == "" {
		file := n.settings.place("demo.password")
		var err error
		if password, err = demoPassword(file); err != nil {
			return fmt.Errorf("demo password: %w", err)
		}
		told = password + " (also in " + file + ")"
	}
	if err := n.logins.Demo(ctx, password); err != nil {
		return err
	}
	var names []string
	for _, spec := range access.Roles() {
		names = append(names, string(spec.Role))
	}
	fmt.Fprintf(io.out, "*** DEMO 演示 *** Who knows the demo's password may do everything here. Keep no real data in it.\n"+
		"*** Log in as %s.\n*** Password: %s\n", strings.Join(names, ", "), told)
	return nil
}

// demoPassword reads the password from the file, or makes one.
func demoPassword(file string) (string, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		text = []byte(account.NewPassword() + "\n")
		err = wholefile.Replace(file, text)
	}
	return strings.TrimSpace(string(text)), err
}
