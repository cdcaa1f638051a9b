package storetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"golang.org/x/sync/errgroup"

	"suhe/internal/audit"
)

// recorded returns the entries of the record behind the one that begins it.
func recorded(t testing.TB, s audit.Store) []audit.Entry {
	t.Helper()
	all := record(t, s)
	if len(all) > 0 && all[0].Seq == 1 {
		return all[1:]
	}
	return all
}

// record returns all entries, which must be in order.
func record(t testing.TB, s audit.Store) (all []audit.Entry) {
	t.Helper()
	for e, err := range s.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if n := len(all); n > 0 && e.Seq != all[n-1].Seq+1 {
			t.Fatalf("entry %d follows %d", e.Seq, all[n-1].Seq)
		}
		all = append(all, e)
	}
	return all
}

// entry is an entry with every field in use.
func entry(n int) audit.Entry {
	return audit.Entry{
		Who: fmt.Sprint("李", n), Roles: []string{"operator", "a,b \"c\""}, Address: "2001:db8::1", Session: "s1", Action: "camera view",
		What: "asset cam-0001", Purpose: "核查", Incident: "2026-11-0001", Outcome: audit.Refused, Detail: json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)),
	}
}

// An entry comes back as it went in, chained.
func auditRoundTrip(t *testing.T, h House) {
	s := h.Open(t)
	if base, head, err := s.AuditHead(t.Context()); err != nil || base.Seq != 0 || head.Seq != 0 || len(record(t, s)) != 0 {
		t.Fatalf("an empty record from %+v to %+v: %v", base, head, err)
	}
	given := []audit.Entry{entry(1), {Action: "login"}, {Who: "nul\x00 \xff", Action: "x", Detail: json.RawMessage(`{ "a" : "<\u0000>" }`)}}
	if err := s.AppendAudit(t.Context(), given...); err != nil {
		t.Fatal(err)
	}
	if err := s.AppendAudit(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := record(t, h.Open(t))
	if len(all) != 4 || all[0].Action != audit.Begin {
		t.Fatalf("recorded %+v", all)
	}
	if e, want := all[1], given[0]; e.At.IsZero() || e.Hash == "" {
		t.Errorf("%+v lacks what the store gives", e)
	} else if e.Seq, e.At, e.Hash = 0, want.At, ""; !reflect.DeepEqual(e, want) {
		t.Errorf("got %+v, want %+v", e, want)
	}
	head := audit.Head{Algorithm: audit.SHA256}
	for i, e := range all[1:] {
		again := head.Link(e.At, given[i])
		if last := again[len(again)-1]; !reflect.DeepEqual(last, e) {
			t.Errorf("entry %d is %+v, want %+v", i, e, last)
		}
	}
	if _, is, err := s.AuditHead(t.Context()); err != nil || is.Seq != head.Seq || is.Hash != head.Hash || !is.At.Equal(head.At) || is.Algorithm != audit.SHA256 {
		t.Errorf("head %+v, want %+v; %v", is, head, err)
	}
	n := 0
	for range s.Audit(t.Context(), 2) {
		n++
		break // whoever has seen enough leaves
	}
	if n != 1 {
		t.Errorf("%d entries behind the second", n)
	}
}

// Entries of many connections make one chain.
func auditTogether(t *testing.T, h House) {
	const writers, each = 4, 25
	var group errgroup.Group
	for w := range writers {
		s := h.Open(t)
		group.Go(func() error {
			for n := range each {
				if err := s.AppendAudit(t.Context(), entry(w*each+n), entry(0)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	s := h.Open(t)
	if n := len(recorded(t, s)); n != 2*writers*each {
		t.Errorf("%d entries, want %d", n, 2*writers*each)
	}
}
