package api

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"suhe/internal/access"
	"suhe/internal/audit"
)

// Audit is the record of who did what; see audit.Book.
type Audit interface {
	Page(ctx context.Context, q audit.Query) ([]audit.Entry, error)
	Verify(ctx context.Context, known ...audit.Head) (audit.Report, error)
	Range(ctx context.Context, from, to time.Time) (audit.Head, iter.Seq2[audit.Entry, error], error)
	Write(w io.Writer, base audit.Head, entries iter.Seq2[audit.Entry, error]) (audit.Proof, error)
}

// The bounds of one page of the record.
const (
	defaultEntries = 100
	maxEntries     = 1000
)

// auditPage answers with a page of the record, the newest first; next continues
// after the last one.
func (s *server) auditPage(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	q, err := auditQuery(r)
	if err != nil {
		return err
	}
	if err := s.Recorder.Viewed(r.Context(), entry(r.Context(), audit.RecordRead, asked(q), audit.Done, nil)); err != nil {
		return err
	}
	page, err := s.Audit.Page(r.Context(), q)
	if err != nil {
		return err
	}
	out := struct {
		Entries []audit.Entry `json:"entries"`
		Next    uint64        `json:"next,omitempty"` // for after=; absent: there are no more
	}{Entries: []audit.Entry{}}
	for _, e := range page {
		e.At = e.At.In(shanghai)
		out.Entries = append(out.Entries, e)
	}
	if n := len(page); n == q.Limit && page[n-1].Seq > 1 {
		out.Next = page[n-1].Seq
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// asked is what a query asks for, in the record; not which page.
func asked(q audit.Query) string {
	what := "entries"
	for _, f := range []struct{ name, value string }{
		{"who", q.Who}, {"action", string(q.Action)}, {"outcome", string(q.Outcome)}, {"incident", q.Incident}, {"what", q.What}} {
		if f.value != "" {
			what += fmt.Sprintf(" %s=%.100s", f.name, f.value)
		}
	}
	return what
}

func auditQuery(r *http.Request) (q audit.Query, err error) {
	values := r.URL.Query()
	q = audit.Query{Who: values.Get("who"), Action: audit.Action(values.Get("action")), What: values.Get("what"), Outcome: audit.Outcome(values.Get("outcome")), Incident: values.Get("for")}
	if q.From, err = instant(r, "from", time.Time{}); err != nil {
		return q, err
	}
	if q.To, err = instant(r, "to", time.Time{}); err != nil {
		return q, err
	}
	q.After, q.Limit, err = pageOf(r, defaultEntries, maxEntries)
	return q, err
}

// auditVerify says whether the record is sound.
func (s *server) auditVerify(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	endless(w)
	report, err := s.Audit.Verify(r.Context())
	if err != nil {
		return err
	}
	if err := s.Recorder.Record(r.Context(), report.Entry(audit.From(r.Context()))); err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, report)
	return nil
}

// auditExport answers with the entries from one time to another as JSON lines that
// prove themselves. A file that could not be finished lacks its last line, the proof.
func (s *server) auditExport(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	from, err := instant(r, "from", time.Time{})
	if err != nil {
		return err
	}
	to, err := instant(r, "to", time.Time{})
	if err != nil {
		return err
	}
	bounds := map[string]string{"from": r.URL.Query().Get("from"), "to": r.URL.Query().Get("to")}
	if err := s.Recorder.Record(r.Context(), entry(r.Context(), audit.RecordExport, "entries", audit.Done, bounds)); err != nil {
		return err
	}
	base, entries, err := s.Audit.Range(r.Context(), from, to)
	if err != nil {
		return err
	}
	endless(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Content-Disposition", `attachment; filename="suhe-audit.jsonl"`)
	w.Header().Set("Cache-Control", "no-store")
	if _, err := s.Audit.Write(w, base, entries); err != nil {
		s.Log.Error("audit export ended early", "err", err)
		panic(http.ErrAbortHandler) // so the client sees that it is not whole
	}
	return nil
}

// endless takes the deadline off an answer that may take long, as long as the record
// is. Few may ask for one.
func endless(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // or it ends early
}
