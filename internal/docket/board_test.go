package docket_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"suhe/assets"
	"suhe/internal/docket"
)

// shelf is a store of some open cases.
type shelf struct {
	docket.Store
	open []docket.Case
}

func (s shelf) LoadCases(_ context.Context, yield func(docket.Case) error) error {
	for _, c := range s.open {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

func is(kind assets.Kind, id assets.ID, rev int64, open bool, doc string) docket.Case {
	return docket.Case{Marker: &assets.Asset{Kind: kind, ID: id}, Rev: rev, Open: open, Doc: json.RawMessage(doc)}
}

// A board holds the open cases of its kind as the latest step left them, however often
// steps come.
func TestBoard(t *testing.T) {
	b := docket.NewBoard[struct{ State string }](assets.Incident, slog.New(slog.DiscardHandler))
	load := func(open ...docket.Case) {
		if err := b.Load(t.Context(), shelf{open: open}); err != nil {
			t.Fatal(err)
		}
	}
	state := func(id assets.ID) string {
		h, ok := b.Get(id)
		if !ok {
			return "none"
		}
		return h.Is.State
	}
	load(is(assets.Incident, "1", 3, true, `{"state":"filed"}`), is(assets.Alarm, "2", 1, true, `{}`), is(assets.Incident, "bad", 1, true, `[]`))
	if b.Len() != 1 || len(b.All()) != 1 || state("1") != "filed" {
		t.Errorf("loaded %d, the first %s", b.Len(), state("1"))
	}
	for _, step := range []struct {
		of   docket.Case
		want string
	}{
		{is(assets.Incident, "1", 3, true, `{"state":"again"}`), "filed"},
		{is(assets.Incident, "1", 2, false, `{"state":"old"}`), "filed"},
		{is(assets.Alarm, "1", 9, true, `{"state":"other"}`), "filed"},
		{is(assets.Incident, "1", 4, true, `{"state":"dispatched"}`), "dispatched"},
		{is(assets.Incident, "1", 6, false, `{"state":"closed"}`), "none"},
	} {
		b.Took(docket.Step{Case: step.of})
		if got := state("1"); got != step.want {
			t.Errorf("after revision %d of %s it is %s, want %s", step.of.Rev, step.of.Marker.Kind, got, step.want)
		}
	}
	load()
	if b.Len() != 0 {
		t.Errorf("%d are left", b.Len())
	}
}
