// Package access says who may see and do what.
//
// A role gives a Grant; what one account may is the union of its roles' grants,
// in its areas. A Grant is compiled once into a Scope, and every route, tile,
// subscription, export and command asks that Scope and nothing else. The zero
// Scope sees nothing and may nothing. Who somebody is, is the affair of
// internal/account.
package access

import "suhe/internal/audit"

// Principal is who asks.
type Principal struct {
	ID    string // of an account its name; device:ID, gateway:ID and key:ID of what is no person
	Name  string // to show
	Roles []Role // of an account
	Unit  string // that an account is of; "": of none
	Areas []string
	Scope Scope

	For     string // account that a key acts for; "": who asks acts for himself
	Session string // of the login, "" without one
	Demo    bool   // an account that --demo made
}

// Person is who stands behind what the principal does: of a key its owner.
func (p Principal) Person() string {
	if p.For != "" {
		return p.For
	}
	return p.ID
}

// Acts is the origin of what the principal does, from where and why the other says.
func (p Principal) Acts(o audit.Origin) audit.Origin {
	o.Who, o.Session, o.Roles = p.ID, p.Session, RoleNames(p.Roles)
	return o
}
