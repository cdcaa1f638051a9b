package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/docket"
	"suhe/twin/alarm"
)

// Alarms is where people read alarms and act on them.
type Alarms interface {
	Open() []*docket.Held[alarm.Alarm] // on this node's board, in no order
	Case(ctx context.Context, k assets.Kind, id assets.ID) (docket.Case, error)
	CaseEvents(ctx context.Context, k assets.Kind, id assets.ID) ([]docket.Event, error)
	Cases(ctx context.Context, q docket.Query) ([]docket.Case, error)
	Do(ctx context.Context, id assets.ID, o alarm.Order) (docket.Case, error)
}

// The bounds of one page of alarms.
const (
	defaultAlarms = 100
)

type heldAlarm = docket.Held[alarm.Alarm]

// alarmRow is what a list tells of an alarm.
type alarmRow struct {
	ID          assets.ID   `json:"id"`
	Rev         int64       `json:"rev"`
	State       alarm.State `json:"state"`
	Title       string      `json:"title"`
	TitleEn     string      `json:"titleEn"`
	Rule        string      `json:"rule"`
	Cause       string      `json:"cause"`
	Severity    uint8       `json:"severity"`
	Event       string      `json:"event,omitempty"`
	Incident    assets.ID   `json:"incident,omitempty"`
	Area        string      `json:"area,omitempty"`
	Lon         float64     `json:"lon"`
	Lat         float64     `json:"lat"`
	Raised      time.Time   `json:"raised"`
	Changed     time.Time   `json:"changed"`
	Over        *time.Time  `json:"over,omitempty"`
	Storm       string      `json:"storm,omitempty"`
	Parts       int         `json:"parts,omitempty"` // others of its storm that the list leaves out
	Into        assets.ID   `json:"into,omitempty"`
	Active      int         `json:"active"` // conditions that hold
	Confirmed   bool        `json:"confirmed"`
	False       bool        `json:"false"`
	Reliability float64     `json:"reliability"`
}

// alarmRowOf is the row of an alarm, for which the list leaves out so many parts.
func alarmRowOf(h *heldAlarm, parts int) alarmRow {
	a := &h.Is
	return alarmRow{a.ID, h.Rev, a.State, a.Title, a.TitleEn, a.Rule, a.Cause, a.Severity, a.Event, a.Incident, a.Area, a.Lon, a.Lat,
		a.Raised, a.Changed, a.Over, a.Storm, parts, a.Into, a.Active(), a.Confirmed != nil, a.False != nil, a.Reliability}
}

// alarmAsk is what alarms a list is asked for. Empty fields do not matter.
type alarmAsk struct {
	states            []string
	cause, rule, area string
	parts             bool                    // alarms of one storm are listed one by one
	storms            map[string][]assets.FID // of which the first stands for all; see fold
	severity          int                     // as severe or more
	open              *bool
	from, to          time.Time // of the last change
}

func readAlarmAsk(r *http.Request) (a alarmAsk, err error) {
	q := r.URL.Query()
	a = alarmAsk{cause: q.Get("cause"), rule: q.Get("rule"), area: q.Get("area"), parts: q.Get("parts") == "true"}
	if text := q.Get("state"); text != "" {
		a.states = strings.Split(text, ",")
	}
	if text := q.Get("severity"); text != "" {
		if a.severity, err = strconv.Atoi(text); err != nil || a.severity < 1 || a.severity > 4 {
			return a, fmt.Errorf("%w: severity: %.40q, want 1 to 4", assets.ErrInvalid, text)
		}
	}
	if a.open, err = openOf(q.Get("open")); err != nil {
		return a, err
	}
	if a.from, err = instant(r, "from", time.Time{}); err != nil {
		return a, err
	}
	a.to, err = instant(r, "to", time.Time{})
	return a, err
}

// openOf reads whether cases that are open are asked for, or those that are over; nil:
// both.
func openOf(text string) (*bool, error) {
	yes, no := true, false
	switch text {
	case "", "true":
		return &yes, nil
	case "false":
		return &no, nil
	case "all":
		return nil, nil
	}
	return nil, fmt.Errorf("%w: open: %.40q, want true, false or all", assets.ErrInvalid, text)
}

