package stream

import (
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/twin"
)

// told is what became of a thing between two ticks.
type told struct {
	fid         assets.FID
	was, is     *twin.Thing   // before the first change and after the last
	via         []*twin.Thing // between, if it changed more than once
	first, last uint64        // numbers of the batches

	// Of what is where it was, and what it was, that is found out once for all who
	// look: the thing itself is far away in memory.
	stands bool
	kind   kinds
	box    orb.Bound
	brief  brief
	seen   seen
}

// fix finds out whether the thing stands. It makes equal texts one.
func (t *told) fix(texts map[string]string) {
	if t.was == nil || t.is == nil || t.was.Asset != t.is.Asset || t.was.Moves() || t.is.Moves() {
		return
	}
	t.stands, t.kind, t.box = true, kindsOf(t.is.Asset.Kind), t.is.Bound()
	t.brief.fill(t.is, texts)
}

// forget lets go of what was before, once all have looked at it: what is yet to be
// told may be kept long.
func (t *told) forget() { t.was, t.via = nil, nil }

// inBrief is what columns say of the thing, nil if that is not worked out.
func (t *told) inBrief() *brief {
	if !t.stands {
		return nil
	}
	return &t.brief
}

// kinds are a set of kinds, a bit for each.
type kinds uint32

func kindsOf(all ...assets.Kind) (set kinds) {
	for i, kind := range assets.Kinds() {
		if slices.Contains(all, kind) {
			set |= 1 << i
		}
	}
	return set
}
