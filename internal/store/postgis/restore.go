package postgis

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
)

// Restoring fills a database from a dump in one transaction: whatever fails
// before Commit leaves the database as it was, but for empty tables.
type Restoring struct {
	url   string
	force bool

	conn   *pgx.Conn
	tx     pgx.Tx
	about  about
	tables map[string]dumped // that have not come yet
	names  []string          // of all tables, quoted
}

// Restore begins to fill the database at the URL. One that holds assets or any
// other row of ours is refused with assets.ErrConflict, unless force says that
// what it holds shall be replaced.
func Restore(url string, force bool) *Restoring { return &Restoring{url: url, force: force} }

// Member takes the next member of the dump.
func (r *Restoring) Member(ctx context.Context, name string, data io.Reader) error {
	table, isTable := strings.CutPrefix(name, dumpTables)
	var err error
	switch {
	case name == dumpAbout && r.tx == nil:
		err = r.begin(ctx, data)
	case isTable && r.tx != nil:
		err = r.fill(ctx, table, data)
	default:
		err = fmt.Errorf("%w: no member of a dump, or out of order", assets.ErrInvalid)
	}
	if err != nil {
		return fmt.Errorf("restore %s: %w", name, kind(err))
	}
	return nil
}

// begin brings the database to the schema of the dump and begins the transaction.
func (r *Restoring) begin(ctx context.Context, data io.Reader) error {
	if err := json.NewDecoder(data).Decode(&r.about); err != nil {
		return fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	}
	c, err := config(r.url, Options{})
	if err != nil {
		return err
	}
	if err := migrateTo(ctx, c.ConnConfig, r.about.Schema); err != nil {
		return err
	}
	c.ConnConfig.RuntimeParams["statement_timeout"] = "0"
	if r.conn, err = pgx.ConnectConfig(ctx, c.ConnConfig); err != nil {
		return err
	}
	if r.tx, err = r.conn.Begin(ctx); err != nil {
		return err
	}
	return r.clear(ctx)
}

// clear locks the tables and empties them, unless somebody's data is in them.
func (r *Restoring) clear(ctx context.Context) error {
	version, err := schemaOf(ctx, r.tx)
	if err != nil {
		return err
	}
	if version != r.about.Schema {
		return fmt.Errorf("%w: the database is at migration %d, the dump at %d: want an empty database", assets.ErrConflict, version, r.about.Schema)
	}
	tables, err := tablesOf(ctx, r.tx)
	if err != nil {
		return err
	}
	r.tables = make(map[string]dumped, len(tables))
	for _, t := range tables {
		r.tables[t.name] = t
		if _, err := r.tx.Exec(ctx, "LOCK TABLE "+t.quoted()+" IN ACCESS EXCLUSIVE MODE"); err != nil {
			return err
		}
		var some bool
		if err := r.tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+t.quoted()+")").Scan(&some); err != nil {
			return err
		}
		if some && !madeFull(t.name) && !r.force {
			return fmt.Errorf("%w: the database is not empty: %s holds rows; --force replaces them", assets.ErrConflict, t.name)
		}
		// Triggers would put what is restored into the outbox as if it were new.
		if _, err := r.tx.Exec(ctx, "ALTER TABLE "+t.quoted()+" DISABLE TRIGGER USER"); err != nil {
			return err
		}
		r.names = append(r.names, t.quoted())
	}
	_, err = r.tx.Exec(ctx, "TRUNCATE "+strings.Join(r.names, ", "))
	return err
}

// madeFull says whether a migration puts rows into the table itself.
func madeFull(table string) bool { return table == "meta" || strings.HasSuffix(table, "_head") }

// fill copies the rows of one table.
func (r *Restoring) fill(ctx context.Context, name string, data io.Reader) error {
	t, ok := r.tables[name]
	if !ok {
		return fmt.Errorf("%w: no such table, or it comes twice", assets.ErrInvalid)
	}
	delete(r.tables, name)
	in := bufio.NewReader(data)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	var columns []string
	if err := json.Unmarshal(line, &columns); err != nil {
		return fmt.Errorf("%w: columns: %w", assets.ErrInvalid, err)
	}
	_, err = r.conn.PgConn().CopyFrom(ctx, in, fmt.Sprintf("COPY %s (%s) FROM STDIN", t.quoted(), quoted(columns)))
	return err
}

// Commit ends the restoring. The epoch is a new one, so that no client takes the
// log that follows for the one that it knew.
func (r *Restoring) Commit(ctx context.Context) error {
	err := r.finish(ctx)
	if err == nil {
		err = r.tx.Commit(ctx)
	}
	if err != nil {
		return fmt.Errorf("restore: %w", kind(err))
	}
	return nil
}

// forgetSQL forgets the transactions that made the recorded edits, but for those
// that wait to be published: another database gives their numbers to others.
const forgetSQL = `UPDATE suhe.audit a SET xact = NULL WHERE xact IS NOT NULL
	AND NOT EXISTS (SELECT FROM suhe.outbox o WHERE o.seq IS NULL AND o.xact = a.xact)`

func (r *Restoring) finish(ctx context.Context) error {
	if r.tx == nil {
		return fmt.Errorf("%w: nothing of a database is in it", assets.ErrInvalid)
	}
	for _, name := range r.about.Tables {
		if _, missing := r.tables[name]; missing {
			return fmt.Errorf("%w: table %s is missing", assets.ErrInvalid, name)
		}
	}
	if slices.Contains(r.about.Tables, "audit") {
		if _, err := r.tx.Exec(ctx, forgetSQL); err != nil {
			return err
		}
	}
	for _, name := range r.names {
		if _, err := r.tx.Exec(ctx, "ALTER TABLE "+name+" ENABLE TRIGGER USER"); err != nil {
			return err
		}
	}
	for _, s := range r.about.Sequences {
		if _, err := r.tx.Exec(ctx, "SELECT setval(format('suhe.%I', $1::text)::regclass, $2, $3)", s.Name, s.Last, s.Called); err != nil {
			return err
		}
	}
	_, err := r.tx.Exec(ctx, "UPDATE suhe.meta SET value = greatest(value + 1, extract(epoch FROM now())::bigint) WHERE name = $1", epoch)
	return err
}

// Close gives up what was not committed.
func (r *Restoring) Close(ctx context.Context) error {
	if r.conn == nil {
		return nil
	}
	err := r.conn.Close(context.WithoutCancel(ctx)) // ends the transaction with it
	r.conn = nil
	return err
}
