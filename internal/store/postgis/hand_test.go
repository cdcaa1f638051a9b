package postgis_test

import (
	"fmt"
	"testing"

	"suhe/assets"
	"suhe/internal/pgtest"
	"suhe/internal/store/postgis"
	"suhe/internal/store/storetest"
	"suhe/twin"
)

// follower counts what comes, and keeps the numbers gapless.
type follower struct {
	at  uint64
	got []string
	bad []string
}

func (f *follower) publish(t testing.TB, s *postgis.Store) (got []string) {
	t.Helper()
	f.got = nil
	_, err := s.Publish(t.Context(), f.at, func(a *assets.Asset) (*assets.Asset, error) { return a, nil }, func(e twin.Event) error {
		if e.Seq != f.at+1 {
			return fmt.Errorf("event %d after %d", e.Seq, f.at)
		}
		f.at = e.Seq
		f.got = append(f.got, e.Type+" "+string(e.ID))
		return nil
	}, func(fid assets.FID, err error) { f.bad = append(f.bad, err.Error()) })
	if err != nil {
		t.Fatal(err)
	}
	return f.got
}

// A transaction that began first and commits last has lower keys in the outbox
// than what was published meanwhile: its rows must come nevertheless.
func TestCommitsOutOfOrder(t *testing.T) {
	url := pgtest.Start(t)
	s := open(t, url)
	early, late := connect(t, url), connect(t, url)
	first, err := early.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const insert = "INSERT INTO suhe.assets (id, geom) VALUES ($1, ST_SetSRID(ST_MakePoint(121, 31, 2), 4326))"
	if _, err := first.Exec(t.Context(), insert, "first"); err != nil {
		t.Fatal(err)
	}
	if _, err := late.Exec(t.Context(), insert, "second"); err != nil {
		t.Fatal(err)
	}
	var f follower
	if got := f.publish(t, s); fmt.Sprint(got) != "[asset.put second]" {
		t.Errorf("while the first is open: %v", got)
	}
	if err := first.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := f.publish(t, s); fmt.Sprint(got) != "[asset.put first]" || f.at != 2 {
		t.Errorf("then: %v at %d", got, f.at)
	}
}

func TestStatementsOverManyRows(t *testing.T) {
	url := pgtest.Start(t)
	s, conn := open(t, url), connect(t, url)
	storetest.Fill(t, s, 50)
	var f follower
	f.publish(t, s)
	for _, c := range []struct {
		sql  string
		want int
	}{
		{"UPDATE suhe.assets SET name = name || '!' WHERE fid <= 20", 20},
		{"UPDATE suhe.assets SET name = name", 0},
		{"UPDATE suhe.v_assets SET geom = ST_Translate(geom, 0.001, 0) WHERE id = 'lamp-0000007'", 1},
		{"UPDATE suhe.assets SET revision = 1 WHERE fid = 3", 1},
		{"DELETE FROM suhe.assets WHERE fid > 40", 10},
		{"INSERT INTO suhe.assets (id, geom) SELECT 'copy-' || fid, geom FROM suhe.assets", 40},
		{"TRUNCATE suhe.assets", 80},
	} {
		if _, err := conn.Exec(t.Context(), c.sql); err != nil {
			t.Fatal(err)
		}
		if got := f.publish(t, s); len(got) != c.want || len(f.bad) != 0 {
			t.Errorf("%s: %d events, want %d, bad %v", c.sql, len(got), c.want, f.bad)
		}
	}
}

func TestRefusedSQL(t *testing.T) {
	url := pgtest.Start(t)
	s, conn := open(t, url), connect(t, url)
	storetest.Fill(t, s, 1)
	var f follower
	f.publish(t, s)
	for _, sql := range []string{
		"UPDATE suhe.assets SET geom = ST_Transform(geom, 3857)",
		"UPDATE suhe.assets SET geom = ST_SetSRID(geom, 0)",
		"UPDATE suhe.assets SET properties = '[1]'",
		"UPDATE suhe.assets SET bank = 'north'",
	} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: taken", sql)
		}
	}
	for _, c := range []struct {
		sql string
		bad int
	}{
		{"UPDATE suhe.assets SET geom = ST_Force4D(geom)", 1},
		{"UPDATE suhe.assets SET geom = 'SRID=4326;CIRCULARSTRING(0 0, 1 1, 2 0)'", 2},
	} {
		if _, err := conn.Exec(t.Context(), c.sql); err != nil {
			t.Fatal(err)
		}
		if got := f.publish(t, s); len(got) != 0 || len(f.bad) != c.bad {
			t.Errorf("%s: events %v, bad %v", c.sql, got, f.bad)
		}
	}
}

func TestOldOutboxRowsGo(t *testing.T) {
	url := pgtest.Start(t)
	conn := connect(t, url)
	s := open(t, url)
	storetest.Fill(t, s, 3)
	var f follower
	f.publish(t, s)
	if _, err := conn.Exec(t.Context(), "UPDATE suhe.outbox SET at = at - interval '8 days' WHERE fid < 3"); err != nil {
		t.Fatal(err)
	}
	f.publish(t, open(t, url))
	var left int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM suhe.outbox").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d rows are left: %v", left, err)
	}
}

// The listener's connection is cut: it comes back by itself and wakes.
func TestWakeComesBack(t *testing.T) {
	url := pgtest.Start(t)
	s, conn := open(t, url), connect(t, url)
	woken := s.Wake(t.Context())
	<-woken
	var cut int
	err := conn.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`).Scan(&cut)
	if err != nil || cut != 1 {
		t.Fatalf("cut %d: %v", cut, err)
	}
	<-woken
}

func TestNodesOpenTogether(t *testing.T) {
	url := pgtest.Start(t)
	done := make(chan error)
	for range 3 {
		go func() {
			s, err := postgis.Open(t.Context(), url, postgis.Options{})
			if err == nil {
				err = s.Close()
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
