package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/door"
	"suhe/twin"
)

// Recorder takes audit entries; see audit.Recorder. What it does not take is not
// done.
type Recorder interface {
	Record(ctx context.Context, entries ...audit.Entry) error
	Viewed(ctx context.Context, e audit.Entry) error
	Refuse(e audit.Entry)
}

// entry begins an entry about a request in the name of who acts; detail is what is
// marshalled, nil for none.
func entry(ctx context.Context, a audit.Action, what string, out audit.Outcome, detail any) audit.Entry {
	e := audit.From(ctx).Entry(a, what, out)
	if detail != nil {
		e.Detail, _ = json.Marshal(detail) // words and numbers
	}
	return e
}

// doing records what is about to be done, then does it. What was recorded and then
// did not come about is recorded as failed.
func (s *server) doing(ctx context.Context, a audit.Action, what string, detail any, f func() error) error {
	if err := s.Recorder.Record(ctx, entry(ctx, a, what, audit.Done, detail)); err != nil {
		return err
	}
	err := f()
	if err == nil {
		return nil
	}
	return errors.Join(err, s.Recorder.Record(context.WithoutCancel(ctx), entry(ctx, a, what, audit.Failed, map[string]string{"error": err.Error()})))
}

// viewing records that somebody is about to see a thing, if what is seen is a camera
// or where a mover is.
func (s *server) viewing(ctx context.Context, t *twin.Thing) error {
	return s.viewingAsset(ctx, t.Asset)
}

// viewingAsset is viewing of what is or was registered.
func (s *server) viewingAsset(ctx context.Context, of *assets.Asset) error {
	var a audit.Action
	switch of.Kind {
	case assets.Camera:
		a = audit.CameraView
	case assets.Mover:
		a = audit.MoverView
	default:
		return nil
	}
	return s.Recorder.Viewed(ctx, entry(ctx, a, "asset "+string(of.ID), audit.Done, nil))
}

// fail answers with the problem that err is, and records it if somebody is refused.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	for _, kind := range []error{access.ErrUnauthenticated, access.ErrDenied, door.ErrOrigin} {
		if errors.Is(err, kind) {
			s.Recorder.Refuse(entry(r.Context(), audit.Request, r.Method+" "+r.URL.Path, audit.Refused, map[string]string{"why": access.Why(err)}))
			break
		}
	}
	fail(w, r, s.Log, err)
}
