package api

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/docket"
	"suhe/internal/open311"
)

// open311Lists answers with the services, or with the requests that are asked for.
func (s *server) open311Lists(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	name, format, err := open311.Split(r.PathValue("list"))
	if err != nil {
		return err
	}
	switch name {
	case "services":
		return answer311(w, http.StatusOK, format, open311.RootServices, open311.Services(s.Incidents.Tables().Classes))
	case "requests":
		return s.open311Requests(w, r, who, format)
	}
	return notFound(r)
}

// open311Service answers with one service.
func (s *server) open311Service(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	code, format, err := open311.Split(r.PathValue("service"))
	if err != nil {
		return err
	}
	is, err := open311.ServiceOf(s.Incidents.Tables().Classes, code)
	if err != nil {
		return err
	}
	return answer311(w, http.StatusOK, format, open311.RootServices, []open311.Service{is})
}

// open311Request answers with one request.
func (s *server) open311Request(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, format, err := open311.Split(r.PathValue("id"))
	if err != nil {
		return err
	}
	all, err := s.open311Named(r, who, []string{id})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return notFound(r)
	}
	return answer311(w, http.StatusOK, format, open311.RootRequests, all)
}

func (s *server) open311Requests(w http.ResponseWriter, r *http.Request, who access.Principal, format open311.Format) error {
	q, err := open311.ReadQuery(r.URL.Query(), time.Now())
	if err != nil {
		return err
	}
	var all []open311.Request
	if len(q.IDs) > 0 {
		all, err = s.open311Named(r, who, q.IDs)
	} else {
		all, err = s.open311Found(r, who, &q)
	}
	if err != nil {
		return err
	}
	return answer311(w, http.StatusOK, format, open311.RootRequests, all)
}

// open311Named are the requests of those numbers that the caller sees.
func (s *server) open311Named(r *http.Request, who access.Principal, ids []string) (all []open311.Request, err error) {
	for _, id := range ids {
		in, err := s.Incidents.Get(r.Context(), who, assets.ID(id))
		if errors.Is(err, assets.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		events, err := s.Incidents.Events(r.Context(), who, in.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, open311.RequestOf(&in, s.Incidents.Tables().Classes, events[len(events)-1].At))
	}
	return all, nil
}

// open311Found are the newest requests that the query asks for and the caller sees.
func (s *server) open311Found(r *http.Request, who access.Principal, q *open311.Query) (all []open311.Request, err error) {
	wanted := func(h *heldIncident) bool { return q.Wants(&h.Is) }
	held, _, err := storedCases(r.Context(), s.Incidents.Page, who, docket.Query{From: q.From}, open311.MaxAnswers, wanted)
	for i := range held {
		all = append(all, open311.RequestOf(&held[i].Is, s.Incidents.Tables().Classes, held[i].At))
	}
	return all, err
}

// open311Report begins an incident of what a form tells.
func (s *server) open311Report(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	name, format, err := open311.Split(r.PathValue("list"))
	if err != nil {
		return err
	}
	if name != "requests" {
		return notFound(r)
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	f, err := open311.ReadReport(form)
	if err != nil {
		return err
	}
	in, begun, err := s.Incidents.Begin(r.Context(), who, f)
	if err != nil {
		return err
	}
	status, notice := http.StatusCreated, ""
	if !begun {
		status, notice = http.StatusOK, "已有案件 it is known already"
	}
	return answer311(w, status, format, open311.RootRequests, []open311.Taken{{ID: string(in.ID), Notice: notice, Account: who.ID}})
}

// readForm reads the body of a form. Errors wrap assets.ErrInvalid.
func readForm(r *http.Request) (url.Values, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return nil, fmt.Errorf("%w: Content-Type: %.80q, want application/x-www-form-urlencoded", assets.ErrInvalid, kind)
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
	}
	return form, nil
}

func answer311[T any](w http.ResponseWriter, status int, f open311.Format, root string, all []T) error {
	data, err := open311.Write(f, root, all)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", f.MediaType())
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client is gone
	return nil
}
