package api

import (
	"fmt"
	"net/http"

	"suhe/assets"
	"suhe/internal/access"
)

// health says that the process runs.
func (s *server) health(w http.ResponseWriter, _ *http.Request) error {
	fmt.Fprintln(w, "ok")
	return nil
}

// ready says whether the node can answer: its world is loaded and follows the log.
// Why not is for those who run the machine: the log and the admin listener tell it.
func (s *server) ready(w http.ResponseWriter, _ *http.Request) error {
	if err := s.Site.Ready(); err != nil {
		return fmt.Errorf("%w: the node is not ready: %w", assets.ErrBusy, err)
	}
	fmt.Fprintln(w, "ready")
	return nil
}

// metrics serves the figures for Prometheus.
func (s *server) metrics(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	s.Site.Metrics.ServeHTTP(w, r)
	return nil
}
