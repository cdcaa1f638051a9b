package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/internal/features"
)

// Questions about the ground can be asked and answered in each of the systems that
// features have, in the order of their axes: the same things come, at the same places.
func TestGroundInOtherSystems(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	low, high := orb.Point{121.4300, 31.2470}, orb.Point{121.4380, 31.2520}
	const outline, filter = `{"type":"LineString","coordinates":[[%s],[%s]]}`, "&kind=camera&limit=500"
	asked := func(query string) (things []map[string]any) {
		status, answer := h.asks("operator", http.MethodGet, query, nil)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", query, status, answer)
		}
		return rowsOf(answer)
	}
	near := asked("/v1/nearest?" + filter + "&point=" + numbers(low))
	within := asked("/v1/within?" + filter + "&bbox=" + numbers(low, high))
	drawn := func(query string, a, b orb.Point, headers ...string) (answer map[string]any) {
		status, _, text := h.changes("operator", http.MethodPost, "/v1/within?distance=200"+filter+query, fmt.Sprintf(outline, numbers(a), numbers(b)), headers...)
		if err := json.Unmarshal([]byte(text), &answer); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %v %s", query, status, err, text)
		}
		return answer
	}
	around := rowsOf(drawn("", low, high))
	seen := asked("/v1/sight?limit=500&line=" + numbers(low, high))
	if len(near) < 5 || len(within) < 5 || len(around) < 5 || len(seen) == 0 {
		t.Fatalf("%d, %d, %d, %d: too few to prove anything", len(near), len(within), len(around), len(seen))
	}
	for _, crs := range features.NewSystems(geo.ShanghaiPlane) {
		in := "&bbox-crs=" + url.QueryEscape(crs.URI) + "&crs=" + url.QueryEscape(crs.URI)
		a, b := crs.Point(low), crs.Point(high)
		same(t, &crs, "nearest", near, asked("/v1/nearest?"+filter+in+"&point="+numbers(a)))
		same(t, &crs, "sight", seen, asked("/v1/sight?limit=500"+in+"&line="+numbers(a, b)))
		if crs.Name == geo.WGS84 || crs.Name == geo.CGCS2000 || crs.Name == geo.WebMercator { // elsewhere a box lies askew
			same(t, &crs, "within", within, asked("/v1/within?"+filter+in+"&bbox="+numbers(a, b)))
		}
		same(t, &crs, "around", around, rowsOf(drawn(in, a, b, "Content-Crs", "<"+crs.URI+">")))
	}
	for query, want := range map[string]string{
		"nearest?point=121.43,31.25&bbox-crs=EPSG:0":              "bbox-crs:",
		"nearest?point=121.43,31.25&crs=moon":                     "crs:",
		"nearest?point=121.43,31.25&bbox-crs=EPSG:4326":           "point:",
		"nearest?point=1e9,1e9&bbox-crs=EPSG:3857":                "point:",
		"within?bbox=1e8,1e8,1e9,1e9&bbox-crs=EPSG:3857":          "bbox:",
		"within?bbox=170,1,-170,2":                                "bbox:",
		"creek/travel?chainage=1,2&crs=EPSG:4326":                 "query:",
		"coverage?bbox=121,31,121.4,31.4&bbox-crs=EPSG:4326":      "bbox:",
		"sight?line=121.43,31.25,121.44,31.25&bbox-crs=EPSG:4490": "line:",
	} {
		status, answer := h.asks("operator", http.MethodGet, "/v1/"+query, nil)
		if detail := fmt.Sprint(answer["detail"]); status != http.StatusBadRequest || !strings.Contains(detail, want) {
			t.Errorf("%s: %d %v, want %s", query, status, detail, want)
		}
	}
}

// numbers are the ordinates of points, joined by commas.
func numbers(points ...orb.Point) string {
	var out []string
	for _, p := range points {
		out = append(out, fmt.Sprintf("%.7f,%.7f", p[0], p[1]))
	}
	return strings.Join(out, ",")
}

// rowsOf are the things or cameras of an answer.
func rowsOf(answer map[string]any) (rows []map[string]any) {
	for _, list := range []string{"things", "cameras"} {
		all, _ := answer[list].([]any)
		for _, one := range all {
			rows = append(rows, one.(map[string]any))
		}
	}
	return rows
}

// same says whether the same things came in the same order, with their places in the
// system as well.
func same(t *testing.T, crs *features.CRS, name string, want, got []map[string]any) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s in %s: %d things, want %d", name, crs.URI, len(got), len(want))
		return
	}
	for i := range got {
		place := crs.Point(orb.Point{want[i]["lon"].(float64), want[i]["lat"].(float64)})
		at, _ := got[i]["at"].([]any)
		off := 0.02 // metres: lon and lat are rounded
		if math.Abs(place[0]) <= 180 {
			off = 3e-7
		}
		if len(at) != 2 || math.Abs(at[0].(float64)-place[0]) > off || math.Abs(at[1].(float64)-place[1]) > off || want[i]["at"] != nil || got[i]["lon"] != want[i]["lon"] {
			t.Errorf("%s in %s: %v, want %v at %v", name, crs.URI, got[i], want[i], place)
		}
	}
}
