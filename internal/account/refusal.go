package account

import (
	"time"

	"suhe/internal/access"
)

// Refusal is an error of logging in that a program can act on.
type Refusal struct {
	Kind error         // access.ErrUnauthenticated, access.ErrDenied or assets.ErrBusy
	Text string        // for people
	Name string        // for programs; "" without one
	Wait time.Duration // before it makes sense to try again; 0: at once
}

// Error tells people.
func (r *Refusal) Error() string { return r.Text }

// Unwrap is the kind.
func (r *Refusal) Unwrap() error { return r.Kind }

// Code tells programs.
func (r *Refusal) Code() string { return r.Name }

// RetryAfter is how long to wait.
func (r *Refusal) RetryAfter() time.Duration { return r.Wait }

// wrong is the one answer to all that is not right: it tells nobody which accounts
// there are. An account or address that is locked has to wait as well.
func wrong(wait time.Duration) error {
	return &Refusal{Kind: access.ErrUnauthenticated, Text: "name, password or code is wrong, or there were too many failures", Wait: wait}
}

// What has to be done before one is let in, when the password was right.
var (
	errOTP       = &Refusal{Kind: access.ErrUnauthenticated, Name: "otp_required", Text: "the code of the second factor is wanted: otp"}
	errPassword  = &Refusal{Kind: access.ErrDenied, Name: "password_change_required", Text: "the password must be changed: POST /v1/password"}
	errEnrolment = &Refusal{Kind: access.ErrDenied, Name: "otp_enrolment_required", Text: "administrators need a second factor: POST /v1/otp"}
)
