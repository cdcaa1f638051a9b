package main

import (
	"context"
	"math"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// A flood over two 街镇 is an alarm in each. Who sees both is told of one, and deals with
// both at once; who sees one of them finds that alone.
func TestStormOverAreas(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	gauge := h.world.ByID(gauge).Asset
	across := *gauge
	across.ID, across.Name = "gauge-across", "gauge-across"
	across.Shape = assets.Shape{Geometry: geo.Solid{Plane: h.nearElsewhere(geo.Anchor(gauge.Shape.Geometry.Plane), gauge.Location.Area)}}
	if _, _, err := h.registry.Edit(context.Background(), "test", "", assets.Edit{Asset: &across, WasRev: assets.AnyRev}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	for _, id := range []assets.ID{gauge.ID, across.ID} {
		h.measures(id, "water_level", 4.2)
	}
	list := func(who, query string) (rows []map[string]any) {
		t.Helper()
		status, answer := h.asks(who, "GET", "/v1/alarms?cause=flood"+query, nil)
		if status != 200 {
			t.Fatal(status, answer)
		}
		for _, row := range answer["alarms"].([]any) {
			rows = append(rows, row.(map[string]any))
		}
		return rows
	}
	eventually(t, "a storm", func() bool {
		all := list("operator", "&parts=true")
		return len(all) == 2 && all[0]["storm"] != nil && all[0]["storm"] == all[1]["storm"]
	})
	whole := list("operator", "")
	if len(whole) != 1 || whole[0]["parts"] != 1.0 {
		t.Fatalf("told of %v", whole)
	}
	own := list("operator-here", "")
	if len(own) != 1 || own[0]["area"] != gauge.Location.Area || own[0]["parts"] != nil || len(list("operator-here", "&parts=true")) != 1 || len(list("operator-elsewhere", "&parts=true")) != 0 {
		t.Errorf("who sees one area is told of %v", own)
	}
	states := func() (all []any) {
		for _, row := range list("operator", "&parts=true") {
			all = append(all, row["state"])
		}
		return all
	}
	mine := "/v1/alarms/" + own[0]["id"].(string)
	if status, answer := h.asks("operator-here", "POST", mine+"/suppress", map[string]any{"reason": "演练", "storm": true}); status != 200 {
		t.Fatal(status, answer)
	}
	if got := states(); got[0] == got[1] {
		t.Errorf("who sees one area acts on both: %v", got)
	}
	if status, answer := h.asks("operator-here", "POST", mine+"/resume", nil); status != 200 {
		t.Fatal(status, answer)
	}
	if status, answer := h.asks("operator", "POST", "/v1/alarms/"+whole[0]["id"].(string)+"/acknowledge", map[string]any{"storm": true}); status != 200 {
		t.Fatal(status, answer)
	}
	if got := states(); got[0] != "acknowledged" || got[1] != "acknowledged" {
		t.Errorf("after one acknowledgement they are %v", got)
	}
}

// nearElsewhere is a place in another area, as near as there is one within 900 metres.
func (h *house) nearElsewhere(from orb.Point, area string) orb.Point {
	h.t.Helper()
	for metres := 50.0; metres < 900; metres += 50 {
		for turn := range 24 {
			angle := float64(turn) * math.Pi / 12
			p := orb.Point{from[0] + metres*math.Cos(angle)/95_300, from[1] + metres*math.Sin(angle)/111_000}
			if is := h.registry.Locate(p).Area; is != "" && is != area {
				return p
			}
		}
	}
	h.t.Fatal("no other area is near")
	return orb.Point{}
}
