package access_test

import (
	"testing"

	"suhe/assets"
	"suhe/internal/access"
)

func asset(kind assets.Kind, class, area string, s assets.Sensitivity) *assets.Asset {
	return &assets.Asset{Kind: kind, Class: class, Sensitivity: s, Location: assets.Location{Area: area}}
}

func TestSees(t *testing.T) {
	const here, there = "310107005", "310107014"
	trees := access.Trees{"水务": {"水务/东", "水务/西"}, "水务/东": {here}, "水务/西": {there, "水务"}}
	handler := func(areas ...string) access.Grant { return access.GrantOf([]access.Role{access.Handler}, areas) }
	lamps := handler(access.Everywhere)
	lamps.Classes = []string{"asset.lamp", "sensor"}
	for _, c := range []struct {
		name  string
		grant access.Grant
		asset *assets.Asset
		want  bool
	}{
		{"nothing", access.Grant{}, asset(assets.Fixture, "asset.lamp", here, 0), false},
		{"no areas", handler(), asset(assets.Fixture, "asset.lamp", here, 0), false},
		{"own street", handler(here), asset(assets.Fixture, "asset.lamp", here, 0), true},
		{"another street", handler(here), asset(assets.Fixture, "asset.lamp", there, 0), false},
		{"outside all areas", handler(here), asset(assets.Fixture, "asset.lamp", "", 0), false},
		{"everywhere, outside all areas", handler(access.Everywhere), asset(assets.Fixture, "asset.lamp", "", 0), true},
		{"street of the district", handler("310107"), asset(assets.Fixture, "asset.lamp", there, 0), true},
		{"village of the street", handler(here), asset(assets.Fixture, "asset.lamp", here+"012", 0), true},
		{"village of another", handler(here), asset(assets.Fixture, "asset.lamp", there+"012", 0), false},
		{"street, of a village's", handler(here + "012"), asset(assets.Fixture, "asset.lamp", here, 0), false},
		{"a node of a department", handler("水务/东"), asset(assets.Fixture, "asset.lamp", here, 0), true},
		{"another node", handler("水务/东"), asset(assets.Fixture, "asset.lamp", there, 0), false},
		{"a tree with a loop", handler("水务"), asset(assets.Fixture, "asset.lamp", there, 0), true},
		{"the ground of another street", handler(here), asset(assets.Building, "building.office", there, 0), true},
		{"ground that is not public", handler(here), asset(assets.Building, "building.office", there, 1), false},
		{"a camera", handler(here), asset(assets.Camera, "camera.dome", here, 1), true},
		{"a restricted camera", handler(here), asset(assets.Camera, "camera.dome", here, 2), false},
		{"a patrol", handler(here), asset(assets.Mover, "mover.patrol", here, 0), false},
		{"a class", lamps, asset(assets.Fixture, "asset.lamp", here, 0), true},
		{"below a class", lamps, asset(assets.Sensor, "sensor.flow", here, 0), true},
		{"a class that begins alike", lamps, asset(assets.Fixture, "asset.lamppost", here, 0), false},
		{"public", access.GrantOf([]access.Role{access.Public}, []string{access.Everywhere}), asset(assets.Camera, "camera.dome", here, 1), false},
		{"an administrator", access.GrantOf([]access.Role{access.Security}, []string{access.Everywhere}), asset(assets.Water, "water.creek", here, 0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.grant.Compile(trees).Sees(c.asset); got != c.want {
				t.Errorf("sees %v, want %v", got, c.want)
			}
		})
	}
}

func TestNarrow(t *testing.T) {
	whole := access.GrantOf([]access.Role{access.Operator}, []string{"310107"})
	key := whole.Narrow(access.Grant{
		Actions: []access.Action{access.View, access.Admit}, Sensitivity: assets.Internal, Areas: []string{"310107005", "310110"}, Kinds: []assets.Kind{assets.Sensor},
	}).Compile(nil)
	if key.May(access.Admit) || key.May(access.Edit) || !key.May(access.View) {
		t.Error("a key may what its owner may not, or more than it says")
	}
	if !key.Sees(asset(assets.Sensor, "sensor.flow", "310107005", 1)) {
		t.Error("a key sees less than both allow")
	}
	for _, a := range []*assets.Asset{
		asset(assets.Sensor, "sensor.flow", "310107014", 1), asset(assets.Sensor, "sensor.flow", "310110001", 1),
		asset(assets.Sensor, "sensor.flow", "310107005", 2), asset(assets.Camera, "camera.dome", "310107005", 1),
	} {
		if key.Sees(a) {
			t.Errorf("a key sees %+v", a)
		}
	}
	nobody := access.Grant{Kinds: assets.Kinds()}.Narrow(access.Grant{Areas: []string{access.Everywhere}}).Compile(nil)
	if nobody.Sees(asset(assets.Fixture, "asset.lamp", "310107005", 0)) {
		t.Error("a key of somebody without areas has some")
	}
}

