package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin/alarm"
	"suhe/twin/incident"
)

// measures lets a sensor say something.
func (h *house) measures(id assets.ID, phenomenon string, value float64) {
	h.t.Helper()
	if _, err := h.intake.Batch(context.Background(), nil, fmt.Appendf(nil, `{"observations":[{"id":%q,"values":{%q:%v}}]}`, id, phenomenon, value)); err != nil {
		h.t.Fatal(err)
	}
}

// A value raises an alarm, of which an incident is made; people act on it; it ends when
// the value is back. Who sees another area alone is told nothing.
func TestFromAValueToAnIncident(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	id := h.alarmed()
	operator, stranger := "operator-here", "operator-elsewhere"
	path := "/v1/alarms/" + string(id)
	status, is := h.asks(operator, "GET", path, nil)
	if status != 200 || is["state"] != "raised" || is["cause"] != "flood" || is["severity"] != 2.0 {
		t.Fatalf("%d: %v", status, is)
	}
	member := is["members"].([]any)[0].(map[string]any)
	if member["asset"] != string(gauge) || member["value"] != 4.2 || member["unit"] != "m" {
		t.Errorf("member %v", member)
	}
	for _, deed := range []string{"", "/events", "/acknowledge"} {
		method := "GET"
		if deed == "/acknowledge" {
			method = "POST"
		}
		if status, _ := h.asks(stranger, method, path+deed, nil); status != 404 {
			t.Errorf("a stranger's %s %s: %d", method, path+deed, status)
		}
	}
	if _, list := h.asks(stranger, "GET", "/v1/alarms?open=all", nil); len(list["alarms"].([]any)) != 0 {
		t.Errorf("a stranger's list: %v", list)
	}

	var made *incident.Incident
	eventually(t, "an incident", func() bool {
		for _, held := range h.incidents.All() {
			if held.Is.What.Class == "flood.level" {
				made = &held.Is
			}
		}
		return made != nil
	})
	if made.Sources[0].Ref != string(id) || made.Sources[0].Channel != incident.SensorFound || made.What.Severity != 2 || len(made.Evidence) == 0 {
		t.Errorf("made %+v", made)
	}
	eventually(t, "the alarm names it", func() bool {
		_, is = h.asks(operator, "GET", path, nil)
		return is["incident"] == string(made.ID)
	})

	if status, is = h.asks(operator, "POST", path+"/acknowledge", map[string]string{"reason": "我来"}); status != 200 || is["state"] != "acknowledged" {
		t.Fatalf("%d: %v", status, is)
	}
	if status, _ := h.asks(operator, "POST", path+"/acknowledge", nil); status != 409 {
		t.Errorf("again: %d", status)
	}
	if status, _ := h.asks(operator, "POST", path+"/explode", nil); status != 400 {
		t.Errorf("a verb that is none: %d", status)
	}
	if status, problem := h.asks(operator, "POST", path+"/false", nil); status != 400 || !strings.Contains(fmt.Sprint(problem), "why") {
		t.Errorf("without a reason: %d %v", status, problem)
	}
	h.measures(gauge, "water_level", 2)
	eventually(t, "the value is back", func() bool {
		_, is = h.asks(operator, "GET", path, nil)
		return is["active"] == 0.0
	})
	_, told := h.asks(operator, "GET", path+"/events", nil)
	var verbs []string
	for _, e := range told["events"].([]any) {
		verbs = append(verbs, e.(map[string]any)["verb"].(string))
	}
	if got := strings.Join(verbs, " "); got != "raise link acknowledge change" {
		t.Errorf("it went through %s", got)
	}
}

