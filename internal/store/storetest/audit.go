package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"suhe/assets"
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
	if len(all) != 4 || all[0].Action != audit.RecordBegin {
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
	// Who has enough is told nothing more, even if the store cannot end well.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range s.Audit(ctx, 0) {
		cancel()
		break
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

// origin is somebody who acts.
var origin = audit.Origin{Who: "wang", Roles: []string{"planner"}, Address: "192.0.2.9", Session: "s", Purpose: "登记", Incident: "2026-1"}

// An edit and its entry are one: who, why, what became of it.
func auditOfEdits(t *testing.T, h House) {
	s := h.Open(t)
	ctx := audit.With(t.Context(), origin)
	edit := func(a *assets.Asset) assets.Edit { return assets.Edit{Asset: a, WasRev: assets.AnyRev} }
	if _, _, err := commit(ctx, s, edit(sample("a", assets.Bank)), edit(sample("b", assets.Bank))); err != nil {
		t.Fatal(err)
	}
	renamed := sample("a", assets.Bank)
	renamed.Name = "another"
	if _, _, err := commit(ctx, s, edit(renamed), edit(sample("b", assets.Bank)), edit(sample("c", assets.Bank))); err != nil {
		t.Fatal(err)
	}
	if _, _, err := commit(ctx, s, edit(renamed)); err != nil { // nothing changes
		t.Fatal(err)
	}
	if _, _, err := commit(ctx, s, edit(sample("d", assets.Bank)), assets.Edit{Remove: "nothing"}); err == nil {
		t.Fatal("an unknown asset was removed")
	}
	remove(t, s, "c") // by nobody in particular
	var many []assets.Edit
	for i := range 50 {
		many = append(many, edit(plain(i)))
	}
	if _, _, err := commit(ctx, s, many...); err != nil {
		t.Fatal(err)
	}
	published(t, s) // nothing of this was made by hand

	want := []struct{ who, what, detail string }{
		{"wang", "2 assets", `{"by":"zhang","why":"巡查","created":2,"ids":["a","b"]}`},
		{"wang", "2 assets", `{"by":"zhang","why":"巡查","created":1,"changed":1,"ids":["a","c"]}`},
		{audit.Program, "asset c", `{"removed":1,"ids":["c"]}`},
		{"wang", "50 assets", ""},
	}
	got := recorded(t, s)
	if len(got) != len(want) {
		t.Fatalf("%d entries, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		e := got[i]
		if e.Action != audit.AssetEdit || e.Who != w.who || e.What != w.what || w.detail != "" && string(e.Detail) != w.detail {
			t.Errorf("entry %d: %s %s %s %s, want %v", i, e.Who, e.Action, e.What, e.Detail, w)
		}
	}
	if e := got[0]; e.Purpose != origin.Purpose || e.Incident != origin.Incident || e.Address != origin.Address || e.Session != origin.Session || !reflect.DeepEqual(e.Roles, origin.Roles) {
		t.Errorf("%+v does not tell of %+v", e, origin)
	}
	var detail struct {
		Created int
		IDs     []string
	}
	if err := json.Unmarshal(got[3].Detail, &detail); err != nil || detail.Created != 50 || len(detail.IDs) != 20 {
		t.Errorf("of 50: %s", got[3].Detail)
	}
}

// What a planner's tool changes past the store is recorded when it is published,
// once, and not what the store itself did.
func auditOfHands(t *testing.T, h House) {
	s, hand := h.Open(t), h.Hand(t)
	put(t, s, sample("a", assets.Bank), sample("b", assets.Bank))
	for _, err := range []error{hand.Set("a", "name", "by hand"), hand.Delete("b")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	put(t, s, sample("c", assets.Bank))
	published(t, s)
	published(t, s)
	if err := hand.Set("c", "name", "by hand"); err != nil {
		t.Fatal(err)
	}
	published(t, s)
	var details []string
	for _, e := range recorded(t, s) {
		if strings.HasPrefix(e.Who, "database:") && len(e.Who) > len("database:") {
			details = append(details, string(e.Detail))
		}
	}
	if want := []string{`{"changed":1,"removed":1,"ids":["a","b"]}`, `{"changed":1,"ids":["c"]}`}; !reflect.DeepEqual(details, want) {
		t.Errorf("by hand %v, want %v; all: %+v", details, want, recorded(t, s))
	}
}
