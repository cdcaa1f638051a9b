package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"suhe/assets"
	kept "suhe/internal/settings"
	"suhe/twin/alarm"
)

// papers are the kinds of documents that say what raises an alarm, by their address.
var papers = map[string]kept.Kind{"/v1/rules": alarm.RuleKind, "/v1/fences": alarm.FenceKind, "/v1/silences": alarm.SilenceKind, "/v1/warnings": alarm.WarningKind}

// shelve saves a document of that name, unless there is one.
func (h *house) shelve(kind kept.Kind, name string) {
	h.t.Helper()
	doc := map[kept.Kind]string{
		alarm.RuleKind:    `{"title":"试","titleEn":"Test","kind":"threshold","classes":["sensor.noise"],"phenomenon":"noise","when":"value > 140.0","severity":4}`,
		alarm.FenceKind:   `{"title":"试","titleEn":"Test","chainage":{"from":100,"to":200}}`,
		alarm.SilenceKind: fmt.Sprintf(`{"match":{"causes":["low-water"]},"until":%q,"why":"test"}`, time.Now().Add(time.Hour).Format(time.RFC3339)),
		alarm.WarningKind: fmt.Sprintf(`{"sender":"test","identifier":"1","title":"试","titleEn":"Test","severity":4,"from":%q,"until":%q,"place":[121.43,31.24],"where":""}`,
			time.Now().Add(time.Hour).Format(time.RFC3339), time.Now().Add(2*time.Hour).Format(time.RFC3339)),
	}[kind]
	_, err := h.alarms.library.Put(context.Background(), kind, name, 0, []byte(doc))
	if err != nil && !errors.Is(err, assets.ErrConflict) {
		h.t.Fatal(err)
	}
}

// alarmed is an open alarm about the gauge. What it measures raises one if there is none.
func (h *house) alarmed() assets.ID {
	h.t.Helper()
	for _, held := range h.alarms.Open() {
		if held.Is.Rule == "water-level-high" {
			return held.Is.ID
		}
	}
	if _, err := h.intake.Batch(context.Background(), nil, fmt.Appendf(nil, `{"observations":[{"id":%q,"values":{"water_level":4.2}}]}`, gauge)); err != nil {
		h.t.Fatal(err)
	}
	eventually(h.t, "an alarm", func() bool { return len(h.alarms.Open()) > 0 })
	h.settle()
	return h.alarmed()
}