// A rule counts as soon as it is saved, and what it raised ends when it goes.
func TestRulesAreSavedAndRemoved(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	operator := "operator"
	rule := func(than string) map[string]any {
		return map[string]any{"title": "试", "titleEn": "Test", "kind": "threshold", "classes": []string{"sensor.water_level"},
			"phenomenon": "water_level", "when": "value > " + than, "severity": 4}
	}
	h.measures(gauge, "water_level", 3)
	if status, problem := h.asks(operator, "PUT", "/v1/rules/test", rule("depth")); status != 400 || !strings.Contains(fmt.Sprint(problem), "undeclared reference") {
		t.Errorf("%d %v", status, problem)
	}
	if status, _ := h.asks("operator-here", "PUT", "/v1/rules/test", rule("2.0")); status != 403 {
		t.Errorf("who does not see everywhere: %d", status)
	}
	if status, saved := h.asks(operator, "PUT", "/v1/rules/test", rule("2.0")); status != 201 || saved["rev"] != 1.0 {
		t.Fatalf("%d %v", status, saved)
	}
	of := func(rule string) *alarm.Alarm {
		for _, held := range h.alarms.Open() {
			if held.Is.Rule == rule {
				return &held.Is
			}
		}
		return nil
	}
	eventually(t, "it raises", func() bool { return of("test") != nil })
	if status, _ := h.asks(operator, "DELETE", "/v1/rules/test", nil); status != 204 {
		t.Fatal(status)
	}
	eventually(t, "it ends", func() bool { return of("test").Active() == 0 })
	if status, _ := h.asks(operator, "DELETE", "/v1/rules/test", nil); status != 404 {
		t.Errorf("again: %d", status)
	}
}

// A flood in 21 cabinets that stand in a row, one of them with 300 sensors, is one alarm
// and one incident.
func TestStormIsOneAlarmAndOneIncident(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	var ids []assets.ID
	place := func(cabinet, n int) {
		at := orb.Point{121.4348 + float64(cabinet)*0.0004, 31.2502}
		for i := range n {
			a := assets.Asset{
				ID: assets.ID(fmt.Sprintf("st-%02d-%03d", cabinet, i)), Kind: assets.Sensor, Class: "sensor.water_level", Name: "柜", Lifecycle: assets.InUse,
				Shape: assets.Shape{Geometry: geo.Solid{Plane: at}},
				Sensor: &assets.SensorSpec{ReportInterval: time.Minute, MountedOn: assets.ID(fmt.Sprintf("cabinet-%02d", cabinet)),
					Measures: []assets.Measure{{Phenomenon: "water_level", Unit: "m", Normal: [2]float64{1.5, 3.8}}}},
			}
			if _, _, err := h.registry.Edit(context.Background(), "test", "", assets.Edit{Asset: &a, WasRev: assets.AnyRev}); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, a.ID)
		}
	}
	place(0, 300)
	for c := 1; c <= 20; c++ {
		place(c, 3)
	}
	h.settle()
	var body bytes.Buffer
	for i, id := range ids {
		if i > 0 {
			body.WriteString(",")
		}
		fmt.Fprintf(&body, `{"id":%q,"values":{"water_level":4.2}}`, id)
	}
	if _, err := h.intake.Batch(context.Background(), nil, fmt.Appendf(nil, `{"observations":[%s]}`, body.Bytes())); err != nil {
		t.Fatal(err)
	}
	count := func() (open, active int) {
		for _, held := range h.alarms.Open() {
			open, active = open+1, active+held.Is.Active()
		}
		return open, active
	}
	areas := map[string]bool{} // an alarm is of one area
	for _, id := range ids {
		areas[h.world.ByID(id).Asset.Location.Area] = true
	}
	eventually(t, "all are in alarms", func() bool {
		_, active := count()
		return active == len(ids)
	})
	if open, _ := count(); open != len(areas) {
		t.Errorf("%d alarms in %d areas", open, len(areas))
	}
	eventually(t, "an incident", func() bool { return len(h.incidents.All()) > 0 })
	for _, held := range h.alarms.Open() {
		eventually(t, "the alarm is linked", func() bool {
			c, err := h.store.Case(context.Background(), assets.Alarm, held.Is.ID)
			return err == nil && bytes.Contains(c.Doc, []byte(`"incident":`))
		})
	}
	if n := len(h.incidents.All()); n != 1 {
		t.Errorf("%d incidents", n)
	}
	raised := 0
	for _, held := range h.alarms.Open() {
		events, err := h.store.CaseEvents(context.Background(), assets.Alarm, held.Is.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Type == "alarm.raise" {
				raised++ // what people are told of
			}
		}
		if again, err := alarm.Replay(events); err != nil || again.Active() != held.Is.Active() {
			t.Errorf("alarm %s is not what its events make of it: %v", held.Is.ID, err)
		}
	}
	if raised != len(areas) {
		t.Errorf("people are told %d times", raised)
	}
}
