package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/features"
	"suhe/twin"
	"suhe/twin/filter"
	"suhe/twin/survey"
)

// surveyPatience bounds one question about the ground.
const surveyPatience = 10 * time.Second

// The parameters that questions about the ground have in common.
var (
	whichParameters  = []string{"kind", "class", "filter", "filter-lang"}
	regionParameters = []string{"area", "bbox", askedCRS, "chainage", "bank", "offset", "distance", "relation"}
)

// question is a request about the ground on its way.
type question struct {
	query  url.Values
	who    access.Principal
	world  World
	survey *survey.Survey
	ask    survey.Ask
	crs    *features.CRS // of the coordinates in the address
	err    error         // the first that was wrong
}

// questions makes a handler of one that answers a question. own are its parameters
// beside those that say which things; region: it is about a piece of ground.
func (s *server) questions(region bool, own []string, answers func(ctx context.Context, w http.ResponseWriter, r *http.Request, q *question) error) handler {
	allowed := append(slices.Clone(whichParameters), own...)
	if region {
		allowed = append(allowed, regionParameters...)
	}
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		v, err := s.views(r.Context(), who)
		if err != nil {
			return err
		}
		q := s.asking(r, who, v)
		if err := q.known(allowed); err != nil {
			return err
		}
		q.systems(s.systems, w)
		q.which()
		if region && q.err == nil {
			s.region(&q, r)
		}
		if q.err != nil {
			return q.err
		}
		ctx, cancel := context.WithTimeout(r.Context(), surveyPatience)
		defer cancel()
		w.Header().Set("Cache-Control", "private, no-store")
		return answers(ctx, w, r, &q)
	}
}

// asking begins a question of somebody about what he is shown.
func (s *server) asking(r *http.Request, who access.Principal, v Views) question {
	var scope access.Sight
	scope.By(who.Scope)
	return question{query: r.URL.Query(), who: who, world: v.World, survey: v.Survey, ask: survey.Ask{Sees: scope.Sees, SeesAll: scope.SeesAll, Shows: s.shows(who)}}
}

// known refuses parameters that the question does not have: one that is misspelt would
// silently ask something else.
func (q *question) known(allowed []string) error {
	for _, name := range slices.Sorted(maps.Keys(q.query)) {
		if name == purposeParameter || name == incidentParameter { // everybody's; see acting
			continue
		}
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("%w: query: %.40q is not a parameter here, want some of %s", assets.ErrInvalid, name, strings.Join(allowed, ", "))
		}
		if len(q.query[name]) > 1 {
			return fmt.Errorf("%w: %.40s: given %d times, want once", assets.ErrInvalid, name, len(q.query[name]))
		}
	}
	return nil
}

// wrong notes what is wrong, if nothing was before.
func (q *question) wrong(format string, args ...any) {
	if q.err == nil {
		q.err = fmt.Errorf("%w: %w", assets.ErrInvalid, fmt.Errorf(format, args...))
	}
}

func (q *question) note(err error) {
	if q.err == nil {
		q.err = err
	}
}

// list reads words joined by commas.
func (q *question) list(name string, most int) []string {
	text := q.query.Get(name)
	if text == "" {
		return nil
	}
	all := strings.Split(text, ",")
	if len(all) > most {
		q.wrong("%s: %d of them, want at most %d", name, len(all), most)
	}
	return all
}

// numbers reads so many numbers joined by commas; nil: there are none.
func (q *question) numbers(name string, n int, want string) []float64 {
	return q.some(name, want, n, n)
}

// some reads a list of numbers that has a length between two; nil: there are none.
func (q *question) some(name, want string, least, most int) []float64 {
	text := q.query.Get(name)
	if text == "" {
		return nil
	}
	var out []float64
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || !(math.Abs(v) <= 1e9) || len(out) == most {
			q.wrong("%s: %.80q, want %s", name, text, want)
			return nil
		}
		out = append(out, v)
	}
	if len(out) < least {
		q.wrong("%s: %.80q, want %s", name, text, want)
		return nil
	}
	return out
}

// number reads one number, or takes the usual one.
func (q *question) number(name string, usual float64, want string) float64 {
	if v := q.numbers(name, 1, want); v != nil {
		return v[0]
	}
	return usual
}

// whole reads a whole number.
func (q *question) whole(name string, usual, least, most int) int {
	text := q.query.Get(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		q.wrong("%s: %.40q, want %d to %d", name, text, least, most)
	}
	return n
}