func TestClassTellsWhatIsSeen(t *testing.T) {
	of := func(role access.Role, areas ...string) string {
		return access.GrantOf([]access.Role{role}, areas).Compile(nil).Class()
	}
	if of(access.Operator, "310107005", "310107014") != of(access.Operator, "310107014", "310107005") {
		t.Error("the order of areas makes another class")
	}
	if of(access.Operator, access.Everywhere) != of(access.Dispatcher, access.Everywhere) {
		t.Error("who sees the same does not share tiles")
	}
	if of(access.Patrol, "310107005") == of(access.Patrol, "310107014") {
		t.Error("two areas share tiles")
	}
	if of(access.Handler, access.Everywhere) == of(access.Public, access.Everywhere) {
		t.Error("the public shares tiles with a handler")
	}
	if of(access.Security, access.Everywhere) != (access.Scope{}).Class() {
		t.Error("who sees nothing has a class of its own")
	}
}

func TestCheckRoles(t *testing.T) {
	for _, c := range []struct {
		held []access.Role
		ok   bool
	}{
		{nil, false},
		{[]access.Role{"king"}, false},
		{[]access.Role{access.Patrol, access.Patrol}, false},
		{[]access.Role{access.System, access.Security}, false},
		{[]access.Role{access.Auditor, access.Operator}, false},
		{[]access.Role{access.Auditor}, true},
		{[]access.Role{access.Patrol, access.Handler}, true},
	} {
		if err := access.CheckRoles(c.held); (err == nil) != c.ok {
			t.Errorf("%v: %v", c.held, err)
		}
	}
}

// The check stands in the path of every feature of every tile and frame.
func BenchmarkSees(b *testing.B) {
	b.ReportAllocs()
	scope := access.GrantOf([]access.Role{access.Handler}, []string{"310107005", "310107014", "310107015"}).Compile(nil)
	seen := asset(assets.Sensor, "sensor.flow", "310107015012", 0)
	hidden := asset(assets.Sensor, "sensor.flow", "310107020", 0)
	for b.Loop() {
		if !scope.Sees(seen) || scope.Sees(hidden) {
			b.Fatal("wrong")
		}
	}
}

func TestKnowsArea(t *testing.T) {
	const code = "310107005"
	area := func(s assets.Sensitivity) *assets.Asset {
		return &assets.Asset{Kind: assets.Area, Class: "area.street", Sensitivity: s, Location: assets.Location{Area: code}}
	}
	by := func(g access.Grant) access.Scope { return g.Compile(nil) }
	kinds := []assets.Kind{assets.Area, assets.Sensor}
	for name, test := range map[string]struct {
		scope access.Scope
		area  *assets.Asset
		want  bool
	}{
		"the zero scope":          {access.Scope{}, area(0), false},
		"its own":                 {by(access.Grant{Kinds: kinds, Areas: []string{code}, Sensitivity: 1}), area(1), true},
		"of its district":         {by(access.Grant{Kinds: kinds, Areas: []string{"310107"}, Sensitivity: 1}), area(1), true},
		"its own, of other kinds": {by(access.Grant{Kinds: kinds[1:], Areas: []string{code}, Sensitivity: 1}), area(1), true},
		"too sensitive":           {by(access.Grant{Kinds: kinds, Areas: []string{code}, Sensitivity: 1}), area(2), false},
		"too sensitive anywhere":  {by(access.Grant{Kinds: kinds, Areas: []string{access.Everywhere}, Sensitivity: 1}), area(2), false},
		"another's":               {by(access.Grant{Kinds: kinds, Areas: []string{"310107014"}, Sensitivity: 1}), area(1), false},
		"another's, of the map":   {by(access.Grant{Kinds: kinds, Areas: []string{"310107014"}, Sensitivity: 1}), area(0), true},
		"the map is not seen":     {by(access.Grant{Kinds: kinds[1:], Areas: []string{"310107014"}, Sensitivity: 1}), area(0), false},
		"hidden":                  {by(access.Grant{Kinds: kinds, Areas: []string{code}, Sensitivity: 1, Hidden: []string{"area"}}), area(1), false},
	} {
		if got := test.scope.KnowsArea(code, test.area); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
