package stream

import (
	"time"

	"suhe/twin"
)

// Calm says which tiles a server repaints from time to time only: of them the
// clients are told when asking again surely brings what changed.
type Calm struct {
	Below uint32        // zooms; 0: none
	Every time.Duration // how old such a tile may be
}

// resting are footprints whose tiles of low zoom have yet to be told of. A change
// rests for one to two times Calm.Every. Its owner's lock guards it.
type resting struct {
	calm       Calm
	young, old map[footprint]struct{}
	turned     time.Time
}

// add lets footprints rest; one that rests already is not kept twice.
func (r *resting) add(all []footprint) {
	if r.calm.Below == 0 {
		return
	}
	if r.young == nil {
		r.young = make(map[footprint]struct{})
	}
	for _, f := range all {
		f.at = twin.Position{}
		r.young[f] = struct{}{}
	}
}

// turn returns those that have rested long enough.
func (r *resting) turn(now time.Time) map[footprint]struct{} {
	if now.Sub(r.turned) < r.calm.Every {
		return nil
	}
	rested := r.old
	r.old, r.young, r.turned = r.young, nil, now
	return rested
}

// restless are the zooms whose tiles are told of at once, restful the others.
func (c Calm) restless() zooms { return zooms{c.Below, allZooms[1]} }
func (c Calm) restful() zooms  { return zooms{0, max(c.Below, 1) - 1} }
