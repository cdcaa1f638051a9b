package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
)

// Accounts are those who may log in; see account.Directory.
type Accounts interface {
	Accounts() []*account.Account
	Account(name string) (*account.Account, error)
	Add(ctx context.Context, name string, s account.Spec, password string) (a *account.Account, oneTime string, err error)
	Set(ctx context.Context, name string, was int64, s account.Spec) (*account.Account, error)
	Remove(ctx context.Context, name string, was int64) error
	Unlock(ctx context.Context, name string) error
	ResetPassword(ctx context.Context, name, password string) (oneTime string, err error)
	ResetOTP(ctx context.Context, name string) error
	Trees(ctx context.Context) ([]account.Tree, error)
	PutTree(ctx context.Context, t account.Tree) (account.Tree, error)
	RemoveTree(ctx context.Context, name string, was int64) error
}

// accountAnswer is an account without its secrets.
type accountAnswer struct {
	Username string        `json:"username"`
	Rev      int64         `json:"rev"`
	Name     string        `json:"name"`
	Roles    []access.Role `json:"roles"`
	Areas    []string      `json:"areas"`
	Unit     string        `json:"unit,omitempty"`
	Disabled bool          `json:"disabled"`
	Demo     bool          `json:"demo"`
	Source   string        `json:"source,omitempty"` // where else it logs in, as oidc:NAME
	OTP      bool          `json:"otp"`              // there is a second factor
	OneTime  bool          `json:"oneTime"`          // the password has to be changed

	PasswordAt      time.Time `json:"passwordAt,omitzero"`
	OneTimePassword string    `json:"oneTimePassword,omitempty"` // told once
}

func accountOf(a *account.Account) accountAnswer {
	out := accountAnswer{Username: a.Name, Rev: a.Rev, Name: a.Title, Roles: notNull(a.Roles), Areas: notNull(a.Areas), Unit: a.Unit,
		Disabled: a.Disabled, Demo: a.Demo, Source: a.Source, OTP: a.OTP != "", OneTime: a.OneTime}
	if !a.PasswordAt.IsZero() {
		out.PasswordAt = a.PasswordAt.In(shanghai)
	}
	return out
}

// answerAccount answers with one account, and its one-time password if it has just
// been made.
func answerAccount(w http.ResponseWriter, status int, a *account.Account, oneTime string) {
	out := accountOf(a)
	out.OneTimePassword = oneTime
	w.Header().Set("ETag", etag(a.Rev))
	answerUnkept(w, status, out)
}

func (s *server) accounts(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	out := []accountAnswer{}
	for _, a := range s.Accounts.Accounts() {
		out = append(out, accountOf(a))
	}
	answerUnkept(w, http.StatusOK, struct {
		Accounts []accountAnswer `json:"accounts"`
	}{out})
	return nil
}

func (s *server) account(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	a, err := s.Accounts.Account(r.PathValue("name"))
	if err != nil {
		return err
	}
	answerAccount(w, http.StatusOK, a, "")
	return nil
}

// putAccount creates an account, and answers with its one-time password, or changes
// what it may; with If-Match that revision only, with `If-None-Match: *` it creates only.
func (s *server) putAccount(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	was, conditional, err := wasRevision(r)
	if err != nil {
		return err
	}
	var spec account.Spec
	if err := readStrict(r, &spec); err != nil {
		return err
	}
	name := r.PathValue("name")
	_, err = s.Accounts.Account(name)
	missing := errors.Is(err, assets.ErrNotFound)
	if was > 0 && missing {
		return fmt.Errorf("%w: there is no account %.80q", errPrecondition, name)
	}
	if was == 0 || missing {
		a, oneTime, err := s.Accounts.Add(r.Context(), name, spec, "")
		if err != nil {
			return unmet(conditional, err)
		}
		answerAccount(w, http.StatusCreated, a, oneTime)
		return nil
	}
	a, err := s.Accounts.Set(r.Context(), name, was, spec)
	if err != nil {
		return unmet(conditional, err)
	}
	answerAccount(w, http.StatusOK, a, "")
	return nil
}

func (s *server) removeAccount(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return removeNamed(w, r, s.Accounts.Remove)
}

// removeNamed removes what the path names; with If-Match that revision only.
func removeNamed(w http.ResponseWriter, r *http.Request, remove func(ctx context.Context, name string, was int64) error) error {
	was, conditional, err := wasRevision(r)
	if err != nil {
		return err
	}
	if err := remove(r.Context(), r.PathValue("name"), was); err != nil {
		return unmet(conditional, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) unlockAccount(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	if err := s.Accounts.Unlock(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// resetAccount gives an account a one-time password, with otp=true it takes its
// second factor away instead.
func (s *server) resetAccount(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	name := r.PathValue("name")
	otp, err := flag(r, "otp")
	if err != nil {
		return err
	}
	oneTime := ""
	if otp {
		err = s.Accounts.ResetOTP(r.Context(), name)
	} else {
		oneTime, err = s.Accounts.ResetPassword(r.Context(), name, "")
	}
	if err != nil {
		return err
	}
	a, err := s.Accounts.Account(name)
	if err != nil {
		return err
	}
	answerAccount(w, http.StatusOK, a, oneTime)
	return nil
}
