package geo

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// cut is where an edge meets others, as a share of its length. Along a stretch
// that it has in common with an edge of a ring or a line, 1 opens and -1 closes.
type cut struct {
	at         float64
	ring, line int
}

// shortest is the share of an edge below which a stretch between two cuts is
// taken for one point, reckoned twice.
const shortest = 1e-12

func sortCuts(cuts []cut) {
	slices.SortFunc(cuts, func(a, b cut) int { return cmp.Compare(a.at, b.at) })
}

// cuts appends where e meets the edges of the pieces.
func (f *figure) cuts(dst []cut, e [2]orb.Point, pieces []piece, lines bool) []cut {
	box := e[0].Bound().Extend(e[1])
	for i := range pieces {
		p := &pieces[i]
		if p.polygon == nil && !lines || !p.bound.Intersects(box) {
			continue
		}
		for _, b := range f.bundles[p.from:p.to] {
			if !b.bound.Intersects(box) {
				continue
			}
			for _, t := range f.edges[b.from:b.to] {
				if boxesTouch(e, t) {
					dst = appendCuts(dst, e, t, p.polygon != nil)
				}
			}
		}
	}
	return dst
}

func appendCuts(dst []cut, e, t [2]orb.Point, ring bool) []cut {
	d0, d1 := side(t, e[0]), side(t, e[1])
	switch {
	case d0*d1 > 0 || side(e, t[0])*side(e, t[1]) > 0:
		return dst
	case d0 == 0 && d1 == 0:
		return appendCommon(dst, e, t, ring)
	case d0 == 0 || d1 == 0: // at an end, where there is a cut anyway
		return dst
	}
	return append(dst, cut{at: clamp(crossingShare(e, t))})
}

// appendCommon appends the stretch of e that t, on the same line, covers.
func appendCommon(dst []cut, e, t [2]orb.Point, ring bool) []cut {
	from, to := clamp(share(e, t[0])), clamp(share(e, t[1]))
	open, end := cut{at: min(from, to)}, cut{at: max(from, to)}
	if ring {
		open.ring, end.ring = 1, -1
	} else {
		open.line, end.line = 1, -1
	}
	if open.at == end.at {
		return dst
	}
	return append(dst, open, end)
}

// share is where a point on the line of e lies, 0 at its start and 1 at its end.
func share(e [2]orb.Point, p orb.Point) float64 {
	dx, dy := e[1][0]-e[0][0], e[1][1]-e[0][1]
	if max(dx, -dx) > max(dy, -dy) {
		return (p[0] - e[0][0]) / dx
	}
	return (p[1] - e[0][1]) / dy
}

func clamp(share float64) float64 { return max(0, min(1, share)) }

// crossingShare is where s crosses t, as a share of s.
func crossingShare(s, t [2]orb.Point) float64 {
	dx, dy := s[1][0]-s[0][0], s[1][1]-s[0][1]
	ex, ey := t[1][0]-t[0][0], t[1][1]-t[0][1]
	return ((t[0][0]-s[0][0])*ey - (t[0][1]-s[0][1])*ex) / (dx*ey - dy*ex)
}
