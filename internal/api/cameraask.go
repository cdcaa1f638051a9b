package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin/sight"
)

// The bounds of questions about sight.
const (
	maxLine        = 500    // points
	maxLineLength  = 20_000 // metres
	maxSightHeight = 500    // metres
	maxSightShown  = 500    // cameras
	usualShown     = 50     // cameras
	maxSide        = 50_000 // metres of ground
	maxSpotCorners = 50_000 // of all blind spots in an answer
)

// seeing is a question about what cameras see on its way.
type seeing struct {
	question
	cameras Cameras
	look    sight.Asked
	limit   int
}

// looks makes a handler of one that answers a question about what cameras see. own are
// its parameters beside those that say how is looked; region: it is about a piece of ground.
func (s *server) looks(region bool, own []string, answers func(ctx context.Context, w http.ResponseWriter, r *http.Request, q *seeing) error) handler {
	allowed := append([]string{"height", "working", "turning", "limit"}, own...)
	if region {
		allowed = append(allowed, regionParameters...)
	}
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		v, err := s.views(r.Context(), who)
		if err != nil {
			return err
		}
		q := &seeing{question: s.asking(r, who, v), cameras: v.Cameras}
		if err := q.known(allowed); err != nil {
			return err
		}
		q.systems(s.systems, w)
		q.how()
		if region && q.err == nil {
			s.lookedAt(q, r)
		}
		if q.err != nil {
			return q.err
		}
		ctx, cancel := context.WithTimeout(r.Context(), surveyPatience)
		defer cancel()
		return answers(ctx, w, r, q)
	}
}

// how reads how is looked. What the answer tells is where cameras look: who is not shown
// that is not told.
func (q *seeing) how() {
	for _, field := range []string{"azimuth", "hfov", "range"} {
		if !q.ask.Shows(field) {
			q.note(fmt.Errorf("%w: sight: you are not shown %s", access.ErrDenied, field))
		}
	}
	q.look = sight.Asked{Sees: q.ask.Sees, Height: q.height("height", float64(sight.UsualHeight)), Working: q.yes("working"), Turning: q.yes("turning")}
	if q.look.Working && !q.ask.Shows("state") {
		q.note(fmt.Errorf("%w: working: you are not shown states", access.ErrDenied))
	}
	q.limit = q.whole("limit", usualShown, 1, maxSightShown)
}

// usualOffset is how far from the creek's line ground belongs to a stretch of it, in
// metres, for who covers it.
const usualOffset = "100"

// lookedAt reads the ground that is asked about.
func (s *server) lookedAt(q *seeing, r *http.Request) {
	if q.query.Has("chainage") && !q.query.Has("offset") {
		q.query.Set("offset", usualOffset)
	}
	s.region(&q.question, r)
	if q.err == nil && q.ask.Region.Everywhere() {
		q.wrong("area: none, want area, bbox, chainage, or an outline in the body of a POST")
	}
}

// yes reads true or false.
func (q *question) yes(name string) bool { return q.word(name, "false", "true") == "true" }

// ranged reads a number between two.
func (q *question) ranged(name string, usual, least, most float64) float64 {
	v := q.number(name, usual, fmt.Sprintf("a number, %g to %g", least, most))
	if q.query.Has(name) && !(v >= least && v <= most) {
		q.wrong("%s: %g, want %g to %g", name, v, least, most)
	}
	return v
}

func (q *question) height(name string, usual float64) geo.Metres {
	return geo.Metres(q.ranged(name, usual, 0, maxSightHeight))
}

// geometry is the geometry as GeoJSON.
func geometry(g orb.Geometry) json.RawMessage { return geo.AppendGeoJSON(nil, geo.Solid{Plane: g}) }
