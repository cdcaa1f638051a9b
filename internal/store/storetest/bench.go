package storetest

import (
	"testing"

	"suhe/assets"
	"suhe/twin"
)

// Bench measures what a store does in bulk.
func Bench(b *testing.B, build func(testing.TB) House) {
	b.Run("Commit10000", func(b *testing.B) { benchCommit(b, build(b).Open(b)) })
	b.Run("CommitOne", func(b *testing.B) { benchCommitOne(b, build(b).Open(b)) })
	b.Run("Load100000", func(b *testing.B) { benchLoad(b, build(b)) })
	b.Run("Save5000", func(b *testing.B) { benchSave(b, build(b).Open(b)) })
}

// Fill commits n plain assets.
func Fill(b testing.TB, s assets.Store, n int) {
	err := s.Commit(b.Context(), func(yield func(assets.Edit, error) bool) {
		for i := range n {
			if !yield(assets.Edit{Asset: plain(i), WasRev: assets.AnyRev}, nil) {
				return
			}
		}
	}, func(*assets.Asset, assets.Verdict) {})
	if err != nil {
		b.Fatal(err)
	}
}

func benchCommit(b *testing.B, s Store) {
	b.ReportAllocs()
	round := 0
	for b.Loop() {
		edits := make([]assets.Edit, 10_000)
		for i := range edits {
			edits[i].Asset = plain(round*len(edits) + i)
		}
		if _, _, err := commit(b.Context(), s, edits...); err != nil {
			b.Fatal(err)
		}
		round++
	}
}

func benchCommitOne(b *testing.B, s Store) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if _, _, err := commit(b.Context(), s, assets.Edit{Asset: plain(n), WasRev: assets.AnyRev}); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

func benchLoad(b *testing.B, h House) {
	s := h.Open(b)
	Fill(b, s, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		if all, _ := loaded(b, s); len(all) != 100_000 {
			b.Fatal(len(all))
		}
	}
}

func benchSave(b *testing.B, s Store) {
	Fill(b, s, 5000)
	b.ReportAllocs()
	round := 0
	for b.Loop() {
		round++
		batch := make([]twin.Kept, 5000)
		for i := range batch {
			batch[i] = reading(plain(i).ID, int64(round), 1, uint64(round))
		}
		save(b, s, uint64(round), batch...)
	}
}
