package main

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strings"
	"testing"
)

// watchful is somebody with a gauge of his own that raises an alarm, who knows of it,
// and keeps it quiet and lets it speak again, on and on.
type watchful struct {
	s        *served
	gauge    string
	lon      float64 // where the gauge stands: so its alarm is known
	id       string  // of the alarm
	said     int
	known    bool            // an acknowledgement was answered
	answered map[string]bool // reasons of suppress
	failed   error
}

func newWatchful(s *served, name string) *watchful {
	h := fnv.New32a()
	h.Write([]byte(name))
	return &watchful{s: s, gauge: "gauge-" + name, lon: 121.4 + float64(h.Sum32()%90_000)*1e-6, answered: map[string]bool{}}
}

func (w *watchful) on() string     { return w.id }
func (w *watchful) wrong() error   { return w.failed }
func (w *watchful) String() string { return w.gauge }

// asks is true if the answer was yes; of what is neither yes nor later, nor one of the
// others that may be, the worker says that it is wrong.
func (w *watchful) asks(ctx context.Context, method, path, body string, may ...int) (text string, status int) {
	status, text, _, err := ask(ctx, method, w.s.url(path), body)
	if err != nil || status == http.StatusServiceUnavailable {
		return "", 0
	}
	for _, s := range append(may, http.StatusOK, http.StatusCreated) {
		if status == s {
			return text, status
		}
	}
	w.failed = fmt.Errorf("%s %s: %d %s", method, path, status, text)
	return "", 0
}

// says lets the gauge report a level; false if that was not answered.
func (w *watchful) says(ctx context.Context, level float64) bool {
	_, status := w.asks(ctx, http.MethodPost, "/v1/observations", fmt.Sprintf(`{"observations":[{"id":%q,"values":{"water_level":%g}}]}`, w.gauge, level))
	return status != 0
}

func (w *watchful) begin(ctx context.Context) {
	doc := strings.Replace(sensorJSON, "121.44,31.25", fmt.Sprintf("%.6f,31.25", w.lon), 1)
	if _, status := w.asks(ctx, http.MethodPut, "/v1/assets/"+w.gauge, doc); status == 0 || !w.says(ctx, 4.2) {
		return
	}
	text, _ := w.asks(ctx, http.MethodGet, "/v1/alarms?limit=1000", "")
	var list struct {
		Alarms []struct {
			ID  string
			Lon float64
		}
	}
	_ = json.Unmarshal([]byte(text), &list) // of no answer it is empty
	for _, a := range list.Alarms {
		if math.Abs(a.Lon-w.lon) < 5e-7 {
			w.id = a.ID
		}
	}
}

func (w *watchful) more(ctx context.Context) {
	path := "/v1/alarms/" + w.id
	if !w.known {
		_, status := w.asks(ctx, http.MethodPost, path+"/acknowledge", "", http.StatusConflict) // conflict: it was, without an answer
		w.known = status != 0
		return
	}
	w.said++
	word := fmt.Sprintf("%s says %d.", w.gauge, w.said)
	if _, status := w.asks(ctx, http.MethodPost, path+"/suppress", fmt.Sprintf(`{"reason":%q}`, word), http.StatusConflict); status == http.StatusOK {
		w.answered[word] = true
	}
	w.asks(ctx, http.MethodPost, path+"/resume", "", http.StatusConflict)
}

func (w *watchful) check(t *testing.T) {
	t.Helper()
	var told struct {
		Events []struct{ Verb, Why, Reason string }
	}
	asked(t, w.s, "/v1/alarms/"+w.id+"/events", &told)
	verbs, seen := map[string]int{}, map[string]int{}
	for _, e := range told.Events {
		verbs[e.Verb]++
		if e.Verb == "suppress" {
			seen[e.Why+e.Reason]++
		}
	}
	onceEach(t, w.answered, seen)
	if verbs["raise"] != 1 || w.known && verbs["acknowledge"] != 1 || verbs["resume"] > verbs["suppress"] {
		t.Errorf("alarm %s: %v", w.id, verbs)
	}
}

// TestKilledWhileAlarmsAreLed: what was answered of alarms before a kill is there after
// it, each gauge has one alarm, and when the water has fallen each is over once.
func TestKilledWhileAlarmsAreLed(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, dir string, flags ...string) {
		s := serve(t, dir, append([]string{"--no-default-rules"}, flags...)...)
		alone := `{"title":"试","titleEn":"Test","kind":"threshold","classes":["sensor.water_level"],"phenomenon":"water_level","when":"value > high","severity":4,"cause":"alone"}`
		if status, text, _, err := ask(t.Context(), http.MethodPut, s.url("/v1/rules/alone"), alone); err != nil || status != http.StatusCreated {
			t.Fatal(status, text, err)
		}
		all := killWhile(t, s, func(name string) worker { return newWatchful(s, name) })
		var list struct{ Alarms []struct{ ID string } }
		asked(t, s, "/v1/alarms?open=all&limit=1000", &list)
		if len(list.Alarms) != len(all) {
			t.Errorf("%d gauges have %d alarms", len(all), len(list.Alarms))
		}
		for i, w := range all {
			w := w.(*watchful)
			if i%2 == 0 {
				w.asks(t.Context(), http.MethodPost, "/v1/alarms/"+w.id+"/clear", "")
			}
			if !w.says(t.Context(), 2) {
				t.Errorf("%s says nothing: %v", w.gauge, w.failed)
			}
		}
		s.kill()
		s.start()
		eventually(t, "all alarms are over", func() bool {
			asked(t, s, "/v1/alarms?limit=1000", &list)
			return len(list.Alarms) == 0
		})
		for _, w := range all {
			w.check(t)
			var told struct{ Events []struct{ Verb string } }
			asked(t, s, "/v1/alarms/"+w.on()+"/events", &told)
			if n := len(told.Events); told.Events[n-1].Verb != "end" || strings.Count(fmt.Sprint(told.Events), "{end}") != 1 {
				t.Errorf("alarm %s: %v", w.on(), told.Events)
			}
		}
		verified(t, s, dir, flags...)
	})
}
