package postgis_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/pgtest"
	"suhe/internal/store/postgis"
	"suhe/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.House { return house{pgtest.Start(t)} })
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(t testing.TB) storetest.House { return house{pgtest.Start(t)} })
}

// house is one database of the test's cluster.
type house struct{ url string }

func (h house) Open(t testing.TB) storetest.Store { return open(t, h.url) }

func (h house) OpenWith(t testing.TB, o storetest.Options) storetest.Store {
	return openWith(t, h.url, postgis.Options{Connections: 4, Now: o.Now, AuditHash: o.AuditHash})
}

func open(t testing.TB, url string) *postgis.Store {
	return openWith(t, url, postgis.Options{Connections: 4})
}

func openWith(t testing.TB, url string, o postgis.Options) *postgis.Store {
	t.Helper()
	s, err := postgis.Open(t.Context(), url, o)
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

func (h house) Hand(t testing.TB) storetest.Hand { return hand{connect(t, h.url)} }

func (h house) SQL(t testing.TB) func(sql string) error {
	conn := connect(t, h.url)
	do := func(sql string) error {
		_, err := conn.Exec(t.Context(), sql)
		return err
	}
	if err := do("SET search_path = suhe, public"); err != nil {
		t.Fatal(err)
	}
	return do
}

func (h house) Tamper(t testing.TB) func(sql string) error {
	do := h.SQL(t)
	if err := do("SET session_replication_role = replica"); err != nil {
		t.Fatal(err)
	}
	return do
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// hand is a connection of a planner's tool.
type hand struct{ conn *pgx.Conn }

func (h hand) Set(id assets.ID, column string, value any) error {
	placeholder, value := parameter(1, value)
	return h.do(fmt.Sprintf("UPDATE suhe.assets SET %s = %s WHERE id = $2", column, placeholder), value, string(id))
}

func (h hand) Delete(id assets.ID) error {
	return h.do("DELETE FROM suhe.assets WHERE id = $1", string(id))
}

func (h hand) Insert(row map[string]any) error {
	var columns, placeholders []string
	var args []any
	for column, value := range row {
		placeholder, value := parameter(len(args)+1, value)
		columns, placeholders, args = append(columns, column), append(placeholders, placeholder), append(args, value)
	}
	return h.do(fmt.Sprintf("INSERT INTO suhe.assets (%s) VALUES (%s)", strings.Join(columns, ", "), strings.Join(placeholders, ", ")), args...)
}

func (h hand) do(sql string, args ...any) error {
	_, err := h.conn.Exec(context.Background(), sql, args...)
	return err
}

func parameter(n int, value any) (string, any) {
	s, ok := value.(geo.Solid)
	if !ok {
		return fmt.Sprintf("$%d", n), value
	}
	b, err := geo.EncodeEWKB(s)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("$%d::bytea::geometry", n), b
}

func TestCloseLeavesNothing(t *testing.T) {
	url := pgtest.Start(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s, err := postgis.Open(t.Context(), url, postgis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	woken := s.Wake(t.Context())
	<-woken
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range woken {
	}
}
