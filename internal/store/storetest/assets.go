package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/geo"
)

func verdicts(t *testing.T, h House) {
	s := h.Open(t)
	before := time.Now().Add(-time.Second)
	first := put(t, s, sample("a", assets.Sensor))[0]
	if first.FID == 0 || first.Revision.N != 1 || first.Revision.At.Before(before) || first.Revision.By != "zhang" {
		t.Fatalf("created as %+v", first)
	}
	renamed := sample("a", assets.Sensor)
	renamed.Name, renamed.Revision = "新名", assets.Revision{N: 77, By: "li", Why: "改名"}
	for _, c := range []struct {
		name string
		edit assets.Edit
		want assets.Verdict
		rev  int64
		by   string
	}{
		{"same", assets.Edit{Asset: sample("a", assets.Sensor), WasRev: assets.AnyRev}, assets.Same, 1, "zhang"},
		{"changed", assets.Edit{Asset: renamed, WasRev: assets.AnyRev}, assets.Changed, 2, "li"},
		{"same again", assets.Edit{Asset: renamed, WasRev: assets.AnyRev}, assets.Same, 2, "li"},
		{"removed", assets.Edit{Remove: "a", WasRev: assets.AnyRev}, assets.Removed, 2, "li"},
	} {
		took, verdicts, err := commit(t.Context(), s, c.edit)
		if err != nil || len(took) != 1 {
			t.Fatalf("%s: took %v, %v", c.name, took, err)
		}
		if verdicts[0] != c.want || took[0].Revision.N != c.rev || took[0].Revision.By != c.by || took[0].FID != first.FID {
			t.Errorf("%s: %s %+v", c.name, verdicts[0], took[0])
		}
	}
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("get of a removed asset: %v", err)
	}
}

