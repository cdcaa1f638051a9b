package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// The tiers of what is found, the best first.
const (
	tierIs     = iota // a title is what is asked for
	tierBegins        // a title begins with it
	tierHas           // its texts have all words
	tierOf            // its class or area has some of them
)

// rank is where a hit stands in the order: the least is the first. Two things have none
// in common.
type rank struct {
	tier     uint8
	distance uint32 // decimetres; 0 if nothing is to be near
	severity uint8  // 1 to 4 as twin.Severity, none as 5
	fid      assets.FID
}

func compareRanks(a, b rank) int {
	switch {
	case a.tier != b.tier:
		return cmp.Compare(a.tier, b.tier)
	case a.distance != b.distance:
		return cmp.Compare(a.distance, b.distance)
	case a.severity != b.severity:
		return cmp.Compare(a.severity, b.severity)
	}
	return cmp.Compare(a.fid, b.fid)
}

// String is the rank as a page's end; parseRank reads it.
func (r rank) String() string {
	return fmt.Sprintf("%d-%d-%d-%d", r.tier, r.distance, r.severity, r.fid)
}

func parseRank(text string) (r rank, err error) {
	_, err = fmt.Sscanf(text, "%d-%d-%d-%d", &r.tier, &r.distance, &r.severity, &r.fid)
	if err != nil || r.String() != text {
		return r, fmt.Errorf("%w: after: %.64q, want the next of the page before", assets.ErrInvalid, text)
	}
	return r, nil
}

// top keeps the first of many ranks.
type top struct {
	most  int
	ranks []rank // in order
}

// wants says whether r would be among the first.
func (t *top) wants(r *rank) bool {
	return len(t.ranks) < t.most || compareRanks(*r, t.ranks[len(t.ranks)-1]) < 0
}

// add takes a rank that is wanted.
func (t *top) add(r rank) {
	at, _ := slices.BinarySearchFunc(t.ranks, r, compareRanks)
	if len(t.ranks) == t.most {
		t.ranks = t.ranks[:t.most-1]
	}
	t.ranks = slices.Insert(t.ranks, at, r)
}

// nearness measures from a point to boxes, on the plane around the point: good to a
// hundredth within some ten kilometres.
type nearness struct {
	x, y  uint32  // of the point, fixed
	east  float64 // decimetres of a step east
	north float64 // and north
}

func newNearness(p orb.Point) *nearness {
	const step = 0.001 // degrees
	return &nearness{
		x: fixed(p[0]), y: fixed(p[1]),
		east:  float64(geo.Distance(p, orb.Point{p[0] + step, p[1]})) * 10 / (step * 1e7),
		north: float64(geo.Distance(p, orb.Point{p[0], p[1] + step})) * 10 / (step * 1e7),
	}
}

// to is how far a box is, in decimetres.
func (n *nearness) to(box *box) uint32 {
	dx, dy := gap(n.x, box[0], box[2])*n.east, gap(n.y, box[1], box[3])*n.north
	return uint32(min(math.Sqrt(dx*dx+dy*dy), math.MaxUint32))
}

// gap is how far v is from the stretch.
func gap(v, from, to uint32) float64 {
	switch {
	case v < from:
		return float64(from - v)
	case v > to:
		return float64(v - to)
	}
	return 0
}
