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

// backupPatience is how long a client may take nothing of a backup.
const backupPatience = time.Minute

// backup sends a backup while it is made. One that fails on its way is cut, so
// that no client takes it for whole.
func (s *server) backup(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	out := &unhurried{w: w, control: http.NewResponseController(w)}
	err := s.doing(r.Context(), audit.Backup, "all", nil, func() error { return s.Backups.Backup(r.Context(), out) })
	if err != nil && out.begun {
		s.Log.Error("backup cut", "err", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// unhurried is an answer that may take as long as its client goes on reading.
type unhurried struct {
	w       http.ResponseWriter
	control *http.ResponseController
	begun   bool
}

// Write implements io.Writer.
func (u *unhurried) Write(p []byte) (int, error) {
	if !u.begun {
		u.begun = true
		header := u.w.Header()
		header.Set("Content-Type", "application/octet-stream")
		header.Set("Content-Disposition", "attachment; filename=\"suhe-"+time.Now().UTC().Format("20060102T150405Z")+".backup\"")
		header.Set("Cache-Control", "no-store")
		_ = u.control.SetReadDeadline(time.Time{}) // that the client sends nothing is no fault
	}
	_ = u.control.SetWriteDeadline(time.Now().Add(backupPatience))
	return u.w.Write(p)
}