func (a *alarmAsk) fits(h *heldAlarm) bool {
	is := &h.Is
	switch {
	case len(a.states) > 0 && !slices.Contains(a.states, string(is.State)),
		a.cause != "" && a.cause != is.Cause, a.rule != "" && a.rule != is.Rule, !strings.HasPrefix(is.Area, a.area),
		a.severity > 0 && (is.Severity == 0 || int(is.Severity) > a.severity),
		!a.from.IsZero() && h.At.Before(a.from), !a.to.IsZero() && !h.At.Before(a.to),
		len(a.storms[is.Storm]) > 0 && a.storms[is.Storm][0] != h.Marker.FID:
		return false
	}
	return true
}

// alarms answers with a page of alarms, newest first: those that are open from memory,
// others from the store.
func (s *server) alarms(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	before, limit, err := pageOf(r, defaultAlarms, casesAtOnce)
	if err != nil {
		return err
	}
	ask, err := readAlarmAsk(r)
	if err != nil {
		return err
	}
	read := s.keptAlarms
	if ask.open != nil && *ask.open {
		read = s.openAlarms
		ask.fold(s.Alarms.Open(), who)
	}
	held, more, err := read(r.Context(), who, &ask, assets.FID(before), limit)
	if err != nil {
		return err
	}
	answerCases(w, r, "alarms", held, more, func(h *heldAlarm) alarmRow { return alarmRowOf(h, max(0, len(ask.storms[h.Is.Storm])-1)) })
	return nil
}

// fold lets the oldest alarm of each storm stand for all of it that is asked for and seen,
// unless its parts are asked for.
func (a *alarmAsk) fold(all []*heldAlarm, who access.Principal) {
	if a.parts {
		return
	}
	storms := map[string][]assets.FID{}
	for _, h := range all {
		if h.Is.Storm != "" && who.Scope.Sees(h.Marker) && a.fits(h) {
			storms[h.Is.Storm] = append(storms[h.Is.Storm], h.Marker.FID)
		}
	}
	for _, storm := range storms {
		slices.Sort(storm)
	}
	a.storms = storms
}

// openAlarms reads a page from memory.
func (s *server) openAlarms(_ context.Context, who access.Principal, ask *alarmAsk, before assets.FID, limit int) ([]heldAlarm, bool, error) {
	page, more := openCases(s.Alarms.Open(), who, before, limit, ask.fits)
	return page, more, nil
}

// keptAlarms reads a page from the store.
func (s *server) keptAlarms(ctx context.Context, who access.Principal, ask *alarmAsk, before assets.FID, limit int) ([]heldAlarm, bool, error) {
	q := docket.Query{Kind: assets.Alarm, From: ask.from, To: ask.to, Open: ask.open, Before: before}
	return storedCases(ctx, s.Alarms.Cases, who, q, limit, ask.fits)
}

