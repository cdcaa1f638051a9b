package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
)

// sound verifies the record, which must be sound.
func sound(t testing.TB, s audit.Store, seals ...audit.Head) audit.Report {
	t.Helper()
	r, err := audit.Verify(t.Context(), s, seals...)
	if err != nil || !r.Sound {
		t.Fatalf("verified %+v, %v", r, err)
	}
	return r
}

// auditPages asks for entries by everything that can be asked for.
func auditPages(t *testing.T, h House) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s := h.OpenWith(t, Options{Now: func() time.Time { return now }})
	for i := range 30 { // numbers 2 to 31, one an hour
		e := audit.Entry{Who: []string{"li", "wang"}[i%2], Action: audit.Action(fmt.Sprint("act ", i%3)), Outcome: audit.Done, What: fmt.Sprintf("asset cam-%04d", i)}
		if i == 20 {
			e.Outcome, e.Incident = audit.Refused, "2026-7"
		}
		if err := s.AppendAudit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	at := func(hour int) time.Time { return time.Date(2026, 11, 1, hour, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name string
		q    audit.Query
		want string
	}{
		{"newest", audit.Query{Limit: 3}, "31 30 29"},
		{"the page after", audit.Query{Limit: 3, After: 29}, "28 27 26"},
		{"the last page", audit.Query{Limit: 3, After: 3}, "2 1"},
		{"who", audit.Query{Limit: 2, Who: "wang"}, "31 29"},
		{"who and action", audit.Query{Limit: 2, Who: "wang", Action: "act 0"}, "29 23"},
		{"outcome", audit.Query{Limit: 9, Outcome: audit.Refused}, "22"},
		{"incident", audit.Query{Limit: 9, Incident: "2026-7"}, "22"},
		{"what", audit.Query{Limit: 9, What: "cam-001"}, "21 20 19 18 17 16 15 14 13"},
		{"no pattern", audit.Query{Limit: 9, What: "cam%"}, ""},
		{"from", audit.Query{Limit: 9, From: at(28)}, "31 30"},
		{"to", audit.Query{Limit: 9, To: at(1)}, "2 1"},
		{"from and to", audit.Query{Limit: 9, From: at(4).Add(-time.Millisecond), To: at(6).Add(time.Millisecond)}, "8 7 6"},
		{"before all", audit.Query{Limit: 9, To: at(-1)}, ""},
		{"after all", audit.Query{Limit: 9, From: at(40)}, ""},
		{"none", audit.Query{}, ""},
	} {
		page, err := s.AuditPage(t.Context(), c.q)
		var got []string
		for _, e := range page {
			got = append(got, fmt.Sprint(e.Seq))
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s; %v", c.name, got, c.want, err)
		}
	}
}

// auditIsAppendOnly tries what the database refuses even to its owner.
func auditIsAppendOnly(t *testing.T, h House) {
	s := h.Open(t)
	if err := s.AppendAudit(t.Context(), entry(1), entry(2)); err != nil {
		t.Fatal(err)
	}
	raw := h.SQL(t)
	for _, sql := range []string{
		"UPDATE audit SET who = 'nobody'", "UPDATE audit SET seq = seq WHERE seq = 1", "DELETE FROM audit", "DELETE FROM audit WHERE seq = 3",
		"DELETE FROM audit_head", "UPDATE audit_head SET base_seq = 3; DELETE FROM audit",
	} {
		if err := raw(sql); err == nil {
			t.Errorf("%s: taken", sql)
		}
	}
	_ = raw("UPDATE audit_head SET base_seq = 0") // a statement before a refused one may have stayed
	if r := sound(t, s); r.Entries != 3 || r.Head.Seq != 3 || r.Base.Seq != 0 {
		t.Errorf("%+v", r)
	}
}

// auditPrune removes what is old enough, tells of it, and keeps the record sound.
func auditPrune(t *testing.T, h House) {
	now := time.Now().Add(-audit.MinKeep - 48*time.Hour)
	s := h.OpenWith(t, Options{Now: func() time.Time { return now }, AuditHash: audit.SM3})
	for range 10 {
		if err := s.AppendAudit(t.Context(), entry(1)); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	seal := sound(t, s).Head
	now = time.Now()
	if _, err := s.PruneAudit(t.Context(), now.Add(-audit.MinKeep).Add(time.Second)); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("what is to be kept was to be removed: %v", err)
	}
	before := seal.At.Add(-3 * time.Hour) // the last four stay
	if n, err := s.PruneAudit(audit.With(t.Context(), origin), before.Add(time.Millisecond)); n != 8 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	r := sound(t, s, seal)
	if r.Base.Seq != 8 || r.Entries != 4 || r.Head.Algorithm != audit.SM3 || r.Sealed != seal.Seq {
		t.Errorf("%+v", r)
	}
	if last := record(t, s)[3]; last.Action != audit.RecordPrune || last.Who != origin.Who || last.What != "entries 1 to 8" {
		t.Errorf("told as %+v", last)
	}
	if n, err := s.PruneAudit(t.Context(), before); n != 0 || err != nil {
		t.Errorf("removed %d of nothing, %v", n, err)
	}
	// All that is old goes; what tells of it stays.
	if n, err := s.PruneAudit(t.Context(), now.Add(-audit.MinKeep)); n != 3 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if err := h.Open(t).AppendAudit(t.Context(), entry(2)); err != nil {
		t.Fatal(err)
	}
	if r := sound(t, s); r.Base.Seq != 11 || r.Entries != 3 || r.Head.Algorithm != audit.SM3 {
		t.Errorf("%+v", r)
	}
	if r, err := audit.Verify(t.Context(), s, seal); err != nil || !r.Sound {
		t.Errorf("a seal of what was removed: %+v %v", r, err)
	}
}

const tampering = 60 // trials on each store; the chain alone has a thousand

// auditTampered changes the record past all triggers in random ways: each is found.
func auditTampered(t *testing.T, h House) {
	s := h.Open(t)
	for i := range 20 {
		if err := s.AppendAudit(t.Context(), entry(i), audit.Entry{Who: "li", Action: "login"}); err != nil {
			t.Fatal(err)
		}
	}
	seal := sound(t, s).Head
	tamper := h.Tamper(t)
	must := func(sql string) {
		t.Helper()
		if err := tamper(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	must("CREATE TABLE audit_saved AS SELECT * FROM audit")
	must("CREATE TABLE head_saved AS SELECT * FROM audit_head")
	random := rand.New(rand.NewPCG(1, 2))
	for trial := range tampering {
		name, sqls := tamperings(random, int(seal.Seq))
		for _, sql := range sqls {
			must(sql)
		}
		if r, err := audit.Verify(t.Context(), s, seal); err != nil || r.Sound || r.Fault == "" || r.Seq == 0 {
			t.Errorf("trial %d: %s %v: found %+v %v", trial, name, sqls, r, err)
		}
		must("DELETE FROM audit")
		must("INSERT INTO audit SELECT * FROM audit_saved")
		must("DELETE FROM audit_head")
		must("INSERT INTO audit_head SELECT * FROM head_saved")
	}
	sound(t, s, seal)
}

// tamperings makes a random change of a record of so many entries.
func tamperings(random *rand.Rand, n int) (name string, sqls []string) {
	a := 1 + random.IntN(n)
	b := 1 + (a+random.IntN(n-1))%n // another one
	switch random.IntN(7) {
	case 0:
		columns := []string{"who", "roles", "address", "session", "action", "what", "purpose", "incident", "outcome", "detail", "hash"}
		column := columns[random.IntN(len(columns))]
		value := `["x"]`
		return "edit", []string{fmt.Sprintf("UPDATE audit SET %s = '%s' WHERE seq = %d", column, value, a)}
	case 1:
		return "removal", []string{fmt.Sprintf("DELETE FROM audit WHERE seq = %d", a)}
	case 2:
		return "swap", []string{fmt.Sprintf("UPDATE audit SET seq = -1 WHERE seq = %d", a),
			fmt.Sprintf("UPDATE audit SET seq = %d WHERE seq = %d", a, b), fmt.Sprintf("UPDATE audit SET seq = %d WHERE seq = -1", b)}
	case 3:
		return "cut of the end", []string{fmt.Sprintf("DELETE FROM audit WHERE seq >= %d", a)}
	case 4: // found by the seal alone
		return "cut of the end and the head", []string{fmt.Sprintf("DELETE FROM audit WHERE seq >= %d", a),
			fmt.Sprintf("UPDATE audit_head SET seq = %d, hash = coalesce((SELECT hash FROM audit WHERE seq = %d), '')", a-1, a-1)}
	case 5:
		return "cut of the beginning", []string{fmt.Sprintf("DELETE FROM audit WHERE seq < %d", max(a, 2)),
			fmt.Sprintf("UPDATE audit_head SET base_seq = %d, base_hash = (SELECT hash FROM audit_saved WHERE seq = %d)", max(a, 2)-1, max(a, 2)-1)}
	default:
		return "insertion", []string{"CREATE TABLE more AS SELECT * FROM audit WHERE seq = " + fmt.Sprint(b), fmt.Sprintf("UPDATE more SET seq = %d", n+1),
			"INSERT INTO audit SELECT * FROM more", "DROP TABLE more"}
	}
}
