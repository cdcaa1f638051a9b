package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// past reads all revisions of an asset.
func past(t testing.TB, s Store, id assets.ID) []assets.Past {
	t.Helper()
	all, err := s.Revisions(t.Context(), id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// revisionNumbers are those of the revisions.
func revisionNumbers(all []assets.Past) (out []int64) {
	for _, p := range all {
		out = append(out, p.Asset.Revision.N)
	}
	return out
}

// revisionsAreKept edits, removes and makes again: each revision is still there as it
// was, and a number stands for one of them.
func revisionsAreKept(t *testing.T, h House) {
	s := h.Open(t)
	begun := time.Now().Add(-time.Second)
	first := put(t, s, sample("a", assets.Sensor), sample("b", assets.Camera))[0]
	renamed := sample("a", assets.Sensor)
	renamed.Name, renamed.Shape.Height, renamed.Revision = "新名", 9, assets.Revision{By: "li", Why: "改名"}
	second := put(t, s, renamed)[0]
	put(t, s, renamed) // says the same
	if _, _, err := commit(t.Context(), s, assets.Edit{Remove: "a", By: "wang", Why: "拆除", WasRev: 2}); err != nil {
		t.Fatal(err)
	}
	all := past(t, s, "a")
	if !slices.Equal(revisionNumbers(all), []int64{3, 2, 1}) {
		t.Fatalf("revisions %v, want 3, 2, 1", revisionNumbers(all))
	}
	if d := differs(all[2].Asset, first); d != "" {
		t.Errorf("the first: %s", d)
	}
	if d := differs(all[1].Asset, second); d != "" {
		t.Errorf("the second: %s", d)
	}
	gone := all[0]
	if r := gone.Asset.Revision; !gone.Removed || r.By != "wang" || r.Why != "拆除" || r.At.Before(begun) || !assets.Equal(gone.Asset, second) || gone.Asset.FID != first.FID {
		t.Errorf("the removal: %+v of %+v", gone, gone.Asset)
	}
	if all[1].Removed || all[2].Removed {
		t.Error("all are removals")
	}

	again := put(t, s, sample("a", assets.Sensor))[0]
	if again.Revision.N != 4 || again.FID == first.FID {
		t.Errorf("made again it is %+v, fid %d", again.Revision, again.FID)
	}
	if _, _, err := commit(t.Context(), s, assets.Edit{Asset: renamed, WasRev: 1}); !errors.Is(err, assets.ErrConflict) {
		t.Errorf("an edit of what was removed: %v", err)
	}
	if got := revisionNumbers(past(t, s, "a")); !slices.Equal(got, []int64{4, 3, 2, 1}) {
		t.Errorf("revisions %v", got)
	}
	page, err := s.Revisions(t.Context(), "a", 4, 2)
	if err != nil || !slices.Equal(revisionNumbers(page), []int64{3, 2}) {
		t.Errorf("before 4: %v, %v", revisionNumbers(page), err)
	}
	if got := past(t, s, "b"); len(got) != 1 || got[0].Removed || got[0].Asset.Camera == nil {
		t.Errorf("of another asset: %v", got)
	}
	if got := past(t, s, "never"); got != nil {
		t.Errorf("of none: %v", got)
	}

	broken := errors.New("broken")
	err = s.Commit(t.Context(), func(yield func(assets.Edit, error) bool) {
		_ = yield(assets.Edit{Asset: renamed, WasRev: assets.AnyRev}, nil) && yield(assets.Edit{}, broken)
	}, func(*assets.Asset, assets.Verdict) {})
	if got := revisionNumbers(past(t, s, "a")); !errors.Is(err, broken) || len(got) != 4 {
		t.Errorf("after a commit that failed: %v, %v", got, err)
	}
}

// revisionsOfHands edits past the store: that is kept as well.
func revisionsOfHands(t *testing.T, h House) {
	s, hand := h.Open(t), h.Hand(t)
	put(t, s, sample("a", assets.Bridge))
	for _, err := range []error{
		hand.Set("a", "name", "一"), hand.Set("a", "name", "一"), hand.Set("a", "height", 7.5),
		hand.Delete("a"), hand.Insert(map[string]any{"id": "a", "kind": "bridge", "geom": sample("a", assets.Bridge).Shape.Geometry}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	all := past(t, s, "a")
	if !slices.Equal(revisionNumbers(all), []int64{5, 4, 3, 2, 1}) {
		t.Fatalf("revisions %v, want 5 to 1", revisionNumbers(all))
	}
	if all[4].Asset.Name != sample("a", assets.Bridge).Name || all[3].Asset.Name != "一" || all[2].Asset.Shape.Height != 7.5 || !all[1].Removed || all[0].Asset.Name != "" {
		t.Errorf("%+v", all)
	}
	if by := all[1].Asset.Revision.By; by == "" || by == "zhang" {
		t.Errorf("removed by %q", by)
	}
	if e := published(t, s); len(e) == 0 || e[len(e)-1].Asset == nil || e[len(e)-1].Asset.Revision.N != 5 {
		t.Errorf("what was made again came as %+v", e)
	}
	renamed := sample("a", assets.Bridge)
	if _, _, err := commit(t.Context(), s, assets.Edit{Asset: renamed, WasRev: 5}); err != nil {
		t.Error(err)
	}

	put(t, s, sample("broken", assets.Bridge))
	if err := hand.Set("broken", "geom", nil); err != nil {
		t.Fatal(err)
	}
	put(t, s, sample("broken", assets.Bridge))
	if got := past(t, s, "broken"); len(got) != 3 || got[1].Asset.Shape.Geometry.Plane != nil || got[0].Asset.Shape.Geometry.Plane == nil {
		t.Errorf("with what was no asset between: %+v", got)
	}
}

// forgetRevisions takes away what was long ago; what is stays, and so do its numbers.
func forgetRevisions(t *testing.T, h House) {
	s := h.Open(t)
	for i := range 5 {
		a := sample("a", assets.Bridge)
		a.Shape.Height = geo.Metres(i)
		put(t, s, a)
	}
	remove(t, s, "a")
	again := put(t, s, sample("a", assets.Bridge))[0]
	if n, err := s.Forget(t.Context(), twin.Revised, time.Now().Add(-time.Hour), 100); err != nil || n != 0 {
		t.Errorf("an hour ago there were %d, %v", n, err)
	}
	for _, want := range []int{4, 2, 0} {
		n, err := s.Forget(t.Context(), twin.Revised, time.Now().Add(time.Hour), 4)
		if err != nil || n != want {
			t.Errorf("removed %d, %v, want %d", n, err, want)
		}
	}
	if got := past(t, s, "a"); len(got) != 1 || got[0].Asset.Revision.N != 7 || differs(got[0].Asset, again) != "" {
		t.Errorf("left: %+v", got)
	}
}
