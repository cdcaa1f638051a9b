package incident_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin/incident"
)

// matrix is the whole life cycle as it was agreed, written down apart from the table
// of the room: state, verb and what comes of it.
const matrix = `
discovered: file>filed reject>rejected merge>merged
filed: reject>rejected merge>merged dispatch>dispatched escalate>filed
rejected: reopen>reopened
merged: unmerge>filed
dispatched: reassign>dispatched accept>accepted return>returned contact>dispatched escalate>dispatched approve>dispatched
accepted: reassign>dispatched return>returned contact>accepted handle>handling suspend>suspended extend>accepted approve>accepted escalate>accepted
returned: dispatch>dispatched reassign>dispatched escalate>returned approve>returned
handling: reassign>dispatched contact>handling suspend>suspended report>reported extend>handling approve>handling escalate>handling
suspended: contact>suspended resume>handling approve>suspended escalate>suspended
reported: check>checking
checking: rework>rework close>closed
rework: reassign>dispatched contact>rework handle>handling extend>rework approve>rework escalate>rework
closed: evaluate>evaluated reopen>reopened
evaluated: reopen>reopened
reopened: dispatch>dispatched escalate>reopened
cancelled:
`

// needs is who may take a verb.
var needs = map[incident.Verb]access.Action{
	"file": file, "reject": file, "merge": file, "unmerge": file,
	"dispatch": access.Dispatch, "reassign": access.Dispatch, "escalate": access.Dispatch,
	"accept": handle, "return": handle, "contact": handle, "handle": handle, "suspend": handle, "resume": handle, "report": handle, "extend": handle,
	"check": check, "rework": check, "close": check, "evaluate": check, "reopen": check,
	"supervise": supervise, "cancel": supervise, "approve": supervise,
	"comment": access.Report,
}

// expected is the matrix read, with what may be done in all states that are open.
func expected() map[incident.State]map[incident.Verb]incident.State {
	out := map[incident.State]map[incident.Verb]incident.State{}
	for line := range strings.Lines(strings.TrimSpace(matrix)) {
		from, cells, _ := strings.Cut(strings.TrimSpace(line), ":")
		s := incident.State(from)
		out[s] = map[incident.Verb]incident.State{"comment": s}
		if s.Open() {
			out[s]["cancel"], out[s]["supervise"] = "cancelled", s
		}
		for _, cell := range strings.Fields(cells) {
			verb, to, _ := strings.Cut(cell, ">")
			out[s][incident.Verb(verb)] = incident.State(to)
		}
	}
	return out
}

// full is an ask that gives whatever any verb wants.
func full() incident.Ask {
	return incident.Ask{Reason: "why", Unit: "another unit", Into: "310107005-20260304-00002", Satisfaction: 5,
		Extra: &incident.Limit{N: 1, Unit: incident.WorkingDays}}
}

// paths lead to each state, of an incident of a class that may be suspended.
var paths = map[incident.State][]incident.Verb{
	"discovered": {}, "filed": {"file"}, "rejected": {"reject"}, "merged": {"file", "merge"},
	"dispatched": {"file", "dispatch"}, "accepted": {"file", "dispatch", "accept"}, "returned": {"file", "dispatch", "return"},
	"handling":  {"file", "dispatch", "accept", "handle"},
	"suspended": {"file", "dispatch", "accept", "handle", "suspend"},
	"reported":  {"file", "dispatch", "accept", "handle", "attach", "report"},
	"checking":  {"file", "dispatch", "accept", "handle", "attach", "report", "check"},
	"rework":    {"file", "dispatch", "accept", "handle", "attach", "report", "check", "rework"},
	"closed":    {"file", "dispatch", "accept", "handle", "attach", "report", "check", "close"},
	"evaluated": {"file", "dispatch", "accept", "handle", "attach", "report", "check", "close", "evaluate"},
	"reopened":  {"file", "dispatch", "accept", "handle", "attach", "report", "check", "close", "reopen"},
	"cancelled": {"cancel"},
}

