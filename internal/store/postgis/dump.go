package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"suhe/internal/store"
)

// The members of a dump: what it is of, and each table, whose first line is a
// JSON array of its columns and whose others are rows as COPY writes text.
const (
	dumpAbout  = "about.json"
	dumpTables = "tables/"
)

// about tells what a dump is of.
type about struct {
	Schema    int64      `json:"schema"` // the migration
	Tables    []string   `json:"tables"`
	Sequences []sequence `json:"sequences"`
}

// sequence is how far one has come.
type sequence struct {
	Name   string `json:"name"`
	Last   int64  `json:"last"`
	Called bool   `json:"called"` // Last was given away
}

// dumped is a table of the schema with its columns, generated ones left out, and
// those of its key.
type dumped struct {
	name    string
	columns []string
	key     []string
}

// Dump writes all that the schema holds at one moment: every table, in order of
// its key. Writers are not held up.
func (s *Store) Dump(ctx context.Context, create store.Create) error {
	err := s.within(ctx, snapshot, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)"); err != nil {
			return err
		}
		return dump(ctx, tx, create)
	})
	if err != nil {
		return fmt.Errorf("dump: %w", kind(err))
	}
	return nil
}

func dump(ctx context.Context, tx pgx.Tx, create store.Create) error {
	tables, err := tablesOf(ctx, tx)
	if err != nil {
		return err
	}
	a := about{}
	if a.Schema, err = schemaOf(ctx, tx); err != nil {
		return err
	}
	if a.Sequences, err = sequencesOf(ctx, tx); err != nil {
		return err
	}
	for _, t := range tables {
		a.Tables = append(a.Tables, t.name)
	}
	w, err := create(dumpAbout)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(w).Encode(a); err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.dump(ctx, tx, create); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

func (t dumped) dump(ctx context.Context, tx pgx.Tx, create store.Create) error {
	w, err := create(dumpTables + t.name)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(w).Encode(t.columns); err != nil {
		return err
	}
	order := ""
	if len(t.key) > 0 {
		order = " ORDER BY " + quoted(t.key)
	}
	_, err = tx.Conn().PgConn().CopyTo(ctx, w, fmt.Sprintf("COPY (SELECT %s FROM %s%s) TO STDOUT", quoted(t.columns), t.quoted(), order))
	return err
}

func (t dumped) quoted() string { return pgx.Identifier{"suhe", t.name}.Sanitize() }

func quoted(columns []string) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = pgx.Identifier{c}.Sanitize()
	}
	return strings.Join(out, ", ")
}

// tablesOf lists the tables of the schema in order of name.
func tablesOf(ctx context.Context, tx pgx.Tx) ([]dumped, error) {
	rows, err := tx.Query(ctx, `SELECT c.relname,
			array(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
				AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum)::text[],
			array(SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (num, place)
				JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num
				WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.place)::text[]
		FROM pg_class c WHERE c.relnamespace = 'suhe'::regnamespace AND c.relkind = 'r' ORDER BY c.relname`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t dumped, err error) {
		return t, row.Scan(&t.name, &t.columns, &t.key)
	})
}

func sequencesOf(ctx context.Context, tx pgx.Tx) ([]sequence, error) {
	rows, err := tx.Query(ctx, `SELECT c.relname FROM pg_class c
		WHERE c.relnamespace = 'suhe'::regnamespace AND c.relkind = 'S' ORDER BY c.relname`)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	out := []sequence{}
	for _, name := range names {
		s := sequence{Name: name}
		if err := tx.QueryRow(ctx, "SELECT last_value, is_called FROM "+pgx.Identifier{"suhe", name}.Sanitize()).Scan(&s.Last, &s.Called); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// schemaOf is the last migration that the database has taken.
func schemaOf(ctx context.Context, tx pgx.Tx) (version int64, err error) {
	err = tx.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM "+migrationTable+" WHERE is_applied").Scan(&version)
	return version, err
}
