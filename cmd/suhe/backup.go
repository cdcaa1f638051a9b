package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/backup"
	"suhe/internal/bus"
	"suhe/internal/store/geopackage"
	"suhe/internal/store/postgis"
)

// keeping is the one secret of backups.
type keeping struct {
	Passphrase string `help:"Passphrase of backups: they are encrypted with it, and hold the keys." name:"backup-passphrase" placeholder:"TEXT" secret:""`
}

// minPassphrase is the least length: an archive may be tried against for ever.
const minPassphrase = 16

// check says what is wrong, one line each.
func (k keeping) check() (wrong []string) {
	if n := len(k.Passphrase); n > 0 && n < minPassphrase {
		wrong = append(wrong, fmt.Sprintf("backup-passphrase: %d bytes, want at least %d", n, minPassphrase))
	}
	return wrong
}

// backedUp are the streams of a node that a backup holds. EVENTS follows from the
// store; it is kept for what it alone knows, the order of what happened.
var backedUp = []string{"OBS", "EVENTS", "DEAD", "COMMANDS", "ANSWERS", "LOGINS", "WEBHOOKS", webhookTable}

// sources are what a backup of the storage is of.
func (s storage) sources(store store, b *bus.Bus) backup.Sources {
	return backup.Sources{Program: version, Kind: s.kind(), Store: store, Broker: b, Streams: backedUp, Folder: os.DirFS(s.DataDir)}
}

// kind names the kind of the store.
func (s storage) kind() string {
	if s.Database != "" {
		return "postgis"
	}
	return "geopackage"
}

// backupCmd holds the commands about backups.
type backupCmd struct {
	Create backupCreateCmd `cmd:"" default:"withargs" help:"Write a backup of a node that is stopped, or with --server of one that runs."`
	Verify backupVerifyCmd `cmd:"" help:"Read a backup and say whether it is whole."`
}

type backupCreateCmd struct {
	storage
	keeping
	NATS   string `help:"The NATS (nats://…) that the node uses instead of the embedded one." placeholder:"URL" name:"nats" secret:""`
	Server string `help:"Address of a node that runs; its own --backup-passphrase encrypts the backup." placeholder:"URL"`
	Token  string `help:"Token, or what suhe login printed, with --server; better by SUHE_TOKEN_FILE." placeholder:"TEXT" secret:""`
	File   string `arg:"" help:"File to write; it must not be there."`
}

// Run writes the file beside its place and moves it there when it is whole.
func (c *backupCreateCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	if err := wrongSettings(append(c.storage.check(), c.keeping.check()...)); err != nil {
		return err
	}
	if _, err := os.Lstat(c.File); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(fmt.Errorf("%w: %s is there already", assets.ErrInvalid, c.File), err)
	}
	if err := writeFile(c.File, func(f *os.File) error { return c.write(ctx, f, log) }); err != nil {
		return err
	}
	if c.Server == "" && c.Passphrase == "" {
		fmt.Fprintln(io.err, "the backup is not encrypted and holds no keys: --backup-passphrase does both")
	}
	return nil
}

func (c *backupCreateCmd) write(ctx context.Context, w io.Writer, log *slog.Logger) error {
	if c.Server != "" {
		return caller{server{c.Server}, c.Token}.download(ctx, "/v1/backup", w)
	}
	if _, err := os.Stat(c.DataDir); err != nil {
		return fmt.Errorf("data-dir: %w", err)
	}
	unlock, err := c.storage.lock(c.NATS)
	if err != nil {
		return err
	}
	defer unlock()
	store, err := openStore(ctx, c.storage, log)
	if err != nil {
		return err
	}
	defer store.Close()
	b, err := bus.Open(ctx, bus.Options{URL: c.NATS, Dir: c.place("nats"), Log: log})
	if err != nil {
		return err
	}
	defer b.Close()
	return recorded(ctx, store, audit.Backup, c.File, func() error { return backup.Take(ctx, w, c.Passphrase, c.sources(store, b)) })
}

