package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/docket"
	"suhe/internal/search"
	"suhe/twin"
)

// Search finds things by their words; *search.Index does.
type Search interface {
	Find(ctx context.Context, q search.Query, scope access.Scope, shows access.Fields) (search.Found, error)
	Among(ctx context.Context, q search.Query, things []*twin.Thing, scope access.Scope, shows access.Fields) ([]search.Hit, error)
}

// hitRow is what is told of a thing that was found; what the caller is not shown is
// left out.
type hitRow struct {
	ID       assets.ID      `json:"id"`
	FID      assets.FID     `json:"fid"`
	Kind     assets.Kind    `json:"kind"`
	Class    string         `json:"class,omitempty"`
	Name     string         `json:"name,omitempty"`
	NameEn   string         `json:"nameEn,omitempty"`
	Area     string         `json:"area,omitempty"`
	State    string         `json:"state,omitempty"`
	Severity twin.Severity  `json:"severity,omitempty"`
	Place    orb.Point      `json:"place"`
	Distance *float64       `json:"distance,omitempty"` // metres, if something is to be near
	Over     *time.Time     `json:"over,omitempty"`     // of a case that is over: when its last step was taken
	Matches  []search.Match `json:"matches"`
}

// searchAnswer is a page of what was found.
type searchAnswer struct {
	Hits   []hitRow      `json:"hits"`
	Total  int           `json:"total"`
	Exact  bool          `json:"exact"`
	Facets search.Facets `json:"facets"`
	Over   []hitRow      `json:"over,omitempty"` // cases that are over, the newest first
	Next   string        `json:"next,omitempty"`
}

