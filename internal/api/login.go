package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/audit"
	"suhe/internal/door"
)

// Logins let people in; see account.Logins.
type Logins interface {
	Login(ctx context.Context, a account.Attempt) (account.Login, error)
	ChangePassword(ctx context.Context, a account.Attempt, to string) (account.Login, error)
	EnrolOTP(ctx context.Context, a account.Attempt) (account.Enrolment, error)
	ConfirmOTP(ctx context.Context, a account.Attempt) (account.Login, error)
	Logout(ctx context.Context, who access.Principal, everywhere bool) error
	Ends(session string) (idle, ends time.Time)
}

// maxLoginBody bounds what somebody says to be let in, in bytes.
const maxLoginBody = 4 << 10

// loginBody is what somebody says to be let in.
type loginBody struct {
	Username string `json:"username"`
	Password string `json:"password"`
	OTP      string `json:"otp"`
}

func (b loginBody) attempt(r *http.Request) account.Attempt {
	return account.Attempt{Name: b.Username, Password: b.Password, OTP: b.OTP, Address: door.Address(r)}
}

// readLogin reads what a route takes from somebody who is not known yet. What
// comes from one address is bounded before that.
func (s *server) readLogin(w http.ResponseWriter, r *http.Request, body any) error {
	w.Header().Set("Cache-Control", "no-store")
	if err := s.limits.admit(r, access.Principal{ID: "logins"}, time.Now()); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxLoginBody)
	return readStrict(r, body)
}

// login lets somebody in.
func (s *server) login(w http.ResponseWriter, r *http.Request) error {
	var body loginBody
	if err := s.readLogin(w, r, &body); err != nil {
		return err
	}
	in, err := s.Logins.Login(r.Context(), body.attempt(r))
	return s.welcome(w, r, in, err)
}

// password lets somebody in with a new password.
func (s *server) password(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		loginBody
		New string `json:"new"`
	}
	if err := s.readLogin(w, r, &body); err != nil {
		return err
	}
	in, err := s.Logins.ChangePassword(r.Context(), body.attempt(r), body.New)
	return s.welcome(w, r, in, err)
}

// enrolOTP begins a second factor.
func (s *server) enrolOTP(w http.ResponseWriter, r *http.Request) error {
	var body loginBody
	if err := s.readLogin(w, r, &body); err != nil {
		return err
	}
	e, err := s.Logins.EnrolOTP(r.Context(), body.attempt(r))
	if err != nil {
		s.turnedAway(r, err)
		return err
	}
	answer(w, struct {
		Secret string `json:"secret"`
		URI    string `json:"uri"`
	}{e.Secret, e.URI})
	return nil
}

// confirmOTP lets somebody in with the first code of a second factor.
func (s *server) confirmOTP(w http.ResponseWriter, r *http.Request) error {
	var body loginBody
	if err := s.readLogin(w, r, &body); err != nil {
		return err
	}
	in, err := s.Logins.ConfirmOTP(r.Context(), body.attempt(r))
	return s.welcome(w, r, in, err)
}

// welcome answers with the token and, for pages, the cookie.
func (s *server) welcome(w http.ResponseWriter, r *http.Request, in account.Login, err error) error {
	if err != nil {
		s.turnedAway(r, err)
		return err
	}
	account.SetCookie(w, r, in.Token, in.Expires)
	answer(w, struct {
		Token     string    `json:"token"`
		Expires   time.Time `json:"expires"`
		Principal me        `json:"principal"`
	}{in.Token, in.Expires.In(shanghai), s.meOf(in.Who)})
	return nil
}

// turnedAway records an attempt while an account or address is locked, which is not
// even looked at, and is not recorded one by one.
func (s *server) turnedAway(r *http.Request, err error) {
	if errors.Is(err, access.ErrUnauthenticated) && patience(err, http.StatusUnauthorized) > 0 {
		r, _ = acting(r, access.Principal{})
		s.Recorder.Refuse(entry(r.Context(), audit.Login, "locked", audit.Refused, nil))
	}
}

// logout ends the caller's session, or with everywhere=true all of its account's.
func (s *server) logout(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	everywhere, err := flag(r, "everywhere")
	if err != nil {
		return err
	}
	if err := s.Logins.Logout(r.Context(), who, everywhere); err != nil {
		return err
	}
	account.SetCookie(w, r, "", time.Time{})
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
