package postgis_test

import (
	"net/url"
	"testing"

	"suhe/internal/pgtest"
	"suhe/internal/store/postgis"
)

// A role named as our schema looks into that first; the second node must find
// what the first one made all the same.
func TestARoleNamedAsTheSchema(t *testing.T) {
	address := pgtest.Start(t)
	// Roles are the cluster's: another test's database may have it.
	pgtest.Query(t, address, "DO $$ BEGIN CREATE ROLE suhe SUPERUSER LOGIN PASSWORD 'suhe'; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("suhe", "suhe")
	for node := range 2 {
		s, err := postgis.Open(t.Context(), u.String(), postgis.Options{})
		if err != nil {
			t.Fatalf("node %d: %v", node+1, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
