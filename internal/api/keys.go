package api

import (
	"context"
	"fmt"
	"net/http"

	"suhe/internal/access"
	"suhe/internal/account/key"
)

// Keys are the API keys; see key.Ring.
type Keys interface {
	List(owner string) []key.Listed
	Add(ctx context.Context, owner string, w key.Wish) (k key.Key, text string, err error)
	Revoke(ctx context.Context, owner, id string) error
}

// owner is whose keys somebody deals with. Keys are of people who are logged in: a
// key makes no other that outlives it.
func owner(who access.Principal) (string, error) {
	if who.Session == "" {
		return "", fmt.Errorf("%w: %s is not logged in, which keys want", access.ErrDenied, who.ID)
	}
	return who.ID, nil
}

// keys lists the caller's keys; with all=true everybody's, for those who admit.
func (s *server) keys(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	name, err := owner(who)
	if err != nil {
		return err
	}
	all, err := flag(r, "all")
	if err != nil {
		return err
	}
	if all {
		if !who.Scope.May(access.Admit) {
			return access.Denied(who, access.Admit)
		}
		name = ""
	}
	answerUnkept(w, http.StatusOK, struct {
		Keys []key.Listed `json:"keys"`
	}{s.Keys.List(name)})
	return nil
}

// addKey makes a key of the caller's. Nobody makes one for somebody else: who
// admits others would act as them.
func (s *server) addKey(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	name, err := owner(who)
	if err != nil {
		return err
	}
	wish := key.NewWish()
	if err := readStrict(r, &wish); err != nil {
		return err
	}
	k, text, err := s.Keys.Add(r.Context(), name, wish)
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusCreated, struct {
		key.Key
		Text string `json:"key"` // told once
	}{k, text})
	return nil
}

// revokeKey ends a key of the caller's, or anybody's for those who admit.
func (s *server) revokeKey(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	name, err := owner(who)
	if err != nil {
		return err
	}
	if who.Scope.May(access.Admit) {
		name = ""
	}
	if err := s.Keys.Revoke(r.Context(), name, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
