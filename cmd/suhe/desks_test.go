package main

import (
	"net/http"
	"testing"
)

// What the desks of those who set rules ask: when people work, and what a mapping
// makes of a payload.
func TestCalendarAndMappingsThroughTheDoor(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	const by = "operator-here"
	status, is := h.asks(by, "GET", "/v1/calendar", nil)
	if days, _ := is["days"].([]any); status != http.StatusOK || len(days) == 0 || is["zone"] != "Asia/Shanghai" {
		t.Errorf("calendar: %d %v", status, is)
	}
	status, is = h.asks(by, "GET", "/v1/calendar/due?n=4&unit=workingHours&from=2026-09-30T16:00:00%2B08:00", nil)
	if status != http.StatusOK || is["due"] != "2026-10-08T11:00:00+08:00" || is["known"] != true {
		t.Errorf("over the national holiday: %d %v", status, is)
	}
	for _, wrong := range []string{"n=x&unit=hours", "n=1&unit=moons", "n=-1&unit=hours", "n=NaN&unit=hours", "n=1&unit=hours&from=now"} {
		if status, is := h.asks(by, "GET", "/v1/calendar/due?"+wrong, nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", wrong, status, is)
		}
	}

	status, is = h.asks(by, "GET", "/v1/mappings", nil)
	if files, _ := is["mappings"].([]any); status != http.StatusOK || len(files) == 0 || files[0].(map[string]any)["state"] != "fine" {
		t.Errorf("mappings: %d %v", status, is)
	}
	good := map[string]any{"gauge": gauge, "level": 3.1}
	status, is = h.asks(by, "POST", "/v1/mappings/water/try", good)
	readings, _ := is["readings"].([]any)
	if status != http.StatusOK || len(readings) != 1 || readings[0].(map[string]any)["value"] != 3.1 || readings[0].(map[string]any)["unit"] != "m" {
		t.Errorf("tried: %d %v", status, is)
	}
	status, is = h.asks(by, "POST", "/v1/mappings/water/try", map[string]any{"gauge": "nobody", "level": "high"})
	if refusals, _ := is["refusals"].([]any); status != http.StatusOK || len(refusals) == 0 {
		t.Errorf("a bad one: %d %v", status, is)
	}
	if status, _ := h.asks(by, "POST", "/v1/mappings/none/try", good); status != http.StatusNotFound {
		t.Errorf("no mapping: %d", status)
	}
	if status, _ := h.asks("planner-here", "POST", "/v1/mappings/water/try", good); status != http.StatusForbidden {
		t.Errorf("a planner: %d", status)
	}
}
