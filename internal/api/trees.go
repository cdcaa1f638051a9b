package api

import (
	"net/http"

	"suhe/internal/access"
	"suhe/internal/account"
)

// trees tells the trees of areas that departments have.
func (s *server) trees(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	all, err := s.Accounts.Trees(r.Context())
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, struct {
		Trees []account.Tree `json:"trees"`
	}{all})
	return nil
}

// putTree creates or replaces a tree; with If-Match that revision only, with
// `If-None-Match: *` it creates only.
func (s *server) putTree(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	was, conditional, err := wasRevision(r)
	if err != nil {
		return err
	}
	var body struct {
		Nodes access.Trees `json:"nodes"`
	}
	if err := readStrict(r, &body); err != nil {
		return err
	}
	t, err := s.Accounts.PutTree(r.Context(), account.Tree{Name: r.PathValue("name"), Rev: was, Nodes: body.Nodes})
	if err != nil {
		return unmet(conditional, err)
	}
	status := http.StatusOK
	if t.Rev == 1 {
		status = http.StatusCreated
	}
	w.Header().Set("ETag", etag(t.Rev))
	answerUnkept(w, status, t)
	return nil
}

func (s *server) removeTree(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return removeNamed(w, r, s.Accounts.RemoveTree)
}
