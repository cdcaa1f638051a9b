package pgtest_test

import (
	"os"
	"testing"

	"suhe/internal/pgcluster"
	"suhe/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestDatabasesAreApart(t *testing.T) {
	a, b := pgtest.Start(t), pgtest.Start(t)
	pgtest.Query(t, a, "CREATE TABLE here (n int)")
	pgtest.Query(t, a, "COPY here FROM STDIN", "1", "2")
	if got := pgtest.Query(t, a, "SELECT sum(n), postgis_lib_version() <> '' FROM here"); got[0][0] != "3" || got[0][1] != "t" {
		t.Errorf("got %v", got)
	}
	if got := pgtest.Query(t, b, "SELECT count(*) FROM pg_tables WHERE tablename = 'here'"); got[0][0] != "0" {
		t.Error("a table of one database stands in another")
	}
}

func TestAClusterComesBackAfterAKill(t *testing.T) {
	c, err := pgcluster.New()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Remove()
	pgtest.Query(t, c.URL("postgres"), "CREATE TABLE here (n int)")
	c.Kill()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	pgtest.Query(t, c.URL("postgres"), "SELECT n FROM here")
}