// seenAlarm is the alarm that the address names, if the caller sees it.
func (s *server) seenAlarm(r *http.Request, who access.Principal) (*heldAlarm, error) {
	id := assets.ID(r.PathValue("id"))
	c, err := s.Alarms.Case(r.Context(), assets.Alarm, id)
	if err == nil && !who.Scope.Sees(c.Marker) || errors.Is(err, assets.ErrNotFound) {
		return nil, fmt.Errorf("alarm %.80q: %w", id, assets.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	held, err := docket.Read[alarm.Alarm](c)
	return &held, err
}

// alarm tells all of one.
func (s *server) alarm(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	h, err := s.seenAlarm(r, who)
	if err != nil {
		return err
	}
	return s.answerAlarm(w, r, h, who)
}

// answerAlarm tells of an alarm what the caller sees: of members and cameras those that
// stand where it sees them.
func (s *server) answerAlarm(w http.ResponseWriter, r *http.Request, h *heldAlarm, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	sees := func(id assets.ID) bool {
		t := v.World.ByID(id)
		return id == "" || t != nil && who.Scope.Sees(t.Asset)
	}
	is := h.Is
	is.Members = slices.DeleteFunc(slices.Clone(is.Members), func(m alarm.Member) bool { return !sees(m.Asset) || !sees(m.Other) })
	is.Cameras = slices.DeleteFunc(slices.Clone(is.Cameras), func(c alarm.Sight) bool { return !sees(c.Camera) })
	may := []alarm.Verb{}
	if who.Scope.May(access.Dispatch) {
		may = append(may, is.May()...)
	}
	w.Header().Set("ETag", etag(h.Rev))
	answerUnkept(w, http.StatusOK, struct {
		alarm.Alarm
		Rev    int64        `json:"rev"`
		Active int          `json:"active"` // conditions that hold, whether they are told or not
		May    []alarm.Verb `json:"may"`    // what the caller may do with it
	}{is, h.Rev, h.Is.Active(), may})
	return nil
}

// alarmStep is one step in the life of an alarm, as it is told.
type alarmStep struct {
	N        int64      `json:"n"`
	Verb     alarm.Verb `json:"verb"`
	By       string     `json:"by"`
	At       time.Time  `json:"at"`
	Reason   string     `json:"reason,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	Severity *uint8     `json:"severity,omitempty"`
	Joined   int        `json:"joined,omitempty"` // members
	Left     int        `json:"left,omitempty"`
	Into     assets.ID  `json:"into,omitempty"`
}

// alarmEvents tells what happened to an alarm, oldest first.
func (s *server) alarmEvents(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	h, err := s.seenAlarm(r, who)
	if err != nil {
		return err
	}
	events, err := s.Alarms.CaseEvents(r.Context(), assets.Alarm, h.Is.ID)
	if err != nil {
		return err
	}
	out := []alarmStep{}
	for _, e := range events {
		var is alarm.Step
		if err := json.Unmarshal(e.Doc, &is); err != nil {
			return fmt.Errorf("alarm %s: event %d: %w", h.Is.ID, e.N, err)
		}
		out = append(out, alarmStep{e.N, is.Verb, is.By, is.At, is.Why, is.Until, is.Severity, len(is.Join), len(is.Leave), is.Into})
	}
	answerUnkept(w, http.StatusOK, map[string][]alarmStep{"events": out})
	return nil
}

// stepAlarm does what the address says with an alarm; with If-Match only at that
// revision.
func (s *server) stepAlarm(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	h, err := s.seenAlarm(r, who)
	if err != nil {
		return err
	}
	was, conditional, err := wasRevision(r)
	if err != nil {
		return err
	}
	var ask struct {
		Reason  string `json:"reason"`
		Minutes int    `json:"minutes"` // suppress: for so long
		Storm   bool   `json:"storm"`   // the same with the others of its storm that the caller sees
	}
	if r.ContentLength != 0 {
		if err := readStrict(r, &ask); err != nil {
			return err
		}
	}
	o := alarm.Order{Verb: alarm.Verb(r.PathValue("verb")), Why: ask.Reason, Rev: max(was, 0)}
	if ask.Minutes != 0 {
		until := time.Now().Add(time.Duration(ask.Minutes) * time.Minute)
		o.Until = &until
	}
	c, err := s.Alarms.Do(r.Context(), h.Is.ID, o)
	if err != nil {
		return unmet(conditional && errors.Is(err, alarm.ErrMoved), err)
	}
	if ask.Storm {
		if err := s.stepStorm(r.Context(), who, &h.Is, o); err != nil {
			return err
		}
	}
	if err := s.catchUp(r.Context()); err != nil {
		return err
	}
	held, err := docket.Read[alarm.Alarm](c)
	if err != nil {
		return err
	}
	return s.answerAlarm(w, r, &held, who)
}

// stepStorm does the same with the other open alarms of the storm that the caller sees. Of
// one that is in no state for it nothing is said.
func (s *server) stepStorm(ctx context.Context, who access.Principal, of *alarm.Alarm, o alarm.Order) error {
	o.Rev = 0
	for _, h := range s.Alarms.Open() {
		if h.Is.Storm == "" || h.Is.Storm != of.Storm || h.Is.ID == of.ID || !who.Scope.Sees(h.Marker) {
			continue
		}
		if _, err := s.Alarms.Do(ctx, h.Is.ID, o); err != nil && !errors.Is(err, assets.ErrConflict) {
			return err
		}
	}
	return nil
}

// alarmStatistics tells how often rules and algorithms were right, by the alarms that
// the caller sees and that changed last in a period; the last 30 days if it is not told.
func (s *server) alarmStatistics(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	from, to, err := lastMonth(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), seriesPatience)
	defer cancel()
	var counted alarm.Tallies
	for ask, before := (&alarmAsk{from: from, to: to}), assets.FID(0); ; {
		page, more, err := s.keptAlarms(ctx, who, ask, before, casesAtOnce)
		if err != nil {
			return err
		}
		for i := range page {
			counted.Add(&page[i].Is)
			before = page[i].Marker.FID
		}
		if !more {
			break
		}
	}
	answerUnkept(w, http.StatusOK, struct {
		From  time.Time     `json:"from"`
		To    time.Time     `json:"to"`
		Rules []alarm.Tally `json:"tallies"`
	}{from, to, counted.All()})
	return nil
}
