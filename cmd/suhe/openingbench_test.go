package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"testing"
)

// From the navigation of a browser that was never there to the frame that shows the first
// live value, of each page; the patrol's also on 100 kbit/s, for the first time and again.
// Chromium draws in software, on the same cores as the node.
func BenchmarkFirstLiveValue(b *testing.B) {
	s := serve(b, b.TempDir(), "--demo", "--demo-password", pagesPassword)
	token, err := logIn(s.url(""), "dispatcher", pagesPassword)
	if err != nil {
		b.Fatal(err)
	}
	// What desk and patrol look for first.
	dispatcher := s.asker("Bearer " + token)
	text := dispatcher.want("POST", "/v1/incidents", `{"channel":"hotline","class":"water.rubbish","title":"水面漂浮物","place":[121.4292,31.2472],"text":"桥下漂浮物。"}`, 201, "")
	var is struct{ ID string }
	if err := json.Unmarshal([]byte(text), &is); err != nil {
		b.Fatal(err)
	}
	dispatcher.want("POST", "/v1/incidents/"+is.ID+"/file", `{}`, 200, "")
	dispatcher.want("POST", "/v1/incidents/"+is.ID+"/dispatch", `{"person":"patrol"}`, 200, "")
	opened(b, s, "creek") // until the devices of the demo have begun to tell
	for _, page := range []string{"creek", "screen", "console", "planner", "patrol", "patrol-weak", "patrol-weak-again"} {
		b.Run(page, func(b *testing.B) {
			var took []float64
			var last opening
			for b.Loop() {
				last = opened(b, s, page)
				took = append(took, last.MS)
			}
			slices.Sort(took)
			b.ReportMetric(0, "ns/op") // the browser's own start is in it
			b.ReportMetric(took[len(took)/2], "ms-p50")
			b.ReportMetric(took[len(took)-1], "ms-max")
			b.ReportMetric(last.Script/1000, "kB-script")
			b.ReportMetric(last.Bytes/1000, "kB-in-all")
		})
	}
}

// opening is what web/e2e/opening.mjs tells.
type opening struct {
	MS     float64 `json:"ms"`
	Script float64 `json:"script"` // bytes, packed
	Bytes  float64 `json:"bytes"`
}

// opened opens the page once, in a browser of its own.
func opened(b *testing.B, s *served, page string) (is opening) {
	b.Helper()
	c := exec.CommandContext(b.Context(), "node", "e2e/opening.mjs", "--base", s.url(""), "--demo", pagesPassword, "--page", page)
	c.Dir, c.Stderr = "../../web", b.Output()
	out, err := c.Output()
	if err == nil {
		err = json.Unmarshal(out, &is)
	}
	if err != nil {
		b.Fatalf("%s: %v: %s", page, err, out)
	}
	return is
}
