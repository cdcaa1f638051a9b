package idp

import (
	"fmt"
	"strings"

	"suhe/internal/access"
)

// Why is why somebody who comes from a provider is not let in, for the page that
// tells it.
type Why string

// The reasons.
const (
	Away     Why = "away"          // the provider does not answer, or not as one does
	Stale    Why = "stale"         // the login was begun too long ago, elsewhere, or was ended already
	Unwell   Why = "invalid"       // what the provider says of it does not hold
	Said     Why = "refused"       // the provider says no
	NoGroup  Why = "no_group"      // in no group that may come in
	Conflict Why = "conflict"      // in groups that do not go together
	Second   Why = "second_factor" // administers, and came without a second factor
	Closed   Why = "closed"        // the account is closed here
)

// Refusal is the error of who is not let in. It wraps access.ErrDenied.
type Refusal struct {
	Why    Why
	Lost   string // the subject at the provider who may come in no more; "" if it may be somebody else
	detail string // for the log and the record, never for the page
}

// Error tells those who run the system.
func (r *Refusal) Error() string { return string(r.Why) + ": " + r.detail }

// Unwrap is the kind.
func (r *Refusal) Unwrap() error { return access.ErrDenied }

// maxDetail bounds what is told of a refusal, in bytes: some of it a provider says.
const maxDetail = 300

func refuse(w Why, format string, args ...any) *Refusal {
	detail := fmt.Sprintf(format, args...)
	return &Refusal{Why: w, detail: strings.ToValidUTF8(detail[:min(len(detail), maxDetail)], "")}
}
