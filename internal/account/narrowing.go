package account

import (
	"fmt"
	"slices"

	"suhe/assets"
	"suhe/internal/access"
)

// The bounds of a grant that narrows another.
const (
	maxListed  = 100 // areas, classes or fields
	maxListing = 64  // bytes of one
)

// CheckNarrowing says what is wrong with a grant that is to narrow another; the
// error wraps assets.ErrInvalid.
func CheckNarrowing(g access.Grant) error {
	for _, a := range g.Actions {
		if !access.Open().May(a) {
			return fmt.Errorf("%w: grant.actions: %.40q is no action", assets.ErrInvalid, a)
		}
	}
	for _, k := range g.Kinds {
		if !slices.Contains(assets.Kinds(), k) {
			return fmt.Errorf("%w: grant.kinds: %.40q is no kind", assets.ErrInvalid, k)
		}
	}
	if g.Sensitivity < assets.Public || g.Sensitivity > assets.Personal {
		return fmt.Errorf("%w: grant.sensitivity: %d, want %d to %d", assets.ErrInvalid, g.Sensitivity, assets.Public, assets.Personal)
	}
	for _, list := range []struct {
		name    string
		entries []string
	}{{"areas", g.Areas}, {"classes", g.Classes}, {"hidden", g.Hidden}} {
		if len(list.entries) > maxListed {
			return fmt.Errorf("%w: grant.%s: %d, want at most %d", assets.ErrInvalid, list.name, len(list.entries), maxListed)
		}
		for _, e := range list.entries {
			if e == "" || len(e) > maxListing {
				return fmt.Errorf("%w: grant.%s: %.80q, want 1 to %d bytes", assets.ErrInvalid, list.name, e, maxListing)
			}
		}
	}
	return nil
}
