package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/media"
	"suhe/twin/incident"
)

// Media keeps photos and files; see media.Store.
type Media interface {
	Put(ctx context.Context, folder string, r io.Reader) (media.File, error)
	Get(ctx context.Context, folder, id string) (io.ReadCloser, int64, error)
	Uploads
}

// Uploads keep files that come in pieces.
type Uploads interface {
	Uploaded(ctx context.Context, by, name string) (media.Upload, error)
	Append(ctx context.Context, by, name string, offset int64, piece []byte) (media.Upload, error)
	Assemble(ctx context.Context, by, name, folder string) (media.File, error)
	Settle(ctx context.Context, by, name string, f media.File) error
}

// maxFileBody bounds the body that brings a file: what stands around it is little.
const maxFileBody = media.MaxSize + 64<<10

// bodyBound is the most bytes of the request's body.
func bodyBound(r *http.Request) int64 {
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/v1/incidents/") && strings.HasSuffix(r.URL.Path, "/files") {
		return maxFileBody
	}
	return maxBody
}

// addFile keeps a file that is sent as multipart/form-data (fields when, name, file: in
// this order) and adds it to the incident as evidence. One that was sent before is not
// added again.
func (s *server) addFile(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	in, err := s.named(r, who)
	if err != nil {
		return err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return fmt.Errorf("%w: body: %w, want multipart/form-data", assets.ErrInvalid, err)
	}
	e := incident.Evidence{When: incident.AfterWork}
	file, err := s.keepPart(r.Context(), parts, &e, in.ID)
	if err != nil {
		return tooLarge(err)
	}
	return s.attach(w, r, who, &in, e, file)
}

// attach adds a file that is kept to the incident, and answers with it.
func (s *server) attach(w http.ResponseWriter, r *http.Request, who access.Principal, in *incident.Incident, e incident.Evidence, file media.File) error {
	e.Ref, e.Type = file.ID, file.Type
	e = in.Photo(e, strings.HasPrefix(file.Type, "image/"), file.Taken, file.Place, time.Now())
	is, err := s.Incidents.Attach(r.Context(), who, in.ID, e)
	if err != nil {
		return err
	}
	return attached(w, &is, file.ID)
}

// attached answers with a file of the incident.
func attached(w http.ResponseWriter, in *incident.Incident, id string) error {
	kept, _ := in.File(id)
	w.Header().Set("ETag", etag(in.Rev))
	w.Header().Set("Location", "/v1/incidents/"+string(in.ID)+"/files/"+id)
	answerUnkept(w, http.StatusCreated, kept)
	return nil
}

// keepPart reads the fields up to the file, and keeps that.
func (s *server) keepPart(ctx context.Context, parts *multipart.Reader, e *incident.Evidence, id assets.ID) (media.File, error) {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return media.File{}, fmt.Errorf("%w: body: no file in it", assets.ErrInvalid)
		}
		if err != nil {
			return media.File{}, fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
		}
		if part.FormName() == "file" {
			return s.Media.Put(ctx, string(id), part)
		}
		text, err := io.ReadAll(io.LimitReader(part, 256))
		if err != nil {
			return media.File{}, fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
		}
		switch part.FormName() {
		case "when":
			e.When = string(text)
			if e.When != incident.BeforeWork && e.When != incident.AfterWork {
				return media.File{}, fmt.Errorf("%w: when: %.20q, want before or after", assets.ErrInvalid, e.When)
			}
		case "name":
			e.Name = strings.ToValidUTF8(string(text), "")
		default:
			return media.File{}, fmt.Errorf("%w: body: field %.40q, want when, name or file", assets.ErrInvalid, part.FormName())
		}
	}
}

// tooLarge says of a body that was cut off for its length that this is so.
func tooLarge(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fmt.Errorf("%w: body: at most %d bytes", errTooLarge, large.Limit)
	}
	return err
}

// incidentFile sends a file of an incident. What is no picture is for saving, not for
// showing.
func (s *server) incidentFile(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	in, err := s.named(r, who)
	if err != nil {
		return err
	}
	e, known := in.File(r.PathValue("file"))
	if !known {
		return notFound(r)
	}
	body, size, err := s.Media.Get(r.Context(), string(in.ID), e.Ref)
	if err != nil {
		return err
	}
	defer body.Close()
	what := "incident " + string(in.ID) + " file " + e.Ref
	if err := s.Recorder.Viewed(r.Context(), entry(r.Context(), audit.FileView, what, audit.Done, nil)); err != nil {
		return err
	}
	show := "attachment"
	if strings.HasPrefix(e.Type, "image/") {
		show = "inline"
	}
	h := w.Header()
	h.Set("Content-Type", e.Type)
	h.Set("Content-Disposition", show)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	_, _ = io.Copy(w, body) // who left gets no more
	return nil
}
