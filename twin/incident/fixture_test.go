package incident_test

import (
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin/incident"
)

// can is a principal in charge of the areas who may do the actions.
func can(id string, areas []string, actions ...access.Action) access.Principal {
	g := access.Grant{Actions: append([]access.Action{access.View}, actions...), Kinds: assets.Kinds(), Sensitivity: assets.Internal, Areas: areas}
	return access.Principal{ID: id, Name: "name of " + id, Areas: areas, Scope: g.Compile(nil)}
}

// keyOf is a key of the account.
func keyOf(account string, actions ...access.Action) access.Principal {
	who := can("key:7", here, actions...)
	who.For = account
	return who
}

const (
	file      = access.File
	handle    = access.Handle
	check     = access.Check
	supervise = access.Supervise
)

var here = []string{access.Everywhere}

// The people of the tests.
func reporter() access.Principal   { return can("reporter", here, access.Report) }
func clerk() access.Principal      { return can("clerk", here, file, access.Report) }
func dispatcher() access.Principal { return can("dispatcher", here, access.Dispatch) }
func worker() access.Principal     { return can("worker", here, handle, access.Report) }
func checker() access.Principal    { return can("checker", here, check) }
func leader() access.Principal     { return can("leader", here, supervise) }

// begun is an incident of the class that was just found, by an action of the room.
func begun(t testing.TB, class string, now time.Time) (incident.Incident, incident.Event) {
	t.Helper()
	c, err := tables(t).Classes.Class(class)
	if err != nil {
		t.Fatal(err)
	}
	in, e, err := incident.Next(incident.Incident{}, incident.Began(reporter(), "310107005-20260304-00001", incident.What{
		Class: class, Title: c.Name, Severity: c.Severity, Place: [2]float64{121.42, 31.24}, Area: "310107005",
	}, c.Terms, incident.Source{Channel: incident.Hotline, By: "reporter", At: now, Contact: "sealed:1:x"}), now)
	if err != nil {
		t.Fatal(err)
	}
	return in, e
}
