package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"suhe/internal/audit"
	"suhe/twin"
)

// remembering says how long a node's history is kept.
type remembering struct {
	HistoryKeep time.Duration `help:"How long observations are kept, 24h or longer; 0s: for ever." default:"26280h"`
	FindingKeep time.Duration `help:"How long findings of algorithms are kept, 24h or longer." default:"4320h"`
	TrackKeep   time.Duration `help:"How long it is kept where movers were, in history and in the streams, 24h or longer." default:"720h"`

	RevisionKeep time.Duration `help:"How long it is kept what assets were before edits and removals, 24h or longer; 0s: for ever." default:"0s"`
}

// leastKept is the shortest time: what the present state is made of is not forgotten.
const leastKept = 24 * time.Hour

// check says what is wrong, one line each.
func (r remembering) check() (wrong []string) {
	if r.HistoryKeep != 0 && r.HistoryKeep < leastKept {
		wrong = append(wrong, fmt.Sprintf("history-keep: %v, want %v or longer, or 0s", r.HistoryKeep, leastKept))
	}
	if r.FindingKeep < leastKept {
		wrong = append(wrong, fmt.Sprintf("finding-keep: %v, want %v or longer", r.FindingKeep, leastKept))
	}
	if r.TrackKeep < leastKept {
		wrong = append(wrong, fmt.Sprintf("track-keep: %v, want %v or longer", r.TrackKeep, leastKept))
	}
	if r.RevisionKeep != 0 && r.RevisionKeep < leastKept {
		wrong = append(wrong, fmt.Sprintf("revision-keep: %v, want %v or longer, or 0s", r.RevisionKeep, leastKept))
	}
	return wrong
}

// openRetention lets one node remove what of history is too old.
func (n *node) openRetention(context.Context) (err error) {
	n.forgetter, err = twin.NewForgetter(n.store, twin.ForgetOptions{
		Keep: map[twin.Sort]time.Duration{
			twin.Readings: n.settings.HistoryKeep, twin.Found: n.settings.FindingKeep, twin.Tracks: n.settings.TrackKeep,
			twin.Revised: n.settings.RevisionKeep,
		},
		Now: n.now, Metrics: n.metrics, Log: n.log, Gone: n.erased,
	})
	if err == nil {
		n.cases.duties = append(n.cases.duties, n.forgetter.Run)
	}
	return err
}

// erased records that personal data were removed since they were too old.
func (n *node) erased(ctx context.Context, of twin.Sort, before time.Time, rows int) {
	if !of.Personal() {
		return
	}
	e := audit.Origin{}.Entry(audit.HistoryErase, string(of)+" of before "+before.UTC().Format(time.RFC3339), audit.Done)
	e.Detail, _ = json.Marshal(map[string]int{"rows": rows}) // a number
	n.tell("record what of history was removed", n.recorder.Record(context.WithoutCancel(ctx), e))
}
