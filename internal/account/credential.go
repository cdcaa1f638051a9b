// Package account says who somebody is.
package account

import (
	"net/http"

	"suhe/internal/access"
)

// Credential is a way to say who one is.
type Credential interface {
	// Who says whose credential the request brings; presented is false if it
	// brings none of this kind. The error wraps access.ErrUnauthenticated.
	Who(r *http.Request) (who access.Principal, presented bool, err error)
}
