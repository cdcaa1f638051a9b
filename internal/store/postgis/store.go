// Package postgis keeps the registry, its outbox and the history in PostgreSQL
// with PostGIS, in the schema suhe. Planners may edit suhe.assets with psql or
// QGIS: triggers put every change into the outbox. What is committed is never
// lost; several nodes may share one database. A row edited into something that
// is no asset (see store.Sound) is kept, and treated as if it were not there.
package postgis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/settings"
	"suhe/twin"
)

// The bounds of every wait for the database.
const (
	connectTimeout   = 5 * time.Second
	acquireTimeout   = 2 * time.Second
	statementTimeout = time.Minute
	silentTimeout    = statementTimeout + 10*time.Second // for a database that does not even say that its time is up
	loadTimeout      = 30 * time.Minute                  // a load streams as fast as its reader reads
)

// Options are optional; the zero value is ready.
type Options struct {
	Connections int32        // at most so many, without those that listen; 0: 10
	Log         *slog.Logger // nil: slog.Default

	AuditHash audit.Algorithm  // of a record that begins; "": audit.SHA256
	Now       func() time.Time // of settings and audit entries; nil: time.Now
}

// Store is an open database. Its methods may be called at the same time.
type Store struct {
	pool *pgxpool.Pool
	log  *slog.Logger
	hash audit.Algorithm
	now  func() time.Time

	stop   context.CancelFunc // ends what Wake started
	life   context.Context
	wakers sync.WaitGroup

	swept sweeps
}

var (
	_ assets.Store   = (*Store)(nil)
	_ twin.Outbox    = (*Store)(nil)
	_ twin.History   = (*Store)(nil)
	_ settings.Store = (*Store)(nil)
	_ audit.Store    = (*Store)(nil)
)

// Open connects to the database at a postgres:// URL and brings its schema up to date.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	c, err := config(url, o)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := migrate(ctx, c.ConnConfig); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	s := &Store{pool: pool, log: o.Log, hash: o.AuditHash, now: o.Now}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.hash == "" {
		s.hash = audit.SHA256
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.life, s.stop = context.WithCancel(context.Background())
	return s, nil
}

func config(url string, o Options) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	c.MaxConns = 10
	if o.Connections > 0 {
		c.MaxConns = o.Connections
	}
	c.ConnConfig.ConnectTimeout = connectTimeout
	p := c.ConnConfig.RuntimeParams
	p["application_name"] = "suhe"
	p["timezone"] = "UTC"
	p["statement_timeout"] = milliseconds(statementTimeout)
	p["lock_timeout"] = milliseconds(statementTimeout / 2)
	return c, nil
}

func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// Close ends what Wake started and closes the connections, once they are free.
func (s *Store) Close() error {
	s.stop()
	s.wakers.Wait()
	s.pool.Close()
	return nil
}

// within runs f in a transaction and commits it if f returns nil.
func (s *Store) within(ctx context.Context, o pgx.TxOptions, f func(pgx.Tx) error) error {
	conn, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return pgx.BeginTxFunc(ctx, conn, o, f)
}

// acquire waits for a free connection, but not for ever.
func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, acquireTimeout, fmt.Errorf("no free connection within %v", acquireTimeout))
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err == nil {
		return conn, nil
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if errors.Is(err, context.Canceled) {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return nil, fmt.Errorf("connect: %w: %w", assets.ErrBusy, err)
}

// patiently bounds what the database's own timeouts do not: that it says nothing.
func patiently(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, silentTimeout, fmt.Errorf("the database says nothing for %v", silentTimeout))
}

// snapshot sees one state of the database throughout.
var snapshot = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
