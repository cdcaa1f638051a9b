package public

import (
	"context"
	"iter"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/twin"
)

// log is the log as anybody may know it.
type log struct {
	twin.Log
	rules rules
}

// Read implements twin.Log. Every entry keeps its place: of what nobody may know
// nothing is left but that.
func (l log) Read(ctx context.Context, after twin.Position) iter.Seq2[[]twin.Entry, error] {
	return func(yield func([]twin.Entry, error) bool) {
		for entries, err := range l.Log.Read(ctx, after) {
			for i := range entries {
				l.generalise(&entries[i])
			}
			if !yield(entries, err) {
				return
			}
		}
	}
}

func (l log) generalise(e *twin.Entry) {
	e.Fixes, e.Findings = nil, nil
	n := 0
	for _, o := range e.Observations {
		if o, told := l.rules.observation(o); told {
			e.Observations[n] = o
			n++
		}
	}
	e.Observations = e.Observations[:n]
	if e.Event != nil {
		e.Event = l.event(e.Event)
	}
}

// event is a put of what anybody may know; of all else that it is gone, which is
// news only of what was there.
func (l log) event(e *twin.Event) *twin.Event {
	out := &twin.Event{Seq: e.Seq, Time: e.Time, Type: twin.AssetRemoved, FID: e.FID, ID: e.ID}
	if e.Type != twin.AssetPut || e.Asset == nil {
		return out
	}
	if a := l.rules.asset(e.Asset); a != nil {
		out.Type, out.Asset = e.Type, a
	}
	return out
}

// late reads a stream as it was some time ago.
type late struct {
	twin.Reader
	view *View
}

// Read implements twin.Reader.
func (r late) Read(ctx context.Context, after uint64) iter.Seq2[bus.Message, error] {
	return func(yield func(bus.Message, error) bool) {
		for m, err := range r.Reader.Read(ctx, after) {
			if err == nil && !r.view.due(ctx, m.Time) {
				return
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// registry is the registry as anybody may know it, without what was edited during
// the delay: that comes from the log, which is read from the position on. What was
// registered meanwhile and is as it was is shown: that it stands there is no news of
// what happens, and who just filled his registry shall not see an empty map.
type registry struct {
	twin.Registry
	view *View
	at   twin.Position
}

// Load implements twin.Registry.
func (r registry) Load(ctx context.Context, yield func(*assets.Asset) error) (uint64, error) {
	until := r.view.horizon()
	_, err := r.Registry.Load(ctx, func(a *assets.Asset) error {
		if a.Revision.N > 1 && a.Revision.At.After(until) {
			return nil
		}
		if a = r.view.rules.asset(a); a == nil {
			return nil
		}
		return yield(a)
	})
	return r.at.Events, err
}
