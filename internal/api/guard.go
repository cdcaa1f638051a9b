package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/door"
)

// maxBody bounds every request body; single routes bound theirs lower.
const maxBody = 4 << 20

// guard stands before every route: it finds out who really sends the request,
// sets the headers of a careful server, refuses what no route takes, bounds the
// body, and turns a panic into a 500 that harms nobody else.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = s.Door.Proxies.Resolve(r)
		setHeaders(w.Header(), door.Secure(r))
		r.Body = http.MaxBytesReader(w, r.Body, bodyBound(r))
		defer s.contain(w, r)
		err := s.Door.Origins.Check(r)
		if err == nil {
			err = plain(r)
		}
		if err != nil {
			r, _ = acting(r, access.Principal{})
			s.fail(w, r, err)
			return
		}
		if s.Door.Origins.Answer(w, r) {
			return
		}
		next.ServeHTTP(w, r)
	})
}

// plain refuses a body that is packed: whoever may not send more than the bound
// may not do so in a smaller package either.
func plain(r *http.Request) error {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return fmt.Errorf("%w: Content-Encoding: %.40q, want none", errCoding, coding)
	}
	return nil
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

// readStrict reads a body that is one JSON object without fields that v has not:
// nobody sets by it what is not theirs to set.
func readStrict(r *http.Request, v any) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
	}
	if _, after := d.Token(); after != io.EOF {
		return fmt.Errorf("%w: body: text behind the object", assets.ErrInvalid)
	}
	return nil
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
