package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/features"
	"suhe/twin/survey"
)

// The parameters that say in what coordinates are: those of the question, and those of
// the answer. An outline in a body is in what the header Content-Crs says.
const (
	askedCRS    = "bbox-crs"
	answeredCRS = "crs"
)

// systems reads in what coordinates are, and tells it of the answer if somebody wants to
// know.
func (q *question) systems(all features.Systems, w http.ResponseWriter) {
	var err error
	q.crs, err = all.Find(askedCRS, q.query.Get(askedCRS))
	q.note(err)
	if !q.query.Has(answeredCRS) {
		return
	}
	out, err := all.Find(answeredCRS, q.query.Get(answeredCRS))
	if err != nil {
		q.note(err)
		return
	}
	q.ask.Put = out.Point
	w.Header().Set("Content-Crs", "<"+out.URI+">")
}

// contentCRS is in what the geometry in a body is: what the header Content-Crs names
// (OGC 18-058).
func (s *server) contentCRS(r *http.Request) (*features.CRS, error) {
	return s.systems.Find("Content-Crs", strings.Trim(r.Header.Get("Content-Crs"), "<> "))
}

// place is a point of the question in degrees WGS84.
func (q *question) place(name string, a, b float64) orb.Point {
	p := orb.Point{a, b}
	if put := q.crs.Place(); put != nil {
		p = put(p).(orb.Point)
	}
	if geo.Check(p) != nil {
		q.wrong("%s: %g,%g, want a place in %s, in the order of its axes", name, a, b, q.crs.URI)
	}
	return p
}

// box is what touches the bbox of the question.
func (q *question) box(numbers []float64) survey.Region {
	shapes, err := q.crs.Box(numbers)
	switch {
	case err != nil:
		q.note(fmt.Errorf("%w: bbox: %w", assets.ErrInvalid, err))
		return survey.Region{}
	case len(shapes) > 1:
		q.wrong("bbox: %g, want the west before the east", numbers)
	}
	if box, is := shapes[0].(orb.Bound); is {
		return survey.Box(box)
	}
	region, err := survey.Touching(shapes[0])
	q.note(err)
	return region
}

// told is a geometry as the answer has it.
func (q *question) told(g orb.Geometry) orb.Geometry {
	if q.ask.Put == nil {
		return g
	}
	return geo.Reproject(g, q.ask.Put)
}

// at is a place as the answer has it beside lon and lat; nil: it has no other.
func (q *question) at(p orb.Point) *orb.Point {
	if q.ask.Put == nil {
		return nil
	}
	p = q.ask.Put(p)
	return &p
}
