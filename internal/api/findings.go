package api

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/stream/ingest"
	"suhe/twin"
)

// The bounds of one page of findings.
const (
	defaultFindings = 100
	maxFindings     = 1_000
)

// hook takes what a signed webhook found.
func (s *server) hook(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, ingest.MaxBody)
	body, err := readBody(r)
	if err != nil {
		return err
	}
	name := r.PathValue("hook")
	var report ingest.Report
	err = s.Hooks.Take(r.Context(), name, r.Header.Get(access.SignatureHeader), body, time.Now(), func() (err error) {
		report, err = s.Findings.Batch(r.Context(), name, body)
		if errors.Is(err, ingest.ErrMalformed) {
			err = fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
		}
		return err
	})
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, report)
	return nil
}

// findingsAnswer is a page of findings, the newest first.
type findingsAnswer struct {
	Findings []findingAnswer `json:"findings"`
	Next     string          `json:"next,omitempty"` // address of the next page
}

type findingAnswer struct {
	Hook       string      `json:"hook"`
	ID         string      `json:"id"`
	Camera     assets.ID   `json:"camera"`
	Class      string      `json:"class"`
	Name       string      `json:"name,omitempty"` // of the class
	NameEn     string      `json:"nameEn,omitempty"`
	Severity   uint8       `json:"severity"`
	Confidence float64     `json:"confidence"`
	Time       time.Time   `json:"time"`
	Received   time.Time   `json:"received"`
	Lon        float64     `json:"lon"`
	Lat        float64     `json:"lat"`
	Box        *[4]float64 `json:"bbox,omitempty"`
	Picture    string      `json:"picture,omitempty"` // only for those who may see evidence
}

// findingOf is the finding as the caller may see it.
func (s *server) findingOf(f *twin.Finding, who access.Principal) *findingAnswer {
	if f == nil {
		return nil
	}
	class, _ := s.Classes.Finding(f.Class)
	out := &findingAnswer{
		Hook: f.Hook, ID: f.ID, Camera: f.Camera, Class: f.Class, Name: class.Name, NameEn: class.NameEn, Severity: class.Severity,
		Confidence: f.Confidence, Time: time.UnixMilli(f.PhenomenonTime).In(shanghai), Received: time.UnixMilli(f.ReceivedTime).In(shanghai),
		Lon: f.Lon, Lat: f.Lat,
	}
	if f.Box != [4]float64{} {
		out.Box = &f.Box
	}
	if who.Scope.May(access.Witness) {
		out.Picture = f.Picture
	}
	return out
}

// findings answers with a page of what was found by cameras that the caller may see.
func (s *server) findings(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	q, err := findingQuery(r)
	if err != nil {
		return err
	}
	page, more, err := s.seenFindings(r.Context(), who, q)
	if err != nil {
		return err
	}
	out := findingsAnswer{Findings: []findingAnswer{}}
	for i := range page {
		out.Findings = append(out.Findings, *s.findingOf(&page[i], who))
	}
	if err := s.witnessing(r.Context(), q, out.Findings); err != nil {
		return err
	}
	if more {
		out.Next = nextPage(r, q, page[len(page)-1].Key())
	}
	w.Header().Set("Cache-Control", "private, no-store")
	answer(w, out)
	return nil
}

// witnessing records that somebody is about to see pictures.
func (s *server) witnessing(ctx context.Context, q twin.FindingQuery, all []findingAnswer) error {
	pictures := 0
	for _, f := range all {
		if f.Picture != "" {
			pictures++
		}
	}
	if pictures == 0 {
		return nil
	}
	what := "findings of all cameras"
	if q.Camera != "" {
		what = "findings of asset " + string(q.Camera)
	}
	return s.Recorder.Viewed(ctx, entry(ctx, audit.PictureView, what, audit.Done, map[string]int{"pictures": pictures}))
}

// seenFindings is a page of what the caller sees; more says that there may be another.
func (s *server) seenFindings(ctx context.Context, who access.Principal, q twin.FindingQuery) (seen []twin.Finding, more bool, err error) {
	if !s.shows(who)("finding") {
		return nil, false, fmt.Errorf("%w: findings: you are not shown them", access.ErrDenied)
	}
	v, err := s.views(ctx, who)
	if err != nil {
		return nil, false, err
	}
	ctx, cancel := context.WithTimeout(ctx, seriesPatience)
	defer cancel()
	sees := func(f *twin.Finding) bool {
		t := v.World.ByID(f.Camera)
		return t != nil && who.Scope.Sees(t.Asset)
	}
	return fill(q.Limit, maxFindings, sees, func(last *twin.Finding, atOnce int) ([]twin.Finding, error) {
		read := q
		read.Limit = atOnce
		if last != nil {
			read.After = last.Key()
		}
		return v.History.Findings(ctx, read)
	})
}

func findingQuery(r *http.Request) (q twin.FindingQuery, err error) {
	values := r.URL.Query()
	now := time.Now()
	if q.To, err = instant(r, "to", now.Add(time.Minute)); err != nil {
		return q, err
	}
	if q.From, err = instant(r, "from", now.Add(-24*time.Hour)); err != nil {
		return q, err
	}
	q.Camera, q.Class = assets.ID(values.Get("camera")), values.Get("class")
	if q.Camera != "" {
		if _, err := assets.ParseID(string(q.Camera)); err != nil {
			return q, fmt.Errorf("camera: %w", err)
		}
	}
	if q.Limit, err = limitOf(r, defaultFindings, maxFindings); err != nil {
		return q, err
	}
	if text := values.Get("after"); text != "" {
		q.After, err = parseKey(text)
	}
	return q, err
}

// nextPage is the address of the page after the key. The bounds of time are named,
// so that they do not wander from page to page.
func nextPage(r *http.Request, q twin.FindingQuery, k twin.FindingKey) string {
	values := r.URL.Query()
	values.Set("from", q.From.Format(time.RFC3339Nano))
	values.Set("to", q.To.Format(time.RFC3339Nano))
	values.Set("after", formatKey(k))
	return (&url.URL{Path: r.URL.Path, RawQuery: values.Encode()}).String()
}

func formatKey(k twin.FindingKey) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s %s", k.Time, k.Hook, k.ID))
}

func parseKey(text string) (k twin.FindingKey, err error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.Split(string(data), " ")
	if err == nil && len(parts) == 3 && len(data) < 512 && parts[1] != "" {
		k.Hook, k.ID = parts[1], parts[2]
		if k.Time, err = strconv.ParseInt(parts[0], 10, 64); err == nil {
			return k, nil
		}
	}
	return k, fmt.Errorf("%w: after: %.80q, want that of a page's next", assets.ErrInvalid, text)
}
