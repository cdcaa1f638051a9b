// Package store holds what every store does alike: the verdict on an edit, what
// makes an asset fit to be kept, and the numbering of committed changes. It is
// pure; how rows are kept is up to the stores below it.
package store

import (
	"fmt"
	"time"

	"suhe/assets"
)

// Judge decides one edit against the stored asset (nil: there is none, and last is the
// number of its last revision, if it was removed) at the time now. For Created and
// Changed the result is a new asset as it is to be stored, for Same and Removed the
// stored one. A created asset still lacks its FID. Errors wrap ErrInvalid, ErrConflict
// or ErrNotFound.
func Judge(e assets.Edit, stored *assets.Asset, last int64, now time.Time) (*assets.Asset, assets.Verdict, error) {
	id, err := Subject(e)
	if err != nil {
		return nil, "", err
	}
	if err := fits(e.WasRev, stored); err != nil && (e.Asset != nil || stored != nil) {
		return nil, "", fmt.Errorf("asset %s: %w: %w", id, assets.ErrConflict, err)
	}
	if e.Asset == nil {
		if stored == nil {
			return nil, "", fmt.Errorf("asset %s: %w", id, assets.ErrNotFound)
		}
		return stored, assets.Removed, nil
	}
	return replace(e.Asset, stored, last, now)
}

// Subject returns the ID that the edit is about.
func Subject(e assets.Edit) (assets.ID, error) {
	switch {
	case e.Asset == nil && e.Remove == "":
		return "", fmt.Errorf("edit: %w: neither an asset nor a removal", assets.ErrInvalid)
	case e.Asset != nil && e.Remove != "":
		return "", fmt.Errorf("edit: %w: both asset %s and removal of %s", assets.ErrInvalid, e.Asset.ID, e.Remove)
	case e.WasRev < assets.AnyRev:
		return "", fmt.Errorf("edit: %w: wasRev %d, want -1 or more", assets.ErrInvalid, e.WasRev)
	case e.Asset != nil:
		return e.Asset.ID, nil
	}
	return e.Remove, nil
}

// fits says whether the revision that the edit replaces is the stored one.
func fits(wasRev int64, stored *assets.Asset) error {
	switch {
	case wasRev == assets.AnyRev:
		return nil
	case stored == nil && wasRev != 0:
		return fmt.Errorf("revision %d is wanted, and it does not exist", wasRev)
	case stored != nil && wasRev == 0:
		return fmt.Errorf("it is wanted new, and exists in revision %d", stored.Revision.N)
	case stored != nil && wasRev != stored.Revision.N:
		return fmt.Errorf("revision %d is wanted, and it is in revision %d", wasRev, stored.Revision.N)
	}
	return nil
}

func replace(is, stored *assets.Asset, last int64, now time.Time) (*assets.Asset, assets.Verdict, error) {
	if err := Sound(is); err != nil {
		return nil, "", err
	}
	if stored != nil && assets.Equal(is, stored) {
		return stored, assets.Same, nil
	}
	next := *is
	next.Revision.At = now
	if stored == nil {
		next.FID, next.Revision.N = 0, last+1
		return &next, assets.Created, nil
	}
	next.FID, next.Revision.N = stored.FID, stored.Revision.N+1
	return &next, assets.Changed, nil
}
