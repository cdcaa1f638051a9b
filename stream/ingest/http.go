package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"suhe/assets"
)

// ServeObservations answers POST /v1/observations with a Report. An error has
// not been answered yet; it wraps assets.ErrInvalid (and then perhaps
// ErrTooLarge) or assets.ErrBusy, or it is the caller who is gone.
func (in *Intake) ServeObservations(w http.ResponseWriter, r *http.Request, from Sender) error {
	return serve(w, r, func(ctx context.Context, body []byte) (Report, error) { return in.Batch(ctx, from, body) })
}

// ServeMapped answers POST /v1/ingest/{mapping} with a Report, as
// ServeObservations does. assets.ErrNotFound: no mapping of this name takes HTTP.
func (in *Intake) ServeMapped(w http.ResponseWriter, r *http.Request, from Sender, name string) error {
	return serve(w, r, func(ctx context.Context, body []byte) (Report, error) { return in.Mapped(ctx, from, name, body) })
}

// ServePositions answers POST /v1/positions as ServeObservations does.
func (p *Positions) ServePositions(w http.ResponseWriter, r *http.Request, from Sender) error {
	return serve(w, r, func(ctx context.Context, body []byte) (Report, error) { return p.Batch(ctx, from, body) })
}

// serve takes the body of a request as a batch and answers with its report.
func serve(w http.ResponseWriter, r *http.Request, take func(context.Context, []byte) (Report, error)) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return fmt.Errorf("%w: %w: body: want at most %d bytes", assets.ErrInvalid, ErrTooLarge, MaxBody)
	case err != nil:
		return fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
	}
	report, err := take(r.Context(), body)
	if errors.Is(err, ErrMalformed) || errors.Is(err, ErrTooLarge) {
		return fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	answer, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, _ = w.Write(answer) // the caller may be gone: nothing left to say
	return nil
}
