package incident_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/incident"
)

// things is a world by brute force.
type things []*twin.Thing

func (all things) Nearest(dst []twin.Near, kind assets.Kind, p orb.Point, n int, limit geo.Metres) []twin.Near {
	var out []twin.Near
	for _, t := range all {
		at := orb.Point(t.Anchor)
		if d := geo.Distance(at, p); t.Asset.Kind == kind && d <= limit {
			out = append(out, twin.Near{Thing: t, Distance: d})
		}
	}
	slices.SortFunc(out, func(a, b twin.Near) int { return cmp.Compare(a.Distance, b.Distance) })
	return append(dst, out[:min(n, len(out))]...)
}

// mover is a mover on duty so many metres east of west.
func mover(id assets.ID, class string, metres float64, area string, props ...assets.Property) *twin.Thing {
	return &twin.Thing{
		Asset: &assets.Asset{ID: id, Kind: assets.Mover, Class: class, Name: "name of " + string(id), Location: assets.Location{Area: area},
			Properties: props, Sensitivity: assets.Restricted},
		Anchor: [2]float64{west[0] + metres/95_200, west[1]}, Live: &twin.Live{},
		State: twin.State{Communication: twin.Online, Service: twin.Normal},
	}
}

func TestAdvice(t *testing.T) {
	now := at(t, "2026-03-04 10:00")
	offline, off := mover("offline", "mover.patrol", 5, westCode), mover("off", "mover.patrol", 6, westCode)
	offline.State.Communication, off.Live = twin.Offline, nil
	world := things{
		mover("near", "mover.patrol", 100, westCode, assets.Property{Key: "account", Value: "zhang"}, assets.Property{Key: "unit", Value: "一队"}),
		mover("middle", "mover.patrol", 300, westCode), mover("far", "mover.patrol", 900, westCode), mover("away", "mover.patrol", 6000, westCode),
		mover("second", "mover.patrol", 200, westCode, assets.Property{Key: "account", Value: "zhang"}), // a person is named once
		mover("boat", "mover.boat", 50, westCode), mover("foreign", "mover.patrol", 10, eastCode), offline, off,
		{Asset: &assets.Asset{ID: "lamp", Kind: assets.Fixture, Owner: "路灯管理所", Location: assets.Location{Area: westCode}}, Anchor: west},
	}
	in, _ := begun(t, "facility.railing", now)
	in.What.Place = west
	busy := in
	busy.ID, busy.Task.Person, busy.Task.Unit = "310107005-20260304-00009", "zhang", "市政养护"
	who := access.Principal{ID: "d", Scope: access.Grant{Actions: []access.Action{access.View, access.Dispatch}, Kinds: assets.Kinds(),
		Sensitivity: assets.Personal, Areas: []string{westCode}}.Compile(nil)}
	got := tables(t).Advise(&in, world, who, slices.Values([]incident.Incident{busy, busy}))
	var lines []string
	for _, u := range got.Units {
		lines = append(lines, fmt.Sprint(u.Unit, " ", u.Why, " ", u.Of, " ", u.Load))
	}
	for _, p := range got.People {
		lines = append(lines, fmt.Sprintf("%s %s %s %d %.0f", p.Person, p.Mover, p.Unit, p.Load, float64(p.Distance)))
	}
	want := []string{"路灯管理所 owner lamp 0", "市政养护 class  2", "middle middle  0 300", "zhang near 一队 2 100", "far far  0 901"}
	if !slices.Equal(lines, want) {
		t.Errorf("%q\nwant\n%q", lines, want)
	}
	in.What.Class = "water.rubbish"
	if got := tables(t).Advise(&in, world, who, slices.Values([]incident.Incident(nil))); got.People[0].Mover != "boat" || got.Units[1].Unit != "河道保洁" {
		t.Errorf("on the water %+v", got)
	}
	blind := can("b", []string{westCode})
	if got := tables(t).Advise(&in, world, blind, slices.Values([]incident.Incident(nil))); len(got.People) != 0 {
		t.Errorf("who may not dispatch is told of %+v", got.People)
	}
}
