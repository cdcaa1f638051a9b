package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/media"
	"suhe/twin/incident"
)

// uploadState is how far an upload is.
type uploadState struct {
	Offset int64  `json:"offset"`         // where the next piece begins
	File   string `json:"file,omitempty"` // that it became
}

// upload tells how far the caller's upload of that name has come.
func (s *server) upload(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	in, err := s.named(r, who)
	if err != nil {
		return err
	}
	u, err := s.Media.Uploaded(r.Context(), uploader(who, in.ID), r.PathValue("upload"))
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, uploadState{u.Offset, u.File})
	return nil
}

// uploader tells one's uploads to an incident apart from all others.
func uploader(who access.Principal, id assets.ID) string {
	sum := sha256.Sum256([]byte(who.ID + "\x00" + string(id)))
	return hex.EncodeToString(sum[:16])
}

// putUpload takes one piece of a file that is sent as evidence, the bytes that
// Content-Range names. With the last one the file is added to the incident, as addFile
// does. A piece that came before may come again.
func (s *server) putUpload(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	in, err := s.named(r, who)
	if err != nil {
		return err
	}
	e, err := uploadedEvidence(r)
	if err != nil {
		return err
	}
	first, last, total, err := contentRange(r.Header.Get("Content-Range"))
	if err != nil {
		return err
	}
	piece, err := readBody(r)
	if err != nil {
		return err
	}
	if int64(len(piece)) != last-first+1 {
		return fmt.Errorf("%w: body: %d bytes, want the %d of Content-Range", assets.ErrInvalid, len(piece), last-first+1)
	}
	by, name := uploader(who, in.ID), r.PathValue("upload")
	u, err := s.Media.Append(r.Context(), by, name, first, piece)
	if errors.Is(err, assets.ErrConflict) {
		w.Header().Set("Upload-Offset", strconv.FormatInt(u.Offset, 10))
	}
	if err != nil {
		return err
	}
	switch {
	case u.File != "":
		return attached(w, &in, u.File)
	case u.Offset < total:
		answerUnkept(w, http.StatusAccepted, uploadState{Offset: u.Offset})
		return nil
	}
	file, err := s.Media.Assemble(r.Context(), by, name, string(in.ID))
	if err != nil {
		return err
	}
	// First it is evidence, then the pieces go: if the node stops between, the last piece
	// comes again, and the file is no second one.
	if err := s.attach(w, r, who, &in, e, file); err != nil {
		return err
	}
	if err := s.Media.Settle(r.Context(), by, name, file); err != nil {
		s.Log.Warn("pieces of an upload stay until they are swept", "incident", in.ID, "err", err)
	}
	return nil
}

// uploadedEvidence reads what the file shows.
func uploadedEvidence(r *http.Request) (e incident.Evidence, err error) {
	q := r.URL.Query()
	e.When, e.Name = q.Get("when"), strings.ToValidUTF8(q.Get("name"), "")
	if e.When == "" {
		e.When = incident.AfterWork
	}
	if e.When != incident.BeforeWork && e.When != incident.AfterWork {
		return e, fmt.Errorf("%w: when: %.20q, want before or after", assets.ErrInvalid, e.When)
	}
	if len(e.Name) > 256 {
		return e, fmt.Errorf("%w: name: %d bytes, want at most 256", assets.ErrInvalid, len(e.Name))
	}
	return e, nil
}

// contentRange reads "bytes 0-65535/300000" (RFC 9110, 14.4); the length must be told.
func contentRange(text string) (first, last, total int64, err error) {
	n, scanErr := fmt.Sscanf(text, "bytes %d-%d/%d", &first, &last, &total)
	if scanErr != nil || n != 3 || first < 0 || last < first || last >= total || total > media.MaxSize {
		return 0, 0, 0, fmt.Errorf("%w: Content-Range: %.60q, want bytes FIRST-LAST/TOTAL of at most %d", assets.ErrInvalid, text, int64(media.MaxSize))
	}
	return first, last, total, nil
}
