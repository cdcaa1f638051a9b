package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Of an area that somebody may not know of the stream says what it says of none.
func TestAreasOfOthersAreNotFoundByAsking(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	const secret = "310107888"
	ring := orb.Polygon{{{121.50, 31.30}, {121.51, 31.30}, {121.51, 31.31}, {121.50, 31.31}, {121.50, 31.30}}}
	area := assets.Asset{ID: "area-secret", Kind: assets.Area, Class: "area.street", Name: "x", Lifecycle: assets.InUse, Shape: assets.Shape{Geometry: geo.Solid{Plane: ring}},
		Properties: assets.Properties{{Key: "code", Value: secret}, {Key: "sensitivity", Value: 2.0}}}
	if _, _, err := h.registry.Edit(context.Background(), "test", "", assets.Edit{Asset: &area, WasRev: assets.AnyRev}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	ask := func(by guest, code string) (int, string) {
		r, err := http.NewRequest(http.MethodGet, h.server.URL+"/v1/events?layers=sensors&area="+code, nil)
		if err != nil {
			t.Fatal(err)
		}
		by.dress(r)
		answer, err := h.server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return answer.StatusCode, ""
		}
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, strings.ReplaceAll(string(text), code, "CODE")
	}
	seen := 0
	for _, by := range h.guests() {
		if by.dress == nil {
			continue
		}
		status, text := ask(by, secret)
		if status == http.StatusOK {
			seen++
			continue
		}
		if none, said := ask(by, "310107889"); status != none || text != said {
			t.Errorf("%s is told %d %s of an area, %d %s of none", by.name, status, text, none, said)
		}
	}
	if seen == 0 {
		t.Error("nobody may know of the area")
	}
}
