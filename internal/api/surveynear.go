package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin/survey"
)

// The usual bounds of lists of the ground.
const (
	usualNear   = 10
	usualRadius = 2_000 // metres
	usualRows   = 100
	usualDepth  = 5
	usualReach  = 5_000 // metres along the creek
	usualGap    = 50    // metres
)

// nearest answers with what is nearest to a point or a thing.
func (s *server) nearest(ctx context.Context, w http.ResponseWriter, r *http.Request, q *question) error {
	p := q.numbers("point", 2, "longitude,latitude in degrees, or two numbers of bbox-crs")
	limit := q.whole("limit", usualNear, 1, survey.MaxNearest)
	radius := q.number("radius", usualRadius, "metres")
	of := assets.ID(q.query.Get("id"))
	if (p == nil) == (of == "") {
		q.wrong("point, id: want one of both")
	}
	var from orb.Point
	if p != nil {
		from = q.place("point", p[0], p[1])
	}
	if q.err != nil {
		return q.err
	}
	if of != "" {
		thing := q.world.ByID(of)
		if thing == nil || !q.who.Scope.Sees(thing.Asset) {
			return unseen(of)
		}
		from = orb.Point(thing.Anchor)
	}
	things, err := q.survey.Nearest(ctx, q.ask, from, limit, geo.Metres(radius))
	if err != nil {
		return err
	}
	if things == nil {
		things = []survey.Row{}
	}
	answer(w, struct {
		Things []survey.Row `json:"things"`
	}{things})
	return nil
}

// page is a list of things of which there may be more.
type thingsPage struct {
	Matched int          `json:"matched"` // all of them
	Things  []survey.Row `json:"things"`
	Next    string       `json:"next,omitempty"` // address of the next page
}

// inside answers with what is in a piece of ground, in order of number.
func (s *server) inside(ctx context.Context, w http.ResponseWriter, r *http.Request, q *question) error {
	after, limit, err := pageOf(r, usualRows, survey.MaxRows)
	if err != nil {
		return err
	}
	found, err := q.survey.Select(ctx, q.ask, assets.FID(after), limit)
	if err != nil {
		return err
	}
	out := thingsPage{Matched: found.Matched, Things: found.Things}
	if found.Next != 0 {
		out.Next = nextOf(r, strconv.FormatUint(uint64(found.Next), 10))
	}
	answer(w, out)
	return nil
}

// summary answers with a piece of ground at a glance.
func (s *server) summary(ctx context.Context, w http.ResponseWriter, _ *http.Request, q *question) error {
	out, err := q.survey.Summary(ctx, q.ask)
	if err != nil {
		return err
	}
	answer(w, out)
	return nil
}

// related answers with what a walk over relations reaches.
func (s *server) related(ctx context.Context, w http.ResponseWriter, r *http.Request, q *question) error {
	walk := survey.Walk{From: assets.ID(r.PathValue("id")), Follow: q.list("follow", 20), Depth: q.whole("depth", usualDepth, 1, survey.MaxDepth)}
	if q.err != nil {
		return q.err
	}
	out, err := q.survey.Walk(ctx, q.ask, walk)
	if err != nil {
		return err
	}
	answer(w, out)
	return nil
}
