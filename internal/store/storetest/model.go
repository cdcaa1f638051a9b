package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"suhe/assets"
)

// model holds the store against a plain map, through random commits.
func model(t *testing.T, h House) {
	s := h.Open(t)
	world := newWorld()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		m := modelled{}
		prefix := fmt.Sprintf("r%d-", run)
		for range rapid.IntRange(1, 6).Draw(t, "commits") {
			edits := rapid.SliceOfN(anyEdit(prefix), 1, 6).Draw(t, "edits")
			next, want, wantErr := m.after(edits)
			_, verdicts, err := commit(context.Background(), s, edits...)
			if !errors.Is(err, wantErr) || (wantErr == nil && err != nil) {
				t.Fatalf("commit: %v, want %v", err, wantErr)
			}
			if wantErr == nil {
				if fmt.Sprint(verdicts) != fmt.Sprint(want) {
					t.Fatalf("verdicts %v, want %v", verdicts, want)
				}
				m = next
			}
		}
		if err := world.catchUp(context.Background(), s); err != nil {
			t.Fatal(err)
		}
		m.compare(t, s, world, prefix)
	})
}

// modelled is the store as a map. Only what the model knows of an asset counts.
type modelled map[assets.ID]modelledAsset

type modelledAsset struct {
	name string
	rev  int64    // 0: it is not there
	past []string // its name in each revision; "": it was removed
}

// next is the asset after one more revision.
func (a modelledAsset) next(name string) modelledAsset {
	a.past = append(slices.Clip(a.past), name)
	a.name, a.rev = name, int64(len(a.past))
	return a
}

// after is the model after one commit: its verdicts, or the error.
func (m modelled) after(edits []assets.Edit) (next modelled, verdicts []assets.Verdict, err error) {
	next = maps.Clone(m)
	for _, e := range edits {
		id := e.Remove
		if e.Asset != nil {
			id = e.Asset.ID
		}
		was := next[id]
		exists := was.rev != 0
		switch {
		case e.Asset == nil && !exists:
			return nil, nil, assets.ErrNotFound
		case e.WasRev != assets.AnyRev && e.WasRev != was.rev:
			return nil, nil, assets.ErrConflict
		case e.Asset == nil:
			gone := was.next("")
			gone.rev = 0
			next[id] = gone
			verdicts = append(verdicts, assets.Removed)
		case !exists:
			next[id] = was.next(e.Asset.Name)
			verdicts = append(verdicts, assets.Created)
		case was.name == e.Asset.Name:
			verdicts = append(verdicts, assets.Same)
		default:
			next[id] = was.next(e.Asset.Name)
			verdicts = append(verdicts, assets.Changed)
		}
	}
	return next, verdicts, nil
}

// compare holds what the store has, and what a follower of its events has,
// against the model.
func (m modelled) compare(t *rapid.T, s Store, w *world, prefix string) {
	followed := map[assets.ID]*assets.Asset{}
	for _, a := range w.things {
		followed[a.ID] = a
	}
	for i := range ids {
		id := assets.ID(fmt.Sprint(prefix, i))
		got, err := s.Get(context.Background(), id)
		want := m[id]
		want.comparePast(t, s, id)
		if want.rev == 0 {
			if !errors.Is(err, assets.ErrNotFound) || followed[id] != nil {
				t.Fatalf("%s: %v %v, follower %v, want none", id, got, err, followed[id])
			}
			continue
		}
		if err != nil || got.Name != want.name || got.Revision.N != want.rev {
			t.Fatalf("%s: %+v %v, want %+v", id, got, err, want)
		}
		if d := differs(followed[id], got); d != "" {
			t.Fatalf("%s of the follower: %s", id, d)
		}
	}
}

// comparePast holds what the store kept of an asset against the model.
func (a modelledAsset) comparePast(t *rapid.T, s Store, id assets.ID) {
	got, err := s.Revisions(context.Background(), id, 0, 100)
	if err != nil || len(got) != len(a.past) {
		t.Fatalf("%s: %d revisions, %v, want %d", id, len(got), err, len(a.past))
	}
	for i, p := range got {
		n := len(got) - i
		name := a.past[n-1]
		if p.Asset.Revision.N != int64(n) || p.Removed != (name == "") || name != "" && p.Asset.Name != name {
			t.Fatalf("%s: revision %d is %+v %+v, want %q", id, n, p, p.Asset, name)
		}
	}
}

const ids = 4

// anyEdit draws edits that often meet the same assets.
func anyEdit(prefix string) *rapid.Generator[assets.Edit] {
	return rapid.Custom(func(t *rapid.T) assets.Edit {
		id := assets.ID(fmt.Sprint(prefix, rapid.IntRange(0, ids-1).Draw(t, "id")))
		e := assets.Edit{WasRev: rapid.SampledFrom([]int64{-1, -1, -1, -1, -1, 0, 1, 2}).Draw(t, "wasRev")}
		if rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
			e.Remove = id
			return e
		}
		e.Asset = sample(id, assets.Fixture)
		e.Asset.Name = rapid.SampledFrom([]string{"甲", "乙", "丙"}).Draw(t, "name")
		return e
	})
}