// recorded records what is about to be done to all with a file, then does it. What
// did not come about is recorded as failed.
func recorded(ctx context.Context, store audit.Appender, a audit.Action, file string, f func() error) error {
	e := audit.From(ctx).Entry(a, "all", audit.Done)
	e.Detail, _ = json.Marshal(map[string]string{"file": file}) // words
	if err := store.AppendAudit(ctx, e); err != nil {
		return err
	}
	err := f()
	if err == nil {
		return nil
	}
	e.Outcome = audit.Failed
	e.Detail, _ = json.Marshal(map[string]string{"file": file, "error": err.Error()})
	return errors.Join(err, store.AppendAudit(context.WithoutCancel(ctx), e))
}

// lock keeps a data folder that only one process may use from others.
func (s storage) lock(nats string) (unlock func(), err error) {
	if s.Database != "" && nats != "" {
		return func() {}, nil
	}
	return lockFile(s.place(".lock"))
}

type backupVerifyCmd struct {
	keeping
	File string `arg:"" help:"Backup to read."`
}

// Run prints what is in the backup.
func (c *backupVerifyCmd) Run(io streams) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := backup.Verify(f, c.Passphrase)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	printBackup(io.out, "whole", m)
	return nil
}

func printBackup(w io.Writer, verdict string, m backup.Manifest) {
	keys := "without keys"
	if m.Keys {
		keys = "with keys"
	}
	fmt.Fprintf(w, "%s: %s store and %d streams of %s, %s, %d parts, %d bytes, by suhe %s\n",
		verdict, m.Store, len(m.Streams), m.Begun.Format("2006-01-02T15:04:05.000Z07:00"), keys, len(m.Parts), m.Size(), m.Program)
}

// restoreCmd restores a backup.
type restoreCmd struct {
	storage
	keeping
	NATS  string `help:"Restore the streams to this NATS (nats://…) instead of the data folder." placeholder:"URL" name:"nats" secret:""`
	Force bool   `help:"Replace what is there. What was in the data folder is kept beside, in .before-TIME; rows of a database are not."`
	File  string `arg:"" help:"Backup to restore."`
}

// Run verifies the backup first and changes nothing unless it is whole.
func (c *restoreCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	if err := wrongSettings(c.storage.check()); err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return fmt.Errorf("data-dir: %w", err)
	}
	unlock, err := lockFile(c.place(".lock"))
	if err != nil {
		return err
	}
	defer unlock()
	m, err := backup.Put(ctx, f, c.Passphrase, backup.Target{Dir: c.DataDir, Force: c.Force, Store: c.filler,
		Broker: func(ctx context.Context, dir string) (backup.Restorer, error) {
			return bus.Open(ctx, bus.Options{URL: c.NATS, Dir: dir, Log: log})
		}})
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	printBackup(io.out, "restored", m)
	if err := c.record(ctx, m, log); err != nil {
		return fmt.Errorf("restored, and not recorded: %w", err)
	}
	return nil
}

// record records the restore in the store that came of it: there was none before.
func (c *restoreCmd) record(ctx context.Context, m backup.Manifest, log *slog.Logger) error {
	store, err := openStore(ctx, c.storage, log)
	if err != nil {
		return err
	}
	defer store.Close()
	e := audit.From(ctx).Entry(audit.Restore, "all", audit.Done)
	e.Detail, _ = json.Marshal(map[string]any{"file": c.File, "of": m.Begun, "forced": c.Force}) // words and a time
	return store.AppendAudit(ctx, e)
}

// filler begins to fill the store that is named, if the backup is of its kind.
func (c *restoreCmd) filler(kind, dir string) (backup.Filler, error) {
	switch {
	case kind != c.kind():
		return nil, fmt.Errorf("%w: the backup is of a %s store, --database names a %s one", assets.ErrInvalid, kind, c.kind())
	case c.Database != "":
		return postgis.Restore(c.Database, c.Force), nil
	}
	return geopackage.Restore(filepath.Join(dir, "suhe.gpkg")), nil
}

// Backup implements api.Backups.
func (n *node) Backup(ctx context.Context, w io.Writer) error {
	if n.settings.Passphrase == "" {
		return fmt.Errorf("%w: backup: this node has no --backup-passphrase to encrypt it with", assets.ErrConflict)
	}
	if !n.backingUp.TryLock() {
		return fmt.Errorf("%w: backup: another is being made", assets.ErrBusy)
	}
	defer n.backingUp.Unlock()
	return backup.Take(ctx, w, n.settings.Passphrase, n.settings.sources(n.store, n.bus))
}