// whoFor is somebody who may take the verb.
func whoFor(v incident.Verb) access.Principal {
	for _, p := range []access.Principal{clerk(), dispatcher(), worker(), checker(), leader()} {
		if p.Scope.May(needs[v]) {
			return p
		}
	}
	return reporter()
}

func action(v incident.Verb, who access.Principal) incident.Action {
	if v == incident.Attach {
		return incident.Given(v, who, incident.Own{Evidence: []incident.Evidence{{Kind: incident.OfFile, Ref: "f", When: incident.AfterWork}}})
	}
	return incident.Action{Verb: v, Who: who, Ask: full()}
}

// lead takes the verbs one after another, a minute apart.
func lead(t testing.TB, in incident.Incident, now time.Time, verbs ...incident.Verb) incident.Incident {
	t.Helper()
	for i, v := range verbs {
		var err error
		if in, _, err = incident.Next(in, action(v, whoFor(v)), now.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatalf("%v: %v", verbs[:i+1], err)
		}
	}
	return in
}

// TestEveryStateVerbAndRole asks everything of everybody in every state.
func TestEveryStateVerbAndRole(t *testing.T) {
	now := at(t, "2026-03-04 10:00")
	want := expected()
	if len(want) != len(incident.States()) || len(needs) != len(incident.Verbs()) {
		t.Fatalf("the matrix has %d states and %d verbs, want %d and %d", len(want), len(needs), len(incident.States()), len(incident.Verbs()))
	}
	people := []access.Principal{
		clerk(), dispatcher(), worker(), checker(), leader(), can("stranger", here),
		can("worker", here, handle, check, supervise), // may do all with it, but worked on it
		can("another", here, file, access.Dispatch, handle, check, supervise, access.Report), {},
	}
	for _, s := range incident.States() {
		in, _ := begun(t, "facility.railing", now)
		in = lead(t, in, now, paths[s]...)
		if in.State != s {
			t.Fatalf("the path to %s ends in %s", s, in.State)
		}
		// What an approval and a way up need is there wherever it can be.
		if slices.Contains([]incident.State{"dispatched", "accepted", "returned", "handling", "suspended", "rework"}, s) {
			in = leadOne(t, in, now, action(incident.Attach, reporter()))
			in.Extension = &incident.Extension{By: "worker", At: now, Extra: incident.Limit{N: 1, Unit: incident.WorkingDays}}
		}
		for _, v := range incident.Verbs() {
			for _, who := range people {
				t.Run(fmt.Sprint(s, " ", v, " ", who.ID), func(t *testing.T) {
					in := in
					if v == incident.Extend {
						in.Extension = nil
					}
					before := fmt.Sprintf("%+v", in)
					a := action(v, who)
					if v == incident.Reassign {
						a.Unit = "a third unit"
					}
					out, e, err := incident.Next(in, a, now)
					if after := fmt.Sprintf("%+v", in); after != before {
						t.Fatal("it was changed in place")
					}
					to, can := want[s][v]
					own := who.ID == "worker" && s != "rejected" && slices.Contains([]incident.Verb{"check", "rework", "close", "evaluate", "reopen", "approve"}, v)
					switch {
					case !who.Scope.May(needs[v]) || own && can:
						if !errors.Is(err, access.ErrDenied) {
							t.Errorf("%v, want denied", err)
						}
					case !can:
						if !errors.Is(err, assets.ErrConflict) {
							t.Errorf("%v, want a conflict", err)
						}
					case err != nil:
						t.Error(err)
					case out.State != to || out.Rev != in.Rev+1 || e.Verb != v || e.By != who.ID || !e.At.Equal(now):
						t.Errorf("%s rev %d by %+v, want %s", out.State, out.Rev, e, to)
					}
					if err != nil && (out.State != in.State || len(err.Error()) < 20) {
						t.Errorf("refused, yet %s; %v says no reason", out.State, err)
					}
					if listed := slices.Contains(incident.May(in, who), v); listed != (err == nil) {
						t.Errorf("listed as possible: %v, but %v", listed, err)
					}
				})
			}
		}
	}
}