func revisions(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Bank))
	changed := sample("a", assets.Bank)
	changed.Name = "b"
	for _, c := range []struct {
		name string
		edit assets.Edit
		want error
	}{
		{"new, but exists", assets.Edit{Asset: changed, WasRev: 0}, assets.ErrConflict},
		{"new and same, but exists", assets.Edit{Asset: sample("a", assets.Bank), WasRev: 0}, assets.ErrConflict},
		{"other revision", assets.Edit{Asset: changed, WasRev: 2}, assets.ErrConflict},
		{"revision of what is not there", assets.Edit{Asset: sample("x", assets.Bank), WasRev: 1}, assets.ErrConflict},
		{"removal of other revision", assets.Edit{Remove: "a", WasRev: 2}, assets.ErrConflict},
		{"removal of what is not there", assets.Edit{Remove: "x", WasRev: assets.AnyRev}, assets.ErrNotFound},
		{"right revision", assets.Edit{Asset: changed, WasRev: 1}, nil},
		{"right revision gone by", assets.Edit{Asset: changed, WasRev: 1}, assets.ErrConflict},
		{"new", assets.Edit{Asset: sample("n", assets.Bank), WasRev: 0}, nil},
		{"right removal", assets.Edit{Remove: "a", WasRev: 2}, nil},
	} {
		if _, _, err := commit(t.Context(), s, c.edit); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func badEdits(t *testing.T, h House) {
	s := h.Open(t)
	with := func(change func(*assets.Asset)) assets.Edit {
		a := sample("bad", assets.Fixture)
		change(a)
		return assets.Edit{Asset: a, WasRev: assets.AnyRev}
	}
	for name, e := range map[string]assets.Edit{
		"nothing":       {},
		"both":          {Asset: sample("a", assets.Bank), Remove: "a"},
		"wasRev -2":     {Remove: "a", WasRev: -2},
		"no id":         with(func(a *assets.Asset) { a.ID = "" }),
		"no kind":       with(func(a *assets.Asset) { a.Kind = "boat" }),
		"no geometry":   with(func(a *assets.Asset) { a.Shape.Geometry = geo.Solid{} }),
		"two heights":   with(func(a *assets.Asset) { a.Shape.Geometry.Z = []float64{1, 2} }),
		"bad lifecycle": with(func(a *assets.Asset) { a.Lifecycle = "lost" }),
	} {
		if took, _, err := commit(t.Context(), s, e); !errors.Is(err, assets.ErrInvalid) || len(took) != 0 {
			t.Errorf("%s: took %v, %v", name, took, err)
		}
	}
	if all, _ := loaded(t, s); len(all) != 0 {
		t.Errorf("%d assets are stored", len(all))
	}
}

func allOrNothing(t *testing.T, h House) {
	s := h.Open(t)
	kept := put(t, s, sample("kept", assets.Bridge))[0]
	broken := errors.New("the file ends here")
	other := sample("kept", assets.Bridge)
	other.Name = "other"
	for name, fails := range map[string]struct {
		edit assets.Edit
		err  error
		want error
	}{
		"error of the edits": {err: broken, want: broken},
		"conflict":           {edit: assets.Edit{Asset: sample("n0000001", assets.Bank), WasRev: 0}, want: assets.ErrConflict},
		"invalid":            {edit: assets.Edit{}, want: assets.ErrInvalid},
	} {
		err := s.Commit(t.Context(), func(yield func(assets.Edit, error) bool) {
			_ = yield(assets.Edit{Asset: other, WasRev: assets.AnyRev}, nil) &&
				yield(assets.Edit{Asset: sample("n0000001", assets.Bank), WasRev: 0}, nil) &&
				yield(assets.Edit{Remove: "kept", WasRev: assets.AnyRev}, nil) &&
				yield(fails.edit, fails.err)
		}, func(*assets.Asset, assets.Verdict) {})
		if !errors.Is(err, fails.want) {
			t.Fatalf("%s: %v, want %v", name, err, fails.want)
		}
		all, _ := loaded(t, s)
		if len(all) != 1 || differs(all[0], kept) != "" {
			t.Errorf("%s: left %v", name, all)
		}
	}
	if events := published(t, s); len(events) != 1 {
		t.Errorf("%d events, want the first one only", len(events))
	}
}

// manyEdits goes over several chunks, with an asset that comes twice in one.
func manyEdits(t *testing.T, h House) {
	s := h.Open(t)
	const n = 4500
	edits := make([]assets.Edit, 0, n+2)
	for i := range n {
		edits = append(edits, assets.Edit{Asset: plain(i)})
	}
	again := plain(4400)
	again.Name = "again"
	edits = append(edits, assets.Edit{Asset: again, WasRev: 1}, assets.Edit{Remove: again.ID, WasRev: 2})
	took, verdicts, err := commit(t.Context(), s, edits...)
	if err != nil || len(took) != len(edits) {
		t.Fatalf("took %d of %d: %v", len(took), len(edits), err)
	}
	for i, a := range took[:n] {
		if a.ID != edits[i].Asset.ID || verdicts[i] != assets.Created {
			t.Fatalf("edit %d: took %s %s", i, verdicts[i], a.ID)
		}
	}
	if verdicts[n] != assets.Changed || verdicts[n+1] != assets.Removed || took[n+1].Name != "again" {
		t.Errorf("the last two are %v", verdicts[n:])
	}
	if all, _ := loaded(t, s); len(all) != n-1 {
		t.Errorf("loaded %d, want %d", len(all), n-1)
	}
}

func roundTrip(t *testing.T, h House) {
	s := h.Open(t)
	var want []*assets.Asset
	for _, kind := range assets.RegisteredKinds() {
		want = append(want, sample(assets.ID("kind-"+string(kind)), kind))
	}
	for name, g := range geometries() {
		flat := sample(assets.ID("flat-"+name), assets.Landmark)
		flat.Shape.Geometry = geo.Solid{Plane: g}
		high := sample(assets.ID("high-"+name), assets.Landmark)
		high.Shape.Geometry = geo.Solid{Plane: g, Z: heights(vertices(g))}
		want = append(want, flat, high)
	}
	bare := plain(1)
	bare.Location, bare.Owner, bare.Name, bare.Lifecycle = assets.Location{}, "", "", assets.Planned
	long := plain(2)
	long.Name, long.Lifecycle = strings.Repeat("河'\"\\\n", 100), assets.Retired
	nested := plain(3)
	nested.Properties = assets.Properties{{Key: "a", Value: []any{1.0, "x", map[string]any{"b": nil}}}, {Key: "b", Value: 1e-300}}
	want = append(want, bare, long, nested)
	took := put(t, s, want...)
	all, _ := loaded(t, h.Open(t))
	if len(all) != len(want) {
		t.Fatalf("loaded %d, want %d", len(all), len(want))
	}
	for i, a := range all {
		if !assets.Equal(a, want[i]) {
			t.Errorf("%s: got %+v, want %+v", a.ID, a, want[i])
		}
		if d := differs(a, took[i]); d != "" {
			t.Errorf("%s, against what was told: %s", a.ID, d)
		}
		got, err := s.Get(t.Context(), a.ID)
		if err != nil || differs(got, a) != "" {
			t.Errorf("get %s: %v %s", a.ID, err, differs(got, a))
		}
	}
	if _, verdicts, err := commit(t.Context(), s, edited(want)...); err != nil || slices.ContainsFunc(verdicts, func(v assets.Verdict) bool { return v != assets.Same }) {
		t.Errorf("committed again: %v %v", verdicts, err)
	}
}

func edited(all []*assets.Asset) []assets.Edit {
	out := make([]assets.Edit, len(all))
	for i, a := range all {
		out[i] = assets.Edit{Asset: a, WasRev: assets.AnyRev}
	}
	return out
}

func loadInOrder(t *testing.T, h House) {
	s := h.Open(t)
	if all, at := loaded(t, s); len(all) != 0 || at != 0 {
		t.Fatalf("a new store has %d assets at %d", len(all), at)
	}
	for i := range 30 {
		put(t, s, plain(30-i))
	}
	published(t, s)
	put(t, s, plain(100))
	all, at := loaded(t, s)
	if at != 30 || len(all) != 31 {
		t.Errorf("loaded %d at %d", len(all), at)
	}
	if !slices.IsSortedFunc(all, func(a, b *assets.Asset) int { return int(a.FID) - int(b.FID) }) {
		t.Error("not in order of fid")
	}
	enough := errors.New("enough")
	n := 0
	_, err := s.Load(t.Context(), func(*assets.Asset) error { n++; return enough })
	if !errors.Is(err, enough) || n != 1 {
		t.Errorf("yield's error after %d: %v", n, err)
	}
}

func fidsAreNeverUsedAgain(t *testing.T, h House) {
	used := map[assets.FID]bool{}
	for range 5 {
		s := h.Open(t)
		for _, a := range put(t, s, sample("a", assets.Bank), sample("b", assets.Bank)) {
			if used[a.FID] {
				t.Fatalf("fid %d again", a.FID)
			}
			used[a.FID] = true
		}
		remove(t, s, "b")
		remove(t, s, "a")
	}
}

func cancelled(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, plain(1), plain(2), plain(3))
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Commit(ctx, func(yield func(assets.Edit, error) bool) {
		if yield(assets.Edit{Asset: plain(9)}, nil) {
			cancel()
			yield(assets.Edit{Asset: plain(10)}, nil)
		}
	}, func(*assets.Asset, assets.Verdict) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v", err)
	}
	if _, err := s.Load(ctx, func(*assets.Asset) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("load: %v", err)
	}
	if _, err := s.Get(ctx, "lamp-0000001"); !errors.Is(err, context.Canceled) {
		t.Errorf("get: %v", err)
	}
	if all, _ := loaded(t, s); len(all) != 3 {
		t.Errorf("%d assets are stored", len(all))
	}
}
