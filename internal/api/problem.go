package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account/key"
	"suhe/internal/door"
	"suhe/stream/ingest"
	"suhe/twin/survey"
)

// kinds maps each kind of failure to its HTTP status. What is not here is our
// own fault: 500, told to the log and not to the caller.
var kinds = []struct {
	kind   error
	status int
}{
	{ingest.ErrTooLarge, http.StatusRequestEntityTooLarge}, // invalid as well: the first that fits counts
	{access.ErrUnauthenticated, http.StatusUnauthorized},
	{survey.ErrCost, http.StatusUnprocessableEntity},
	{assets.ErrInvalid, http.StatusBadRequest},
	{assets.ErrNotFound, http.StatusNotFound},
	{errPrecondition, http.StatusPreconditionFailed},
	{assets.ErrConflict, http.StatusConflict},
	{access.ErrDenied, http.StatusForbidden},
	{assets.ErrBusy, http.StatusServiceUnavailable},
	{errTooLarge, http.StatusRequestEntityTooLarge},
	{errOtherBody, http.StatusUnprocessableEntity},
	{errInFlight, http.StatusConflict},
	{errTooMany, http.StatusTooManyRequests},
	{key.ErrQuota, http.StatusTooManyRequests},
	{errCoding, http.StatusUnsupportedMediaType},
	{errMethod, http.StatusMethodNotAllowed},
	{door.ErrOrigin, http.StatusForbidden},
	{context.DeadlineExceeded, http.StatusServiceUnavailable},
}

var (
	errPrecondition = errors.New("precondition failed")
	errTooLarge     = errors.New("too large")
	errCoding       = errors.New("unsupported coding")
	errMethod       = errors.New("no such method here")
)

// problem is an RFC 9457 problem detail.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance,omitempty"`
	Code     string `json:"code,omitempty"` // for programs, where they can act on it
}

// statusOf finds the status of an error's kind.
func statusOf(err error) int {
	for _, k := range kinds {
		if errors.Is(err, k.kind) {
			return k.status
		}
	}
	return http.StatusInternalServerError
}

// fail answers with the problem that err is. A caller who left gets nothing.
func fail(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	status := statusOf(err)
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Instance: short(r.URL.Path, maxInstance)}
	switch status {
	case http.StatusInternalServerError:
		log.Error("request failed", "method", r.Method, "path", p.Instance, "err", err)
	case http.StatusServiceUnavailable:
		// Rooms that wait for the database or the broker say so in the log themselves.
		log.Debug("request not served", "method", r.Method, "path", p.Instance, "err", err)
		p.Detail = short(ourPart(err), maxDetail)
	default:
		p.Detail = short(err.Error(), maxDetail)
	}
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		p.Code = coded.Code()
	}
	if wait := patience(err, status); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	if status == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "" {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, "application/problem+json", status, p)
}

// A problem does not give back all that it was sent, in bytes.
const (
	maxInstance = 256
	maxDetail   = 1 << 10
)

func short(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// ourPart is what an error that we are busy tells without what a room below said
// beside it, which may name hosts, users and files.
func ourPart(err error) string {
	if !errors.Is(err, assets.ErrBusy) {
		return "the answer took too long"
	}
	text := err.Error()
	for _, cause := range besideBusy(err) {
		text = strings.TrimRight(strings.Replace(text, cause.Error(), "", 1), ": ")
	}
	return text
}

// besideBusy are the errors that were wrapped together with assets.ErrBusy.
func besideBusy(err error) (causes []error) {
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return besideBusy(err.Unwrap())
	case interface{ Unwrap() []error }:
		for _, e := range err.Unwrap() {
			if errors.Is(e, assets.ErrBusy) {
				causes = append(causes, besideBusy(e)...)
			} else {
				causes = append(causes, e)
			}
		}
	}
	return causes
}

// patience is how long the caller should wait before it tries again; 0: we do not know.
func patience(err error, status int) time.Duration {
	var patient interface{ RetryAfter() time.Duration }
	if errors.As(err, &patient) {
		return patient.RetryAfter()
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		return time.Second
	}
	return 0
}

// answer sends v as JSON.
func answer(w http.ResponseWriter, v any) {
	writeJSON(w, "application/json", http.StatusOK, v)
}

// answerUnkept sends v as JSON that no cache keeps.
func answerUnkept(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, "application/json", status, v)
}

// writeJSON sends v; a value that cannot be encoded is a bug of ours and panics
// before anything is sent.
func writeJSON(w http.ResponseWriter, contentType string, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	w.Write(append(body, '\n'))
}

// notFound says that nothing is at the request's address.
func notFound(r *http.Request) error {
	return fmt.Errorf("%s: %w", r.URL.Path, assets.ErrNotFound)
}