func TestNobodyAsksForWhatTheRoomDoes(t *testing.T) {
	now := at(t, "2026-03-04 10:00")
	in, _ := begun(t, "facility.railing", now)
	everybody := access.Principal{ID: "all", Scope: access.Open()}
	for _, v := range []incident.Verb{incident.Attach, incident.Absorb, incident.Release, incident.Remind, incident.Overdue} {
		if _, _, err := incident.Next(in, incident.Action{Verb: v, Who: everybody, Ask: full()}, now); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", v, err)
		}
	}
	if _, _, err := incident.Next(in, incident.Action{Verb: "nonsense", Who: everybody}, now); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("a verb that is none: %v", err)
	}
}

// TestWhatIsAskedFor: each refusal says what is wrong, and of which kind it is.
func TestWhatIsAskedFor(t *testing.T) {
	now := at(t, "2026-03-04 10:00")
	all := can("chief", here, file, access.Dispatch, handle, check, supervise, access.Report)
	street := can("street", []string{"310107005"}, file, access.Dispatch, handle, check, supervise, access.Report)
	for _, c := range []struct {
		name  string
		class string
		path  []incident.Verb
		verb  incident.Verb
		who   access.Principal
		ask   incident.Ask
		kind  error
		says  string
	}{
		{"a street sends nobody for the district", "flood.level", []incident.Verb{"file"}, "dispatch", street, full(), access.ErrDenied, "district 310107"},
		{"a street sends for itself", "facility.railing", []incident.Verb{"file"}, "dispatch", street, full(), nil, ""},
		{"another person", "facility.railing", []incident.Verb{"file", "dispatch to p"}, "accept", all, full(), access.ErrDenied, "another person"},
		{"no proof", "facility.railing", []incident.Verb{"file", "dispatch", "accept", "handle"}, "report", worker(), full(), assets.ErrConflict, "0 files"},
		{"a class without proof", "safety.crowd", []incident.Verb{"file", "dispatch", "accept", "handle"}, "report", worker(), full(), nil, ""},
		{"rework wants new proof", "facility.railing", []incident.Verb{"file", "dispatch", "accept", "handle", "attach", "report", "check", "rework", "handle"}, "report", worker(), full(), assets.ErrConflict, "0 files"},
		{"no reason", "facility.railing", nil, "reject", all, incident.Ask{Reason: " "}, assets.ErrInvalid, "reason"},
		{"nobody", "facility.railing", []incident.Verb{"file"}, "dispatch", all, incident.Ask{}, assets.ErrInvalid, "unit"},
		{"the same again", "facility.railing", []incident.Verb{"file", "dispatch"}, "reassign", all, full(), assets.ErrConflict, "already"},
		{"into itself", "facility.railing", nil, "merge", all, incident.Ask{Into: "310107005-20260304-00001"}, assets.ErrInvalid, "into"},
		{"never suspended", "safety.crowd", []incident.Verb{"file", "dispatch", "accept", "handle"}, "suspend", all, full(), assets.ErrConflict, "suspended"},
		{"never extended", "safety.crowd", []incident.Verb{"file", "dispatch", "accept", "handle"}, "extend", all, full(), assets.ErrConflict, "allows 0"},
		{"too much more", "facility.railing", []incident.Verb{"file", "dispatch", "accept"}, "extend", all, incident.Ask{Reason: "x", Extra: &incident.Limit{N: 6, Unit: incident.WorkingDays}}, assets.ErrInvalid, "at most 5 workingDays"},
		{"other units", "facility.railing", []incident.Verb{"file", "dispatch", "accept"}, "extend", all, incident.Ask{Reason: "x", Extra: &incident.Limit{N: 1, Unit: incident.Hours}}, assets.ErrInvalid, "workingDays"},
		{"one's own extension", "facility.railing", []incident.Verb{"file", "dispatch", "accept", "extend"}, "approve", can("worker", here, supervise), full(), access.ErrDenied, "worker"},
		{"one's own work by a key", "facility.railing", []incident.Verb{"file", "dispatch", "accept", "handle", "attach", "report"}, "check", keyOf("worker", check), full(), access.ErrDenied, "worker"},
		{"no extension", "facility.railing", []incident.Verb{"file", "dispatch", "accept"}, "approve", all, full(), assets.ErrConflict, "no extension"},
		{"called twice", "facility.railing", []incident.Verb{"file", "dispatch", "accept", "contact"}, "contact", all, full(), assets.ErrConflict, "already"},
		{"the highest", "flood.level", []incident.Verb{"file"}, "escalate", all, full(), assets.ErrConflict, "highest"},
		{"severity", "facility.railing", nil, "file", all, incident.Ask{Severity: 5}, assets.ErrInvalid, "severity"},
		{"satisfaction", "facility.railing", []incident.Verb{"file", "dispatch", "accept", "handle", "attach", "report", "check", "close"}, "evaluate", all, incident.Ask{Satisfaction: 6}, assets.ErrInvalid, "satisfaction"},
		{"whoever reported it calls back", "facility.railing", []incident.Verb{"file", "dispatch", "accept", "handle", "attach", "report", "check", "close"}, "evaluate", reporter(), incident.Ask{Satisfaction: 4}, nil, ""},
		{"and says something", "facility.railing", []incident.Verb{"file", "dispatch", "accept", "handle", "attach", "report", "check", "close"}, "evaluate", reporter(), incident.Ask{}, access.ErrDenied, "check"},
		{"a long story", "facility.railing", nil, "comment", all, incident.Ask{Reason: strings.Repeat("x", 5000)}, assets.ErrInvalid, "5000 bytes"},
		{"nowhere", "facility.railing", nil, "comment", all, incident.Ask{Reason: "x", Place: &[2]float64{200, 0}}, assets.ErrInvalid, "place"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, _ := begun(t, c.class, now)
			for _, v := range c.path {
				if v == "dispatch to p" {
					var err error
					if in, _, err = incident.Next(in, incident.Action{Verb: "dispatch", Who: all, Ask: incident.Ask{Person: "p"}}, now); err != nil {
						t.Fatal(err)
					}
					continue
				}
				a := action(v, whoFor(v))
				in = leadOne(t, in, now, a)
			}
			_, _, err := incident.Next(in, incident.Action{Verb: c.verb, Who: c.who, Ask: c.ask}, now)
			if c.kind == nil && err != nil || c.kind != nil && (!errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v, want %v about %q", err, c.kind, c.says)
			}
		})
	}
}

