package api

import (
	"net/http"

	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/door"
)

// acting returns the request with who acts, for the record of what is done by it.
func acting(r *http.Request, who access.Principal) *http.Request {
	o := audit.Origin{Who: who.ID, Session: who.Session}
	if address := door.Address(r); address.IsValid() {
		o.Address = address.String()
	}
	for _, role := range who.Roles {
		o.Roles = append(o.Roles, string(role))
	}
	return r.WithContext(audit.With(r.Context(), o))
}