// search answers with what has the words that are asked for. Cases that are over come
// beside the first page, if their number or a time is asked for.
func (s *server) search(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	q, err := readSearch(r)
	if err != nil {
		return err
	}
	found, err := v.Search.Find(r.Context(), q, who.Scope, s.shows(who))
	if err != nil {
		return err
	}
	out := searchAnswer{Hits: s.hitRows(found.Hits, q.Near != nil, who), Total: found.Total, Exact: found.Exact, Facets: found.Facets}
	if q.After == "" && !who.Scope.Delayed() {
		if out.Over, err = s.over(r.Context(), v.Search, q, who); err != nil {
			return err
		}
	}
	if found.Next != "" {
		out.Next = nextOf(r, found.Next)
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// hitRows tell of the hits what the caller is shown.
func (s *server) hitRows(hits []search.Hit, near bool, who access.Principal) []hitRow {
	shows := s.shows(who)
	rows := make([]hitRow, len(hits))
	text := func(field, value string) string {
		if !twin.Shown(field, shows) {
			return ""
		}
		return value
	}
	for i, h := range hits {
		a := h.Thing.Asset
		row := hitRow{
			ID: a.ID, FID: a.FID, Kind: a.Kind, Class: text("class", a.Class), Name: text("name", a.Name), NameEn: text("name_en", h.Thing.Label.NameEn),
			Area: text("area", a.Location.Area), State: text("state", h.Thing.Summary()), Place: h.Thing.Anchor, Matches: h.Matches,
		}
		if shows("severity") {
			row.Severity = h.Thing.Severity
		}
		if near {
			row.Distance = &h.Distance
		}
		if row.Matches == nil {
			row.Matches = []search.Match{}
		}
		rows[i] = row
	}
	return rows
}

// over finds cases that are over: the one whose number is asked for, and those of the
// time that is asked for. It looks at no more than the newest of them.
func (s *server) over(ctx context.Context, index Search, q search.Query, who access.Principal) ([]hitRow, error) {
	var things []*twin.Thing
	for _, kind := range []assets.Kind{assets.Incident, assets.Alarm} {
		if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, kind) {
			continue
		}
		cases, err := s.casesOver(ctx, kind, q)
		if err != nil {
			return nil, err
		}
		for _, c := range cases {
			things = append(things, twin.NewThing(c.Marker))
		}
	}
	if len(things) == 0 {
		return nil, nil
	}
	hits, err := index.Among(ctx, q, things, who.Scope, s.shows(who))
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	if limit == 0 {
		limit = search.UsualLimit
	}
	rows := s.hitRows(hits[:min(limit, len(hits))], false, who)
	for i := range rows {
		if s.shows(who)("revision") {
			rows[i].Over = &hits[i].Thing.Asset.Revision.At
		}
	}
	return rows, nil
}

// casesOver reads what may be asked for from the store, which keeps cases of all kinds.
func (s *server) casesOver(ctx context.Context, kind assets.Kind, q search.Query) ([]docket.Case, error) {
	if id := assets.ID(strings.ToUpper(strings.TrimSpace(q.Text))); caseNumber(string(id)) {
		c, err := s.Alarms.Case(ctx, kind, id)
		switch {
		case errors.Is(err, assets.ErrNotFound), err == nil && c.Open:
			return nil, nil
		case err != nil:
			return nil, err
		}
		return []docket.Case{c}, nil
	}
	if q.From.IsZero() && q.To.IsZero() {
		return nil, nil
	}
	open := false
	return s.Alarms.Cases(ctx, docket.Query{Kind: kind, From: q.From, To: q.To, Open: &open, Limit: casesAtOnce})
}

// caseNumber says whether a text may be the number of a case: parts of letters and
// digits, the middle one of which is a day.
func caseNumber(text string) bool {
	parts := strings.Split(text, "-")
	if _, err := assets.ParseID(text); err != nil || len(parts) != 3 {
		return false
	}
	_, err := time.Parse("20060102", parts[1])
	return err == nil
}

// readSearch reads what is looked for.
func readSearch(r *http.Request) (q search.Query, err error) {
	ask := r.URL.Query()
	q = search.Query{Text: ask.Get("q"), After: ask.Get("after"), Classes: listOf(ask, "class"), Areas: listOf(ask, "area"), States: listOf(ask, "state")}
	for _, name := range listOf(ask, "kind") {
		k, err := assets.ParseMapKind(name)
		if err != nil {
			return q, fmt.Errorf("%w: %w", assets.ErrInvalid, err)
		}
		q.Kinds = append(q.Kinds, k)
	}
	if q.From, err = instant(r, "from", time.Time{}); err != nil {
		return q, err
	}
	if q.To, err = instant(r, "to", time.Time{}); err != nil {
		return q, err
	}
	if q.Limit, err = limitOf(r, search.UsualLimit, search.MostLimit); err != nil {
		return q, err
	}
	if b, err := degrees(ask, "bbox", 4, "west,south,east,north"); err != nil {
		return q, err
	} else if b != nil {
		q.Box = &orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}
		if b[0] > b[2] || b[1] > b[3] {
			return q, fmt.Errorf("%w: bbox: %.64q, want west ≤ east and south ≤ north", assets.ErrInvalid, ask.Get("bbox"))
		}
	}
	p, err := degrees(ask, "near", 2, "lon,lat")
	if p != nil {
		q.Near = &orb.Point{p[0], p[1]}
	}
	return q, err
}

// maxList bounds the names in one parameter.
const maxList = 50

// listOf are the names of a parameter, joined by commas; nil: it is not given.
func listOf(q url.Values, name string) []string {
	text := q.Get(name)
	if text == "" {
		return nil
	}
	return strings.SplitN(text, ",", maxList)
}

// degrees reads longitudes and latitudes in turns; nil: the parameter is not given.
func degrees(q url.Values, name string, n int, want string) ([]float64, error) {
	text := q.Get(name)
	if text == "" {
		return nil, nil
	}
	parts := strings.Split(text, ",")
	out := make([]float64, len(parts))
	wrong := len(parts) != n
	for i, part := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		most := 180.0
		if i%2 == 1 {
			most = 90
		}
		wrong = wrong || err != nil || !(v >= -most && v <= most)
		out[i] = v
	}
	if wrong {
		return nil, fmt.Errorf("%w: %s: %.64q, want %s in degrees", assets.ErrInvalid, name, text, want)
	}
	return out, nil
}
