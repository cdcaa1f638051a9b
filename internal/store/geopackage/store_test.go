package geopackage_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/audit"
	"suhe/internal/store/geopackage"
	"suhe/internal/store/storetest"
)

func TestStore(t *testing.T) { storetest.Run(t, build) }

func BenchmarkStore(b *testing.B) { storetest.Bench(b, build) }

// house is one file.
type house struct{ path string }

func build(t testing.TB) storetest.House {
	return house{filepath.Join(t.TempDir(), "苏州河? 100%.gpkg")}
}

func (h house) Open(t testing.TB) storetest.Store { return open(t, h.path) }

func (h house) OpenWith(t testing.TB, o storetest.Options) storetest.Store {
	return openWith(t, h.path, geopackage.Options{Now: o.Now, AuditHash: o.AuditHash})
}

func open(t testing.TB, path string) *geopackage.Store {
	return openWith(t, path, geopackage.Options{})
}

func openWith(t testing.TB, path string, o geopackage.Options) *geopackage.Store {
	t.Helper()
	s, err := geopackage.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (h house) Hand(t testing.TB) storetest.Hand { return hand{connect(t, h.path)} }

func (h house) SQL(t testing.TB) func(sql string) error {
	db := connect(t, h.path)
	return func(sql string) error {
		_, err := db.Exec(sql)
		return err
	}
}

func (h house) Tamper(t testing.TB) func(sql string) error {
	do := h.SQL(t)
	for _, trigger := range []string{"audit_next", "audit_append", "audit_update", "audit_delete", "audit_head_delete"} {
		if err := do("DROP TRIGGER " + trigger); err != nil {
			t.Fatal(err)
		}
	}
	return do
}

// connect opens the file past the store, as a tool would that has the functions
// of the R-tree's triggers.
func connect(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := geopackage.Connect(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// hand is a planner's tool.
type hand struct{ db *sql.DB }

func (h hand) Set(id assets.ID, column string, value any) error {
	return h.do(fmt.Sprintf("UPDATE assets SET %s = ? WHERE id = ?", column), blob(value), string(id))
}

func (h hand) Delete(id assets.ID) error {
	return h.do("DELETE FROM assets WHERE id = ?", string(id))
}

func (h hand) Insert(row map[string]any) error {
	var columns, placeholders []string
	var args []any
	for column, value := range row {
		columns, placeholders, args = append(columns, column), append(placeholders, "?"), append(args, blob(value))
	}
	return h.do(fmt.Sprintf("INSERT INTO assets (%s) VALUES (%s)", strings.Join(columns, ", "), strings.Join(placeholders, ", ")), args...)
}

func (h hand) do(sql string, args ...any) error {
	_, err := h.db.ExecContext(context.Background(), sql, args...)
	return err
}

func blob(value any) any {
	if s, ok := value.(geo.Solid); ok {
		return assets.EncodeGPKG(s)
	}
	return value
}

// A file of the first version is brought up to date, with what it holds.
func TestUpgrade(t *testing.T) {
	h := house{filepath.Join(t.TempDir(), "old.gpkg")}
	s := open(t, h.path)
	storetest.Fill(t, s, 3)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// What the upgrades make, unmade.
	db, err := geopackage.Connect(h.path)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"DROP TABLE audit", "DROP TABLE audit_head", "DROP TABLE settings", "DELETE FROM meta WHERE name IN ('settings', 'audited')",
		"DROP TABLE cases", "DROP TABLE case_events", "DELETE FROM gpkg_geometry_columns WHERE table_name = 'cases'", "DELETE FROM gpkg_contents WHERE table_name = 'cases'",
		"ALTER TABLE outbox DROP COLUMN event", "DROP TABLE fixes", "DROP TABLE findings",
		"DROP TRIGGER revisions_update", "DROP TRIGGER revisions_delete", "DROP TRIGGER revisions_insert", "DROP TABLE revisions",
		"UPDATE meta SET value = 1 WHERE name = 'schema'", "PRAGMA writable_schema = ON",
		"UPDATE sqlite_master SET sql = replace(sql, ', ''mover''', '') WHERE name = 'assets'", "PRAGMA writable_schema = RESET",
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	if _, err := db.Exec("UPDATE assets SET kind = 'mover'"); err == nil || !strings.Contains(err.Error(), "CHECK constraint") {
		t.Errorf("the first version takes movers: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, h.path)
	storetest.TakesMovers(t, s, 3)
	if _, err := s.PutSetting(t.Context(), "account", "li", 0, []byte("{}"), audit.Entry{Action: "setting change"}); err != nil {
		t.Error(err)
	}
}