// word reads one of some words; the first is the usual one.
func (q *question) word(name string, of ...string) string {
	text := q.query.Get(name)
	if text == "" {
		return of[0]
	}
	if !slices.Contains(of, text) {
		q.wrong("%s: %.40q, want one of %s", name, text, strings.Join(of, ", "))
	}
	return text
}

// instant reads a time; ok is false if there is none.
func (q *question) instant(name string) (t time.Time, ok bool) {
	text := q.query.Get(name)
	if text == "" {
		return t, false
	}
	t, err := readInstant(name, text)
	q.note(err)
	return t, true
}

// which reads what things are asked about.
func (q *question) which() {
	for _, name := range q.list("kind", 20) {
		kind, err := assets.ParseMapKind(name)
		if err != nil {
			q.wrong("%w", err)
			return
		}
		if !slices.Contains(q.ask.Kinds, kind) {
			q.ask.Kinds = append(q.ask.Kinds, kind)
		}
	}
	q.ask.Classes = q.list("class", 100)
	f, err := filter.Read(filter.Language(q.query.Get("filter-lang")), q.query.Get("filter"), nil)
	if err == nil {
		err = twin.CheckFilter(f)
	}
	if err == nil {
		err = twin.CheckShown(f, q.ask.Shows)
	}
	q.note(err)
	q.ask.Filter = f
}

// region reads the ground that is asked about: what is in all that is given.
func (s *server) region(q *question, r *http.Request) {
	if r.Method == http.MethodPost {
		s.drawn(q, r)
	} else if q.query.Has("distance") || q.query.Has("relation") {
		q.wrong("distance, relation: of an outline in the body, want POST")
	}
	if b := q.some("bbox", "four numbers, or six with heights", 4, 6); b != nil {
		q.ask.Region = q.ask.Region.And(q.box(b))
	}
	if code := q.query.Get("area"); code != "" {
		region, err := q.survey.Area(&q.ask, code)
		q.note(err)
		q.ask.Region = q.ask.Region.And(region)
	}
	if stretch, given := q.stretch(); given && q.err == nil {
		region, err := q.survey.Along(stretch)
		q.note(err)
		q.ask.Region = q.ask.Region.And(region)
	}
}

// stretch reads a stretch of the creek; without one it is all of it.
func (q *question) stretch() (st survey.Stretch, given bool) {
	for _, name := range []string{"chainage", "bank", "offset"} {
		if !q.query.Has(name) {
			continue
		}
		given = true
		if !q.ask.Shows("chainage") || !q.ask.Shows("bank") {
			q.note(fmt.Errorf("%w: %s: you are not shown where things are along the creek", access.ErrDenied, name))
		}
	}
	st = survey.Stretch{To: q.survey.Length(), Bank: geo.Bank(q.query.Get("bank")), Off: geo.Metres(q.number("offset", 0, "metres from the creek's line"))}
	if c := q.numbers("chainage", 2, "two metres that rise, such as 1200,3400"); c != nil {
		st.From, st.To = geo.Metres(c[0]), geo.Metres(c[1])
	}
	return st, given
}

// drawn reads the outline in the body: a GeoJSON geometry or a feature with one.
func (s *server) drawn(q *question, r *http.Request) {
	crs, err := s.contentCRS(r)
	if err != nil {
		q.note(err)
		return
	}
	body, err := readBody(r)
	if err != nil {
		q.note(err)
		return
	}
	var f struct {
		Type     string          `json:"type"`
		Geometry json.RawMessage `json:"geometry"`
	}
	if json.Unmarshal(body, &f) == nil && f.Type == "Feature" {
		body = f.Geometry
	}
	solid, err := geo.DecodeGeoJSON(body)
	if err != nil {
		q.wrong("body: %w", err)
		return
	}
	if put := crs.Place(); put != nil {
		solid.Plane = put(solid.Plane)
	}
	var region survey.Region
	switch relation := q.word("relation", "intersects", "within"); {
	case q.query.Has("distance") && relation == "within":
		q.wrong("distance: with relation=within, want one of both")
	case q.query.Has("distance"):
		region, err = survey.Around(solid.Plane, geo.Metres(q.number("distance", 0, "metres")))
	case relation == "within":
		region, err = survey.Inside(solid.Plane)
	default:
		region, err = survey.Touching(solid.Plane)
	}
	q.note(err)
	q.ask.Region = q.ask.Region.And(region)
}
