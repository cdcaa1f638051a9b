package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"suhe/internal/audit"
)

// Shelf is all settings of one kind, in memory as of the last Refresh. All methods
// may be called at once; the values are shared and must not be changed.
type Shelf[V any] struct {
	store Store
	kind  Kind
	read  func(Setting) (V, error)
	log   *slog.Logger

	refreshing sync.Mutex
	loaded     bool
	changes    uint64 // of the store, before it was read
	all        atomic.Pointer[map[string]Held[V]]
}

// Held is what was read of a setting of that revision.
type Held[V any] struct {
	Rev int64
	At  time.Time
	By  string
	Is  V
}

// NewShelf makes a shelf that is empty until Refresh. A setting that cannot be
// read is not on it, which the log is told.
func NewShelf[V any](store Store, kind Kind, log *slog.Logger, read func(Setting) (V, error)) *Shelf[V] {
	s := &Shelf[V]{store: store, kind: kind, read: read, log: log}
	s.all.Store(&map[string]Held[V]{})
	return s
}

// Refresh reads what has changed in the store since the last time; anew is false if
// nothing has. While the store is away everything stays as it was.
func (s *Shelf[V]) Refresh(ctx context.Context) (anew bool, err error) {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	changes, err := s.store.SettingChanges(ctx)
	if err != nil {
		return false, fmt.Errorf("%ss: %w", s.kind, err)
	}
	if s.loaded && changes == s.changes {
		return false, nil
	}
	settings, changes, err := s.store.Settings(ctx, s.kind)
	if err != nil {
		return false, fmt.Errorf("%ss: %w", s.kind, err)
	}
	was, all := s.All(), make(map[string]Held[V], len(settings))
	for _, one := range settings {
		if is, known := was[one.Name]; known && is.Rev == one.Rev && is.At.Equal(one.At) {
			all[one.Name] = is
			continue
		}
		is, err := s.read(one)
		if err != nil {
			s.log.Error("setting cannot be read, so it is none", "kind", s.kind, "name", one.Name, "err", err)
			continue
		}
		all[one.Name] = Held[V]{one.Rev, one.At, one.By, is}
	}
	s.all.Store(&all)
	s.changes, s.loaded = changes, true
	return true, nil
}

// Put writes the document of that name in place of revision was (0: there is none),
// with the audit entry about it; nil removes the setting, and as detail says nothing.
// The shelf itself knows of it after Refresh. Errors are those of Store.PutSetting.
func (s *Shelf[V]) Put(ctx context.Context, name string, was int64, doc any, action audit.Action, detail any) error {
	e := audit.From(ctx).Entry(action, string(s.kind)+" "+name, audit.Done)
	text, err := textOf(doc)
	if err == nil {
		e.Detail, err = textOf(detail)
	}
	if err == nil {
		_, err = s.store.PutSetting(ctx, s.kind, name, was, text, e)
	}
	return err
}

// textOf is the JSON of the value; of nil there is none.
func textOf(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	return json.Marshal(v)
}

// Get finds one by its name.
func (s *Shelf[V]) Get(name string) (Held[V], bool) {
	is, known := s.All()[name]
	return is, known
}

// All are all by name; the map must not be changed.
func (s *Shelf[V]) All() map[string]Held[V] { return *s.all.Load() }
