package api

import (
	"context"
	"net/http"

	"suhe/assets"
	"suhe/internal/access"
)

// surveys adds the routes of questions about the ground. Those about a piece of it take
// an outline by POST as well.
func (s *server) surveys() {
	s.route("GET /v1/nearest", access.View, s.questions(false, []string{"point", askedCRS, answeredCRS, "id", "radius", "limit"}, s.nearest))
	s.ground("/v1/within", []string{answeredCRS, "after", "limit"}, s.inside)
	s.ground("/v1/summary", []string{answeredCRS}, s.summary)
	s.ground("/v1/aggregate", []string{"of", "by", "size", "from", "to", "compare", "phenomenon", answeredCRS}, s.aggregate)
	s.ground("/v1/hotspots", []string{"from", "to", "size", "reach", answeredCRS}, s.hotspots)
	s.ground("/v1/clusters", []string{"from", "to", "reach", "least", answeredCRS}, s.clusters)
	s.route("GET /v1/relations", access.View, s.relations)
	s.route("GET /v1/relations/{id}", access.View, s.questions(false, []string{"follow", "depth", answeredCRS}, s.related))
	along := []string{"chainage", "bank", "offset", "upstream_of", "downstream_of", "reach"}
	s.route("GET /v1/creek", access.View, s.questions(false, append(along, "order", "after", "limit", answeredCRS), s.creek))
	s.route("GET /v1/creek/strip", access.View, s.questions(false, append(along, "phenomenon", "f", "lang", "width"), s.strip))
	s.route("GET /v1/creek/gaps", access.View, s.questions(false, append(along, "distance", answeredCRS), s.gaps))
	s.route("GET /v1/creek/travel", access.View, s.questions(false, []string{"chainage"}, s.travel))
}

// ground adds a question about a piece of ground.
func (s *server) ground(path string, own []string, answers func(ctx context.Context, w http.ResponseWriter, r *http.Request, q *question) error) {
	h := s.questions(true, own, answers)
	s.route("GET "+path, access.View, h)
	s.route("POST "+path, access.View, h)
}

// relations tells by what things belong to each other.
func (s *server) relations(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	answer(w, struct {
		Relations []assets.Relation `json:"relations"`
	}{assets.Relations()})
	return nil
}
