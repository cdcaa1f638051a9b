package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A rule that nobody saved is tried on what the node has kept: by who sees the things, and
// nothing comes of it.
func TestRuleIsTriedOnHistory(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	for _, value := range []float64{2, 4.2} {
		if _, err := h.intake.Batch(context.Background(), nil, fmt.Appendf(nil, `{"observations":[{"id":%q,"values":{"water_level":%v}}]}`, gauge, value)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond) // each has its millisecond
	}
	eventually(t, "both are in history", func() bool {
		kept, err := h.store.Readings(t.Context(), gauge, "", time.Now().Add(-time.Hour), time.Now().Add(time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(kept) == 2
	})
	high := map[string]any{"title": "高", "titleEn": "High", "kind": "threshold", "classes": []string{"sensor.water_level"}, "phenomenon": "water_level", "when": "value > 4.0", "severity": 2}
	at := func(d time.Duration) string { return url.QueryEscape(time.Now().Add(d).Format(time.RFC3339)) }
	span := "?from=" + at(-time.Hour) + "&to=" + at(time.Minute)
	for by, want := range map[string]float64{"operator-here": 1, "operator-elsewhere": 0} {
		status, is := h.asks(by, "POST", "/v1/rules/try"+span, high)
		if status != http.StatusOK || is["raised"] != want || is["judged"] != is["things"] || is["bound"] != nil {
			t.Fatalf("%s: %d %v", by, status, is)
		}
		if told := strings.Contains(fmt.Sprint(is), string(gauge)); told != (want > 0) {
			t.Errorf("%s is told of the gauge: %v", by, told)
		}
	}
	for about, ask := range map[string]struct {
		span string
		with map[string]any
	}{
		"kind": {span, map[string]any{"kind": "finding", "findings": []string{"fire_smoke"}, "when": "confidence > 0.5"}},
		"when": {span, map[string]any{"when": "valeu > 4.0"}},
		"from": {"?from=" + at(time.Hour), nil},
		"days": {"?from=" + at(-8*24*time.Hour), nil},
	} {
		rule := map[string]any{}
		for k, v := range high {
			rule[k] = v
		}
		if about == "kind" {
			delete(rule, "phenomenon")
			delete(rule, "classes")
		}
		for k, v := range ask.with {
			rule[k] = v
		}
		if status, is := h.asks("operator-here", "POST", "/v1/rules/try"+ask.span, rule); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", about, status, is)
		}
	}
	if status, _ := h.asks("dispatcher-here", "POST", "/v1/rules/try", high); status != http.StatusForbidden {
		t.Errorf("who may set no rules: %d", status)
	}
	for _, a := range h.alarms.Open() {
		if a.Is.Rule == "try" {
			t.Errorf("a trial raised %s", a.Is.ID)
		}
	}
	if _, err := h.alarms.library.Paper("rule", "try"); err == nil {
		t.Error("a trial saved the rule")
	}
}
