package api

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/stream/ingest"
	"suhe/stream/ingest/deadletter"
	"suhe/stream/ingest/mapping"
)

// DeadLetters are what ingest refused.
type DeadLetters interface {
	List(ctx context.Context, f deadletter.Filter, after uint64, limit int) ([]deadletter.Letter, error)
	Get(ctx context.Context, seq uint64) (deadletter.Letter, error)
	Remove(ctx context.Context, seq uint64) error
}

const (
	defaultLetters = 50
	excerptBytes   = 200 // of a payload in a list
)

// deadLetter is a letter as the API tells it. A payload that is no UTF-8 is in
// base64; a list shows how it begins.
type deadLetter struct {
	Seq           uint64    `json:"seq"`
	Reason        string    `json:"reason"`
	Detail        string    `json:"detail"`
	Refusals      int       `json:"refusals"`
	Way           string    `json:"way"`
	Door          string    `json:"door,omitempty"`
	Hook          string    `json:"hook,omitempty"`
	Topic         string    `json:"topic,omitempty"`
	Mapping       string    `json:"mapping,omitempty"`
	Device        assets.ID `json:"device,omitempty"`
	Received      time.Time `json:"received"`
	Size          int       `json:"size"`
	Cut           bool      `json:"cut,omitempty"` // the end is missing: it cannot be replayed
	Begins        string    `json:"begins,omitempty"`
	Payload       *string   `json:"payload,omitempty"`
	PayloadBase64 string    `json:"payloadBase64,omitempty"`
}

func tell(l deadletter.Letter) deadLetter {
	return deadLetter{Seq: l.Seq, Reason: l.Reason, Detail: l.Detail, Refusals: l.Refusals, Way: l.Way, Door: l.Door, Hook: l.Hook, Topic: l.Topic,
		Mapping: l.Mapping, Device: l.Device, Received: l.Received.In(shanghai), Size: l.Size, Cut: l.Cut()}
}

// deadLetters lists letters, oldest first; next continues after the last one.
func (s *server) deadLetters(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	letters, next, err := s.chosenLetters(r, who)
	if err != nil {
		return err
	}
	out := struct {
		Letters []deadLetter `json:"letters"`
		Next    uint64       `json:"next,omitempty"` // for after=; absent: there are no more
	}{[]deadLetter{}, next}
	for _, l := range letters {
		told := tell(l)
		told.Begins = strings.ToValidUTF8(string(l.Payload[:min(len(l.Payload), excerptBytes)]), "\ufffd")
		out.Letters = append(out.Letters, told)
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// chosenLetters are the letters that the query names and the caller may read: a full
// page of them, or all that are left.
func (s *server) chosenLetters(r *http.Request, who access.Principal) (letters []deadletter.Letter, next uint64, err error) {
	q := r.URL.Query()
	after, limit, err := pageOf(r, defaultLetters, deadletter.MaxPage)
	if err != nil {
		return nil, 0, err
	}
	f := deadletter.Filter{Reason: q.Get("reason"), Device: q.Get("device")}
	sees := func(l *deadletter.Letter) bool { return s.mayRead(who, *l) }
	letters, more, err := fill(limit, deadletter.MaxPage, sees, func(last *deadletter.Letter, atOnce int) ([]deadletter.Letter, error) {
		if last != nil {
			after = last.Seq
		}
		return s.DeadLetters.List(r.Context(), f, after, atOnce)
	})
	if more {
		next = letters[limit-1].Seq
	}
	return letters, next, err
}

// mayRead says whether the caller may read a letter: one about a device that it
// sees, and that holds nothing else. What is about nobody knows whom, and what went
// through a mapping, which may tell of many devices, read only those who see
// everywhere; what an algorithm found, only those who see its pictures.
func (s *server) mayRead(who access.Principal, l deadletter.Letter) bool {
	if l.Hook != "" && !who.Scope.May(access.Witness) {
		return false
	}
	thing := s.Live.World.ByID(l.Device)
	_, _, notMapped := mapping.SplitTopic(l.Topic)
	if thing == nil || l.Mapping != "" || notMapped == nil {
		return who.Scope.Everywhere() && (thing == nil || who.Scope.Sees(thing.Asset))
	}
	return who.Scope.Sees(thing.Asset)
}

// letter finds the letter that the path names.
func (s *server) letter(r *http.Request, who access.Principal) (deadletter.Letter, error) {
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 63)
	if err != nil || seq == 0 {
		return deadletter.Letter{}, notFound(r)
	}
	l, err := s.DeadLetters.Get(r.Context(), seq)
	if err == nil && !s.mayRead(who, l) {
		err = notFound(r)
	}
	return l, err
}

// deadLetter shows one letter with its payload.
func (s *server) deadLetter(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	l, err := s.letter(r, who)
	if err != nil {
		return err
	}
	out := tell(l)
	if text, ok := l.Text(); ok {
		out.Payload = &text
	} else {
		out.PayloadBase64 = base64.StdEncoding.EncodeToString(l.Payload)
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

func (s *server) removeDeadLetter(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	l, err := s.letter(r, who)
	if err != nil {
		return err
	}
	err = s.doing(r.Context(), audit.Discard, letterName(l), nil, func() error { return s.DeadLetters.Remove(r.Context(), l.Seq) })
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// replayed is what became of a letter that was let in again. It is removed if
// nothing of it is refused any more.
type replayed struct {
	Seq uint64 `json:"seq"`
	ingest.Report
	Removed bool   `json:"removed"`
	Error   string `json:"error,omitempty"` // why it cannot be replayed at all
}

// replayDeadLetter lets one letter in again.
func (s *server) replayDeadLetter(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	l, err := s.letter(r, who)
	if err != nil {
		return err
	}
	out, err := s.replay(r.Context(), who, l)
	if err != nil {
		return err
	}
	answer(w, out)
	return nil
}

// replayDeadLetters lets the letters in that the query names; the answer tells
// of each, and where to continue.
func (s *server) replayDeadLetters(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	letters, next, err := s.chosenLetters(r, who)
	if err != nil {
		return err
	}
	out := struct {
		Letters []replayed `json:"letters"`
		Next    uint64     `json:"next,omitempty"`
	}{[]replayed{}, next}
	for _, l := range letters {
		one, err := s.replay(r.Context(), who, l)
		switch status := statusOf(err); {
		case err == nil:
		case status >= http.StatusInternalServerError:
			return err
		default:
			one = replayed{Seq: l.Seq, Error: err.Error(), Report: ingest.Report{Results: []ingest.Refusal{}}}
		}
		out.Letters = append(out.Letters, one)
	}
	answer(w, out)
	return nil
}

// letterName is a letter in the record.
func letterName(l deadletter.Letter) string {
	if l.Device == "" {
		return fmt.Sprintf("letter %d", l.Seq)
	}
	return fmt.Sprintf("letter %d of device %s", l.Seq, l.Device)
}

func (s *server) replay(ctx context.Context, who access.Principal, l deadletter.Letter) (replayed, error) {
	var report ingest.Report
	err := s.doing(ctx, audit.Replay, letterName(l), nil, func() (err error) {
		report, err = s.Doors.Replay(ctx, l)
		return err
	})
	if err != nil {
		return replayed{}, err
	}
	out := replayed{Seq: l.Seq, Report: report}
	if report.Refused == 0 {
		if err := s.DeadLetters.Remove(ctx, l.Seq); err != nil {
			return out, err
		}
		out.Removed = true
	}
	s.Log.Info("dead letter replayed", "by", who.ID, "seq", l.Seq, "asset", l.Device, "accepted", report.Accepted, "refused", report.Refused)
	return out, nil
}
