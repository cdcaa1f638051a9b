package account_test

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/bus"
	"suhe/internal/seal"
	"suhe/internal/settings"
	"suhe/internal/store/geopackage"
	"suhe/internal/testclock"
)

// counted counts how often the store is asked anything.
type counted struct {
	settings.Store
	asked atomic.Int64
}

func (c *counted) Settings(ctx context.Context, k settings.Kind) ([]settings.Setting, uint64, error) {
	c.asked.Add(1)
	return c.Store.Settings(ctx, k)
}

func (c *counted) SettingChanges(ctx context.Context) (uint64, error) {
	c.asked.Add(1)
	return c.Store.SettingChanges(ctx)
}

// town is a store and a broker that nodes share.
type town struct {
	t     testing.TB
	store *geopackage.Store
	table *bus.Table
	key   string
	seals string
	clock *testclock.Clock
	tries atomic.Int32
}

func newTown(t testing.TB) *town {
	t.Helper()
	dir := t.TempDir()
	store, err := geopackage.Open(t.Context(), filepath.Join(dir, "suhe.gpkg"), geopackage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Open(t.Context(), bus.Options{Dir: filepath.Join(dir, "nats"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(b.Close(), store.Close()); err != nil {
			t.Error(err)
		}
	})
	table, err := b.Table(t.Context(), bus.TableOptions{Name: "LOGINS"})
	if err != nil {
		t.Fatal(err)
	}
	return &town{t: t, store: store, table: table, key: filepath.Join(dir, "login.key"), seals: filepath.Join(dir, "store-seal.key"), clock: testclock.New(time.Now().Truncate(time.Second))}
}

// node is one that lets people in.
type node struct {
	*account.Logins
	town  *town
	store *counted
	key   *account.Key
}

// node starts one; demo says whether it is a demo's.
func (w *town) node(demo bool) *node {
	w.t.Helper()
	seals, err := seal.Open(w.seals)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.sealing(demo, seals)
}

// sealing is node with other keys, or none, that seal.
func (w *town) sealing(demo bool, by account.Sealer) *node {
	w.t.Helper()
	key, err := account.OpenKey(w.key, w.clock.Now)
	if err != nil {
		w.t.Fatal(err)
	}
	store := &counted{Store: w.store}
	n := &node{town: w, store: store, key: key, Logins: account.NewLogins(account.Options{
		Directory: account.NewDirectory(account.DirectoryOptions{Store: store, Now: w.clock.Now, Demo: demo, Seal: by}),
		Record:    w.store, Table: w.table, Key: key, Log: slog.New(slog.DiscardHandler)})}
	if err := n.Refresh(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return n
}

const password = "Reed-warbler-9"

// add makes an account with the password above.
func (n *node) add(name string, roles ...access.Role) {
	n.town.t.Helper()
	if _, _, err := n.Add(n.town.t.Context(), name, account.Spec{Title: name, Roles: roles, Areas: []string{access.Everywhere}}, password); err != nil {
		n.town.t.Fatal(err)
	}
}

var home = netip.MustParseAddr("192.0.2.7")

// try logs in, each time from somewhere else.
func (n *node) try(name, password, otp string) (account.Login, error) {
	from := netip.AddrFrom4([4]byte{203, 0, 113, byte(n.town.tries.Add(1))})
	return n.Login(n.town.t.Context(), account.Attempt{Name: name, Password: password, OTP: otp, Address: from})
}

// in logs in, which must succeed.
func (n *node) in(name string) account.Login {
	n.town.t.Helper()
	in, err := n.try(name, password, "")
	if err != nil {
		n.town.t.Fatalf("%s: %v", name, err)
	}
	return in
}

// known says whether the token still lets in.
func (n *node) known(token string) bool {
	_, err := n.Token(n.town.t.Context(), token)
	if err != nil && !errors.Is(err, access.ErrUnauthenticated) {
		n.town.t.Errorf("token: %v", err)
	}
	return err == nil
}

// code is what an error tells programs.
func code(err error) string {
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		return coded.Code()
	}
	return ""
}

// wait is how long an error tells to wait.
func wait(err error) time.Duration {
	var patient interface{ RetryAfter() time.Duration }
	if errors.As(err, &patient) {
		return patient.RetryAfter()
	}
	return 0
}