func leadOne(t testing.TB, in incident.Incident, now time.Time, a incident.Action) incident.Incident {
	t.Helper()
	out, _, err := incident.Next(in, a, now)
	if err != nil {
		t.Fatalf("%s: %v", a.Verb, err)
	}
	return out
}

// Of what is dispatched to a unit alone nobody of another unit accepts; who is of none may,
// and so may the person to whom it is dispatched, of whatever unit.
func TestWhoOfAUnitAccepts(t *testing.T) {
	now := at(t, "2026-03-04 10:00")
	filed, _ := begun(t, "facility.railing", now)
	filed = lead(t, filed, now, "file")
	for _, c := range []struct {
		to, person, of string
		denied         bool
	}{
		{"市政养护", "", "市政养护", false},
		{"市政养护", "", "", false},
		{"市政养护", "", "路灯管理所", true},
		{"市政养护", "worker", "路灯管理所", false},
	} {
		in := leadOne(t, filed, now, incident.Action{Verb: "dispatch", Who: dispatcher(), Ask: incident.Ask{Unit: c.to, Person: c.person}})
		who := worker()
		who.Unit = c.of
		_, _, err := incident.Next(in, incident.Action{Verb: "accept", Who: who}, now)
		if errors.Is(err, access.ErrDenied) != c.denied || !c.denied && err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
