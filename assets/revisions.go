package assets

import "context"

// Past is an asset as it was in one revision, which its Revision tells of. A removal
// is a revision too: of the asset as it was when it was removed.
type Past struct {
	Asset   *Asset
	Removed bool
}

// Archive keeps what assets were. Every edit of a stored asset keeps what was there
// before, also an edit by hand; numbers of revisions go on over a removal, so that
// none names two states.
type Archive interface {
	// Revisions returns revisions of the asset with smaller numbers than before (0: all)
	// in descending order, at most limit: what the store holds, and what it held. There
	// are none of an asset that never was, and none that were taken away since. What was
	// no asset, by an edit by hand, is what could be read of it, and has no geometry.
	Revisions(ctx context.Context, id ID, before int64, limit int) ([]Past, error)
}
