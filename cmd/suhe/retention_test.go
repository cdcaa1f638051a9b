package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"suhe/internal/audit"
	"suhe/twin"
)

// What is older than it is to be kept goes, and of personal data the record tells.
func TestOldTracksAreErasedAndTheRecordTells(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	now := time.Now()
	fix := func(age time.Duration) twin.KeptFix {
		at := now.Add(-age).UnixMilli()
		return twin.KeptFix{Fix: twin.Fix{Asset: patrol, PhenomenonTime: at, ReceivedTime: at, Lon: 121.44, Lat: 31.25}}
	}
	const day = 24 * time.Hour
	if err := h.store.SaveFixes(t.Context(), []twin.KeptFix{fix(31 * day), fix(30*day + time.Minute), fix(29 * day)}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.forgetter.Run(ctx) }() // beside the node's own, which has swept already
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	var told audit.Entry
	eventually(t, "the record tells", func() bool {
		page, err := h.store.AuditPage(t.Context(), audit.Query{Action: audit.HistoryErase, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > 0 {
			told = page[0]
		}
		return len(page) > 0
	})
	if !strings.HasPrefix(told.What, "fixes of before ") || string(told.Detail) != `{"rows":2}` || told.Outcome != audit.Done {
		t.Errorf("the record tells %+v with %s", told, told.Detail)
	}
	left, err := h.store.Fixes(t.Context(), patrol, now.Add(-40*day), now.Add(-day), 10)
	if err != nil || len(left) != 1 || left[0].PhenomenonTime != now.Add(-29*day).UnixMilli() {
		t.Errorf("left %v, %v, want the youngest", left, err)
	}
}

func TestKeepingIsBounded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"--history-keep 0s":    "",
		"--history-keep 24h":   "",
		"--history-keep 23h":   "history-keep: 23h0m0s, want 24h0m0s or longer, or 0s",
		"--track-keep 0s":      "track-keep: 0s, want 24h0m0s or longer",
		"--finding-keep -1h":   "finding-keep: -1h0m0s, want 24h0m0s or longer",
		"--finding-keep 8760h": "",
		"--revision-keep 1h":   "revision-keep: 1h0m0s, want 24h0m0s or longer, or 0s",
	} {
		flag, value, _ := strings.Cut(text, " ")
		s := settingsOf(t, flag+"="+value)
		if got := strings.Join(s.remembering.check(), "; "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
