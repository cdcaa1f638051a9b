package api

import (
	"net/http"
	"time"

	"suhe/internal/access"
)

// stream serves one WebSocket session.
func (s *server) stream(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	return v.Streams.Serve(w, r, who)
}

// events serves one stream of server-sent events.
func (s *server) events(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	return v.Streams.ServeEvents(w, r, who)
}

// ticket gives out a ticket with which the caller may open a stream, once.
func (s *server) ticket(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	text, ends, err := s.Tickets.Issue(r.Context(), who, time.Now())
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, struct {
		Ticket  string    `json:"ticket"`
		Expires time.Time `json:"expires"`
	}{text, ends.In(shanghai)})
	return nil
}
