package account

import (
	"slices"
	"strings"
	"sync/atomic"

	"suhe/internal/access"
)

// Owner is what an account may now, for what acts in its name with less: keys and
// links. It is immutable; as soon as the account may something else it has another
// Owner.
type Owner struct {
	grant access.Grant
	trees access.Trees
	unit  string
}

// NewOwner is the owner that may what the grant says.
func NewOwner(g access.Grant, trees access.Trees) *Owner { return &Owner{grant: g, trees: trees} }

// Owners know what accounts may now.
type Owners interface {
	// Owner is that of the account; false: it is not there, or may not come in.
	Owner(account string) (*Owner, bool)
}

// Deputy acts for an account with less than its rights. What it may is compiled
// again only when the account may something else. The zero Deputy is ready.
type Deputy struct{ is atomic.Pointer[deputy] }

type deputy struct {
	owner *Owner
	areas []string
	scope access.Scope
}

// Act is who acts for the account as it is now, with no more than the grant and
// none of the actions never; the caller gives it its ID and Name. False: the
// account may not come in. One Deputy is for one account and one grant.
func (d *Deputy) Act(owners Owners, account string, by access.Grant, never ...access.Action) (access.Principal, bool) {
	owner, ok := owners.Owner(account)
	if !ok {
		return access.Principal{}, false
	}
	is := d.is.Load()
	if is == nil || is.owner != owner {
		g := owner.grant.Narrow(by)
		g.Actions = slices.DeleteFunc(slices.Clone(g.Actions), func(a access.Action) bool { return slices.Contains(never, a) })
		is = &deputy{owner, g.Areas, g.Compile(owner.trees)}
		d.is.Store(is)
	}
	return access.Principal{Areas: is.areas, Unit: owner.unit, Scope: is.scope}, true
}

// Still is Reviewer.Still of what acts for accounts: the ids of its principals begin
// with the prefix, and find says who acts by what has the rest for its id; false: it
// is over, or its account may not come in.
func Still(was access.Principal, prefix string, find func(id string) (access.Principal, bool)) (now access.Principal, mine bool, err error) {
	id, mine := strings.CutPrefix(was.ID, prefix)
	if !mine {
		return was, false, nil
	}
	now, good := find(id)
	if !good {
		return access.Principal{}, true, access.ErrUnauthenticated
	}
	return now, true, nil
}
