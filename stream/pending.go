package stream

import (
	"cmp"
	"slices"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// pending is what came since a tick.
type pending struct {
	batches []twin.Batch
	events  []twin.Event
	at      twin.Position // of the last batch
	shown   uint64        // its number
}

func (p *pending) add(b twin.Batch) {
	p.batches = append(p.batches, b)
	p.events = append(p.events, b.Events...)
	p.at, p.shown = b.At, b.Shown
}

func (p *pending) empty() bool { return len(p.batches) == 0 }

// gather makes one of the changes of a thing; the result is in order of fid.
func (p *pending) gather() []told {
	n := 0
	for i := range p.batches {
		n += len(p.batches[i].Changes)
	}
	out := make([]told, 0, n)
	known := make(map[assets.FID]int, n)
	for i := range p.batches {
		b := &p.batches[i]
		for _, c := range b.Changes {
			fid := fidOf(c)
			at, changed := known[fid]
			if !changed {
				known[fid] = len(out)
				out = append(out, told{fid: fid, was: c.Was, is: c.Is, first: b.Shown, last: b.Shown})
				continue
			}
			before := &out[at]
			if before.is != nil {
				before.via = append(before.via, before.is)
			}
			before.is, before.last = c.Is, b.Shown
		}
	}
	slices.SortFunc(out, func(a, b told) int { return cmp.Compare(a.fid, b.fid) })
	return out
}

func fidOf(c twin.Change) assets.FID {
	if c.Is != nil {
		return c.Is.Asset.FID
	}
	return c.Was.Asset.FID
}

// boxOf is where the thing is, in world units.
func boxOf(t *twin.Thing) geo.Box { return geo.BoxOf(t.Bound()) }
