// Package geopackage keeps the registry, its outbox and the history in one
// GeoPackage file, which GDAL and QGIS open as it is, also to edit: triggers
// put every change into the outbox. One process at a time keeps a file; its
// writes go one behind the other. What is committed is on disk (WAL,
// synchronous=FULL), also if the process is killed. A row edited into something
// that is no asset (see store.Sound) is kept, and treated as if it were not there.
package geopackage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/settings"
	"suhe/twin"
)

const (
	readers        = 4
	acquireTimeout = 30 * time.Second // a large import holds the one writer for long
	busyTimeout    = "10000"          // milliseconds that another program may hold the file
)

// Options are optional; the zero value is ready.
type Options struct {
	Log *slog.Logger // nil: slog.Default

	AuditHash audit.Algorithm  // of a record that begins; "": audit.SHA256
	Now       func() time.Time // of settings and audit entries; nil: time.Now
}

// Store is an open file. Its methods may be called at the same time.
type Store struct {
	path  string
	write *sql.DB // one connection
	read  *sql.DB
	log   *slog.Logger
	hash  audit.Algorithm
	now   func() time.Time

	stop   context.CancelFunc // ends what Wake started
	life   context.Context
	wakers sync.WaitGroup
	bell   bell

	swept sweeps
}

var (
	_ assets.Store   = (*Store)(nil)
	_ twin.Outbox    = (*Store)(nil)
	_ twin.History   = (*Store)(nil)
	_ settings.Store = (*Store)(nil)
	_ audit.Store    = (*Store)(nil)
)

// Open opens the file, which it makes if there is none. A file that is
// something else is refused and left as it is.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	s, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("geopackage %s: %w", path, err)
	}
	s.log, s.hash, s.now = o.Log, o.AuditHash, o.Now
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.hash == "" {
		s.hash = audit.SHA256
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s, nil
}

func open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	d, err := newDriver()
	if err != nil {
		return nil, err
	}
	s := &Store{
		path:  path,
		write: sql.OpenDB(connector{d, dsn(path, "immediate")}),
		read:  sql.OpenDB(connector{d, dsn(path, "deferred")}),
	}
	s.write.SetMaxOpenConns(1)
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	if err := prepare(ctx, s.write); err != nil {
		return nil, errors.Join(err, s.read.Close(), s.write.Close())
	}
	s.life, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// connector opens connections of a driver that is not registered anywhere.
type connector struct {
	driver driver.Driver
	dsn    string
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.driver.Open(c.dsn)
}

func (c connector) Driver() driver.Driver { return c.driver }

func dsn(path, begin string) string {
	q := url.Values{
		"_txlock": {begin},
		"_pragma": {"busy_timeout(" + busyTimeout + ")", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-32768)", "temp_store(MEMORY)"},
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// Close ends what Wake started and closes the file.
func (s *Store) Close() error {
	s.stop()
	s.wakers.Wait()
	return errors.Join(s.read.Close(), s.write.Close())
}

// writing runs f in the one writing transaction and commits it if f returns nil.
func (s *Store) writing(ctx context.Context, f func(*sql.Tx) error) error {
	return within(ctx, s.write, f)
}

// reading runs f on one state of the file.
func (s *Store) reading(ctx context.Context, f func(*sql.Tx) error) error {
	return within(ctx, s.read, f)
}

// within runs f in a transaction. The transaction does not end with ctx by
// itself, so that f may finish what it has begun; f asks ctx where it may stop.
func within(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	err := transact(ctx, db, f)
	if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

func transact(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	conn, err := acquire(ctx, db)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// acquire waits for a free connection, but not for ever.
func acquire(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, acquireTimeout, fmt.Errorf("no free connection within %v", acquireTimeout))
	defer cancel()
	conn, err := db.Conn(ctx)
	if err == nil {
		return conn, nil
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return nil, fmt.Errorf("%w: %w", assets.ErrBusy, cause)
	}
	return nil, err
}
