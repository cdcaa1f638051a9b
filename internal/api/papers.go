package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/settings"
	"suhe/twin/alarm"
)

// Library keeps the documents that say what raises an alarm; see alarm.Library.
type Library interface {
	Papers(k settings.Kind) []alarm.Paper
	Paper(k settings.Kind, name string) (alarm.Paper, error)
	Read(k settings.Kind, name string, doc []byte) (is any, err error)
	Rule(name string, doc []byte) (*alarm.Rule, error)
	Put(ctx context.Context, k settings.Kind, name string, was int64, doc []byte) (alarm.Paper, error)
	Remove(ctx context.Context, k settings.Kind, name string, was int64) error
}

// papers adds the routes of a kind of documents. What they say holds in all areas, so
// only those who see everywhere change them.
func (s *server) papers(path string, k settings.Kind) {
	s.route("GET "+path, access.Rule, func(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
		answerUnkept(w, http.StatusOK, map[string][]alarm.Paper{path[len("/v1/"):]: s.Library.Papers(k)})
		return nil
	})
	s.route("GET "+path+"/{name}", access.Rule, func(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
		p, err := s.Library.Paper(k, r.PathValue("name"))
		if err == nil {
			answerPaper(w, http.StatusOK, p)
		}
		return err
	})
	s.route("PUT "+path+"/{name}", access.Rule, func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		return s.putPaper(w, r, who, k)
	})
	s.route("DELETE "+path+"/{name}", access.Rule, func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		if err := everywhere(who); err != nil {
			return err
		}
		return removeNamed(w, r, func(ctx context.Context, name string, was int64) error { return s.Library.Remove(ctx, k, name, was) })
	})
}

func everywhere(who access.Principal) error {
	if !who.Scope.Everywhere() {
		return fmt.Errorf("%w: it would hold in areas that %s does not see", access.ErrDenied, who.ID)
	}
	return nil
}

func answerPaper(w http.ResponseWriter, status int, p alarm.Paper) {
	w.Header().Set("ETag", etag(p.Rev))
	answerUnkept(w, status, p)
}

// putPaper creates or replaces a document; with If-Match that revision only, with
// `If-None-Match: *` it creates only.
func (s *server) putPaper(w http.ResponseWriter, r *http.Request, who access.Principal, k settings.Kind) error {
	if err := everywhere(who); err != nil {
		return err
	}
	was, conditional, err := wasRevision(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, alarm.MaxDocument)
	doc, err := readBody(r)
	if err != nil {
		return err
	}
	p, err := s.Library.Put(r.Context(), k, r.PathValue("name"), was, doc)
	if err != nil {
		return unmet(conditional && errors.Is(err, assets.ErrConflict), err)
	}
	status := http.StatusOK
	if p.Rev == 1 {
		status = http.StatusCreated
	}
	answerPaper(w, status, p)
	return nil
}
