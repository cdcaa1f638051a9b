package assets_test

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"

	"suhe/assets"
	"suhe/assets/scene"
)

// memory is a Store in a map: the plain model of what stores do.
type memory struct {
	mu     sync.Mutex
	byID   map[assets.ID]*assets.Asset
	last   assets.FID
	events uint64
}

var _ assets.Store = (*memory)(nil)

func newMemory() *memory { return &memory{byID: map[assets.ID]*assets.Asset{}} }

func newRegistry(t testing.TB) (*assets.Registry, *memory) {
	t.Helper()
	m := newMemory()
	return assets.NewRegistry(m, nil, scene.River()), m
}

func (m *memory) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	all := slices.SortedFunc(maps.Values(m.byID), func(a, b *assets.Asset) int { return cmp.Compare(a.FID, b.FID) })
	for _, a := range all {
		if err := yield(a); err != nil {
			return 0, err
		}
	}
	return m.events, nil
}

func (m *memory) Get(_ context.Context, id assets.ID) (*assets.Asset, error) {
	if a, ok := m.byID[id]; ok {
		return a, nil
	}
	return nil, fmt.Errorf("asset %s: %w", id, assets.ErrNotFound)
}

func (m *memory) Commit(_ context.Context, edits iter.Seq2[assets.Edit, error], took func(*assets.Asset, assets.Verdict)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := maps.Clone(m.byID)
	for e, err := range edits {
		if err != nil {
			return err
		}
		a, v, err := m.apply(next, e)
		if err != nil {
			return err
		}
		took(a, v)
	}
	m.byID = next
	return nil
}

func (m *memory) apply(byID map[assets.ID]*assets.Asset, e assets.Edit) (*assets.Asset, assets.Verdict, error) {
	id := e.Remove
	if e.Asset != nil {
		id = e.Asset.ID
	}
	was, had := byID[id]
	rev := int64(0)
	if had {
		rev = was.Revision.N
	}
	if e.WasRev != assets.AnyRev && e.WasRev != rev {
		return nil, "", fmt.Errorf("asset %s: revision %d, want %d: %w", id, rev, e.WasRev, assets.ErrConflict)
	}
	if e.Asset == nil {
		if !had {
			return nil, "", fmt.Errorf("asset %s: %w", id, assets.ErrNotFound)
		}
		delete(byID, id)
		return was, assets.Removed, nil
	}
	if had && assets.Equal(was, e.Asset) {
		return was, assets.Same, nil
	}
	is := *e.Asset
	is.Revision.N = rev + 1
	verdict := assets.Changed
	if !had {
		m.last++
		is.FID, verdict = m.last, assets.Created
	} else {
		is.FID = was.FID
	}
	m.events++
	byID[id] = &is
	return &is, verdict, nil
}
