package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"suhe/internal/access"
	"suhe/internal/audit"
)

// Backups write all that the node keeps. An error before the first byte has not
// been answered yet.
type Backups interface {
	Backup(ctx context.Context, w io.Writer) error
}

// backup sends a backup while it is made. One that fails on its way is cut, so
// that no client takes it for whole.
func (s *server) backup(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	out := newUnhurried(w, "application/octet-stream", "suhe-"+time.Now().UTC().Format("20060102T150405Z")+".backup")
	err := s.doing(r.Context(), audit.Backup, "all", nil, func() error { return s.Backups.Backup(r.Context(), out) })
	if err != nil && out.begun {
		s.Log.Error("backup cut", "err", err)
		panic(http.ErrAbortHandler)
	}
	return err
}
