package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/bus"
)

// Answers keep first answers by key, shared by all nodes and kept over a restart;
// *bus.Table is one. Get fails with bus.ErrNone, Put with bus.ErrSequence.
type Answers interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Put(ctx context.Context, key string, value []byte, was uint64) (revision uint64, err error)
	Delete(ctx context.Context, key string) error
}

const (
	maxKey    = 255              // bytes of an Idempotency-Key
	maxKept   = 2 << 20          // bytes of an answer that is kept
	onceLimit = 30 * time.Second // a request with a key runs no longer

	// claimLimit is when a request that never ended, because its node was killed,
	// no longer holds its key.
	claimLimit = onceLimit + 15*time.Second
)

var (
	errOtherBody = errors.New("idempotency key was used for another request")
	errInFlight  = inFlight{}
)

// inFlight has a code, since it says nothing of the request: the same comes to an end.
type inFlight struct{}

func (inFlight) Error() string { return "a request with this idempotency key is being answered" }

// Code tells it apart from other conflicts.
func (inFlight) Code() string { return "in_flight" }

// first is what is kept of the first request with a key.
type first struct {
	Request string      `json:"request"` // hash of method, address and body
	Claimed time.Time   `json:"claimed"`
	Status  int         `json:"status,omitempty"` // 0: not answered yet
	Header  http.Header `json:"header,omitempty"`
	Body    []byte      `json:"body,omitempty"`
}

// once lets a request with an Idempotency-Key happen once
// (draft-ietf-httpapi-idempotency-key-header): the same request with the same key
// gets the first answer again, another one 422, and one that comes while the
// first is at work 409. A key belongs to a principal. An answer that waiting may
// mend (429 and 5xx) is not kept, so the same key can be tried again. A request
// without a key is passed on as it is.
func (s *server) once(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		if r.Header.Get("Idempotency-Key") == "" {
			return h(w, r, who)
		}
		name, err := keyOf(r, who)
		if err != nil {
			return err
		}
		request, err := hashOf(r)
		if err != nil {
			return err
		}
		kept, revision, err := s.claim(r.Context(), name, request)
		if err != nil {
			return err
		}
		if kept != nil {
			w.Header().Set("Idempotent-Replayed", "true")
			kept.send(w)
			return nil
		}
		return s.answerOnce(w, r, who, h, claim{name, request, revision})
	}
}

// keyOf names the key of the principal. The header is a string of the structured
// fields (RFC 9651), in quotes, or what is in them.
func keyOf(r *http.Request, who access.Principal) (string, error) {
	text := r.Header.Get("Idempotency-Key")
	key := text
	if inner, ok := strings.CutPrefix(text, `"`); ok {
		if key, ok = strings.CutSuffix(inner, `"`); !ok {
			key = ""
		}
	}
	good := key != "" && len(key) <= maxKey && len(r.Header.Values("Idempotency-Key")) == 1
	for _, c := range []byte(key) {
		good = good && c > ' ' && c < 0x7f && c != '"' && c != '\\'
	}
	if !good {
		return "", fmt.Errorf("%w: Idempotency-Key: %.64q, want one of 1 to %d visible ASCII characters", assets.ErrInvalid, text, maxKey)
	}
	sum := sha256.Sum256([]byte(who.ID + "\x00" + key))
	return hex.EncodeToString(sum[:]), nil
}

// hashOf reads the body and leaves it to be read again.
func hashOf(r *http.Request) (string, error) {
	body, err := readBody(r)
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", r.Method, r.URL.RequestURI())
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// claim is the right to answer a key.
type claim struct {
	key, request string
	revision     uint64
}

// claim returns the kept answer, or the revision under which the caller may now
// answer.
func (s *server) claim(ctx context.Context, key, request string) (kept *first, revision uint64, err error) {
	mine, err := json.Marshal(first{Request: request, Claimed: time.Now()})
	if err != nil {
		return nil, 0, err
	}
	was := uint64(0)
	entry, err := s.Answers.Get(ctx, key)
	switch {
	case errors.Is(err, bus.ErrNone):
	case err != nil:
		return nil, 0, fmt.Errorf("%w: idempotency keys: %w", assets.ErrBusy, err)
	default:
		kept = new(first)
		if err := json.Unmarshal(entry.Value, kept); err != nil {
			return nil, 0, fmt.Errorf("kept answer: %w", err)
		}
		switch {
		case kept.Request != request:
			return nil, 0, errOtherBody
		case kept.Status != 0:
			return kept, 0, nil
		case time.Since(kept.Claimed) < claimLimit:
			return nil, 0, errInFlight
		}
		was = entry.Revision
	}
	revision, err = s.Answers.Put(ctx, key, mine, was)
	if errors.Is(err, bus.ErrSequence) {
		return nil, 0, errInFlight // another one was faster
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%w: idempotency keys: %w", assets.ErrBusy, err)
	}
	return nil, revision, nil
}

// answerOnce answers, also when the caller leaves meanwhile, and keeps the answer
// before it is sent.
func (s *server) answerOnce(w http.ResponseWriter, r *http.Request, who access.Principal, h handler, c claim) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), onceLimit)
	defer cancel()
	r = r.WithContext(ctx)
	answer := &recorder{header: w.Header().Clone()}
	settled := false
	defer func() { // also when the handler panics
		if !settled {
			s.release(ctx, c)
		}
	}()
	if err := h(answer, r, who); err != nil {
		s.fail(answer, r, err)
	}
	out := first{Request: c.request, Claimed: time.Now(), Status: answer.Status(), Header: answer.header, Body: answer.body.Bytes()}
	if out.Status < http.StatusInternalServerError && out.Status != http.StatusTooManyRequests && len(out.Body) <= maxKept {
		value, err := json.Marshal(out)
		if err == nil {
			_, err = s.Answers.Put(ctx, c.key, value, c.revision)
		}
		if err != nil {
			s.Log.Warn("answer not kept for its idempotency key", "path", r.URL.Path, "err", err)
		}
		settled = err == nil
	}
	out.send(w)
	return nil
}

// release gives the key back. It may fail: then the key is free after claimLimit.
func (s *server) release(ctx context.Context, c claim) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := s.Answers.Delete(ctx, c.key); err != nil {
		s.Log.Warn("idempotency key not released", "err", err)
	}
}

func (f *first) send(w http.ResponseWriter) {
	for name, values := range f.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write(f.Body) // the caller may be gone
}

// recorder holds an answer until it is kept.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *recorder) Header() http.Header { return a.header }

func (a *recorder) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *recorder) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// Status is that of the answer, 200 if it said nothing.
func (a *recorder) Status() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}
