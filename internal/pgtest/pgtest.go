// Package pgtest gives tests databases of a real PostgreSQL with PostGIS: a
// private cluster that ends with the test binary even when that is killed.
//
// A package that uses it says so once:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
package pgtest

import (
	"encoding/csv"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"suhe/internal/pgcluster"
)

// shared is the cluster of this test binary: made by the first Start, removed by Main.
var shared struct {
	sync.Mutex
	cluster *pgcluster.Cluster
}

var databases atomic.Int64

// Main runs the tests and removes the cluster that they made.
func Main(m *testing.M) int {
	defer func() {
		shared.Lock()
		defer shared.Unlock()
		if shared.cluster != nil {
			shared.cluster.Remove()
		}
	}()
	return m.Run()
}

// Start returns the address of a new database with PostGIS, dropped when the test ends.
func Start(t testing.TB) string {
	t.Helper()
	c := cluster(t)
	name := fmt.Sprintf("test%d", databases.Add(1))
	Query(t, c.URL("postgres"), "CREATE DATABASE "+name)
	t.Cleanup(func() { Query(t, c.URL("postgres"), "DROP DATABASE "+name+" WITH (FORCE)") })
	Query(t, c.URL(name), "CREATE EXTENSION postgis")
	return c.URL(name)
}

// cluster returns the shared cluster, which it makes at first.
func cluster(t testing.TB) *pgcluster.Cluster {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil {
		c, err := pgcluster.New()
		if err != nil {
			t.Fatal(err)
		}
		shared.cluster = c
	}
	return shared.cluster
}

// Query runs SQL through psql and returns the rows as text. `COPY … FROM STDIN`
// reads the lines of stdin.
func Query(t testing.TB, url, sql string, stdin ...string) [][]string {
	t.Helper()
	cmd := exec.Command("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "--csv", "-t", "-c", sql, url)
	cmd.Stdin = strings.NewReader(strings.Join(stdin, "\n"))
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("psql: %v\n%s\n%s", err, errs.String(), sql)
	}
	return rows(t, out.String())
}

func rows(t testing.TB, text string) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	out, err := r.ReadAll()
	if err != nil && err != io.EOF {
		t.Fatalf("psql: %v\n%s", err, text)
	}
	return out
}
