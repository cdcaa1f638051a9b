package account

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"suhe/assets"
	"suhe/internal/access"
)

// The bounds of what acts for an account: of keys and of links.
const (
	MaxLife       = 366 * 24 * time.Hour
	maxDeputyName = 100 // bytes
)

// CheckDeputy says what is wrong with the name and the end of what is to act for an
// account from now on; the error wraps assets.ErrInvalid. See CheckNarrowing as well.
func CheckDeputy(name string, now, expires time.Time) error {
	if name == "" || len(name) > maxDeputyName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return fmt.Errorf("%w: name: %.120q, want 1 to %d bytes of text", assets.ErrInvalid, name, maxDeputyName)
	}
	if !expires.After(now) || expires.After(now.Add(MaxLife)) {
		return fmt.Errorf("%w: expires: %s, want a time of the next %d days", assets.ErrInvalid, expires.Format(time.RFC3339), MaxLife/(24*time.Hour))
	}
	return nil
}

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
