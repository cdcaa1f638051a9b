package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"

	"suhe/assets"
)

// maxBody bounds every request body; single routes bound theirs lower.
const maxBody = 4 << 20

// policy lets the page load from its own origin only. MapLibre starts its
// workers from blobs and styles its controls inline.
const policy = "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; " +
	"style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"

// guard stands before every route: it sets the headers of a careful server,
// bounds the body, and turns a panic into a 500 that harms nobody else.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		defer s.contain(w, r)
		next.ServeHTTP(w, r)
	})
}

// readBody reads all of a body that guard has bounded.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, fmt.Errorf("%w: body: at most %d bytes", errTooLarge, large.Limit)
	case err != nil:
		return nil, fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
	}
	return body, nil
}

// contain ends a panic at the door of the request.
func (s *server) contain(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	fail(w, r, s.Log, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
}
