package open311

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/twin/incident"
)

// The bounds of a question, as GeoReport has them.
const (
	MaxSpan    = 90 * 24 * time.Hour
	MaxAnswers = 1000
	maxIDs     = 100
)

// Query is which requests are wanted: those of the numbers, or else those that were
// made in [From, To), of the codes and the status if any are named.
type Query struct {
	IDs      []string
	Codes    []string
	From, To time.Time
	Status   []string // open, closed
}

// ReadQuery reads the query of GET requests. Errors wrap assets.ErrInvalid.
func ReadQuery(v url.Values, now time.Time) (q Query, err error) {
	q = Query{IDs: list(v.Get("service_request_id")), Codes: list(v.Get("service_code")), Status: list(v.Get("status")), To: now, From: now.Add(-MaxSpan)}
	if len(q.IDs) > maxIDs || len(q.Codes) > maxIDs {
		return q, invalid("service_request_id, service_code", max(len(q.IDs), len(q.Codes)), fmt.Sprintf("at most %d", maxIDs))
	}
	for _, s := range q.Status {
		if s != "open" && s != "closed" {
			return q, invalid("status", strconv.Quote(s), "open or closed")
		}
	}
	if text := v.Get("end_date"); text != "" {
		if q.To, err = readTime("end_date", text); err != nil {
			return q, err
		}
		q.From = q.To.Add(-MaxSpan)
	}
	if text := v.Get("start_date"); text != "" {
		if q.From, err = readTime("start_date", text); err != nil {
			return q, err
		}
		if v.Get("end_date") == "" {
			q.To = slices.MinFunc([]time.Time{now, q.From.Add(MaxSpan)}, time.Time.Compare)
		}
	}
	if q.To.Before(q.From) || q.To.Sub(q.From) > MaxSpan {
		return q, invalid("start_date, end_date", v.Get("start_date")+" to "+v.Get("end_date"), "at most 90 days, in order")
	}
	return q, nil
}

// Wants says whether the query asks for the incident.
func (q *Query) Wants(in *incident.Incident) bool {
	status := "closed"
	if in.State.Open() {
		status = "open"
	}
	return !in.Tally.Begun.Before(q.From) && in.Tally.Begun.Before(q.To) &&
		(len(q.Codes) == 0 || slices.Contains(q.Codes, in.What.Class)) && (len(q.Status) == 0 || slices.Contains(q.Status, status))
}

// ReadReport reads the form of POST requests: what is reported, by the channel of the
// public account. Errors wrap assets.ErrInvalid.
func ReadReport(v url.Values) (f incident.Finding, err error) {
	f = incident.Finding{Channel: incident.Account, Class: v.Get("service_code"), Text: v.Get("description"), Address: v.Get("address_string"), Contact: contact(v)}
	if f.Class == "" {
		return f, invalid("service_code", "none", "one of GET services")
	}
	for i, field := range [2]string{"long", "lat"} {
		text := v.Get(field)
		if f.Place[i], err = strconv.ParseFloat(text, 64); err != nil {
			return f, invalid(field, strconv.Quote(clip(text)), "degrees WGS84")
		}
	}
	return f, nil
}

// contact is how to reach who reports, in one line.
func contact(v url.Values) string {
	var all []string
	for _, field := range []string{"last_name", "first_name", "phone", "email"} {
		if text := strings.TrimSpace(v.Get(field)); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, " ")
}

func list(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func readTime(field, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, invalid(field, strconv.Quote(clip(text)), "a time like 2026-11-23T08:00:00+08:00")
	}
	return t, nil
}

func clip(text string) string { return text[:min(len(text), 40)] }

func invalid(field string, is any, want string) error {
	return fmt.Errorf("open311: %w: %s: %v, want %s", assets.ErrInvalid, field, is, want)
}
