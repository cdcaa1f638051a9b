package assets

import (
	"context"
	"errors"
	"iter"
)

// Edit is one change to the registry: Asset as it shall be, or the removal of ID.
// The store sets FID and Revision.N and .At; Revision.By and .Why are the caller's.
type Edit struct {
	Asset   *Asset
	Remove  ID
	By, Why string // of a removal; an asset's Revision has its own
	WasRev  int64  // AnyRev, 0 for "must not exist", or the revision that is replaced
}

// AnyRev as Edit.WasRev takes whatever revision there is.
const AnyRev int64 = -1

// Verdict is what became of one edit.
type Verdict string

// The verdicts. An edit that says what is already stored is Same and makes no revision.
const (
	Created Verdict = "created"
	Changed Verdict = "changed"
	Same    Verdict = "same"
	Removed Verdict = "removed"
)

// The kinds of failure that callers tell apart.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("conflict")
	ErrInvalid  = errors.New("invalid")
	ErrBusy     = errors.New("busy") // nothing is wrong with what was asked: try again later
)

// Store keeps the registry.
type Store interface {
	// Load reads the event position, then yields every asset in order of FID on
	// the caller's goroutine; yield's error stops it. What commits meanwhile is
	// seen here or comes as an event after the position, or both.
	Load(ctx context.Context, yield func(*Asset) error) (events uint64, err error)
	// Get returns one asset, or ErrNotFound.
	Get(ctx context.Context, id ID) (*Asset, error)
	// Commit takes the edits one by one in one transaction, with their outbox
	// rows: all or, on any error (also one that edits yields), none.
	// took runs once per edit that was taken, with the asset as stored (for a
	// removal: as it was). ErrConflict if WasRev does not fit.
	Commit(ctx context.Context, edits iter.Seq2[Edit, error], took func(*Asset, Verdict)) error
}
