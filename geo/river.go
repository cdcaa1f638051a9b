package geo

import (
	"errors"
	"math"
	"sort"

	"github.com/paulmach/orb"
)

// Bank is a side of the river, looking downstream.
type Bank string

// Left (左岸) is north of Suzhou Creek, which flows east; Right (右岸) south.
const (
	Left  Bank = "left"
	Right Bank = "right"
)

// Place is a position along the river.
type Place struct {
	Chainage Metres // 里程: along the reference line from its upstream end
	Bank     Bank
	Offset   Metres // from the reference line, never negative
}

// River is a reference line to measure along. It is immutable.
type River struct {
	line     orb.LineString
	chainage []Metres // of each vertex
	stretch  []stretch
	runs     []run
}

// run is the box around some stretches that follow each other: what lies far
// from it lies far from all of them.
type run struct {
	first, last int // stretches, last excluded
	box         orb.Bound
	x, y        float64 // least metres per degree among them
}

// runLength is how many stretches a run has; about the root of a usual river's count.
const runLength = 12

// stretch is one segment of the line with the scale of the ground there.
type stretch struct {
	from, to orb.Point
	x, y     float64 // metres per degree
	length   float64 // metres, in that scale
}

// NewRiver takes the reference line in flow direction, degrees WGS84. Repeated
// points are left out.
func NewRiver(line orb.LineString) (*River, error) {
	r := new(River)
	for _, p := range line {
		if !finite(p) {
			return nil, errors.New("river: a point is not finite")
		}
		if n := len(r.line); n > 0 && r.line[n-1] == p {
			continue
		}
		r.extend(p)
	}
	if len(r.line) < 2 {
		return nil, errors.New("river: the reference line has fewer than two points")
	}
	for first := 0; first < len(r.stretch); first += runLength {
		r.runs = append(r.runs, newRun(r.stretch, first, min(first+runLength, len(r.stretch))))
	}
	return r, nil
}

func newRun(all []stretch, first, last int) run {
	out := run{first, last, orb.Bound{Min: all[first].from, Max: all[first].from}, math.Inf(1), math.Inf(1)}
	for _, s := range all[first:last] {
		out.box = out.box.Extend(s.from).Extend(s.to)
		out.x, out.y = math.Min(out.x, s.x), math.Min(out.y, s.y)
	}
	return out
}

// atLeast2 is the square of a distance in metres that no foot on the run is
// nearer than.
func (r *run) atLeast2(p orb.Point) float64 {
	dx := max(0, r.box.Min[0]-p[0], p[0]-r.box.Max[0]) * r.x
	dy := max(0, r.box.Min[1]-p[1], p[1]-r.box.Max[1]) * r.y
	return dx*dx + dy*dy
}

func (r *River) extend(p orb.Point) {
	n := len(r.line)
	r.line = append(r.line, p)
	if n == 0 {
		r.chainage = append(r.chainage, 0)
		return
	}
	from := r.line[n-1]
	s := stretch{from: from, to: p}
	s.x, s.y = scaleAt((from[1] + p[1]) / 2)
	s.length = math.Hypot((p[0]-from[0])*s.x, (p[1]-from[1])*s.y)
	r.stretch = append(r.stretch, s)
	r.chainage = append(r.chainage, r.chainage[n-1]+Distance(from, p))
}

// Length is the length of the reference line.
func (r *River) Length() Metres { return r.chainage[len(r.chainage)-1] }

// Line is a copy of the reference line.
func (r *River) Line() orb.LineString { return r.line.Clone() }

// Locate finds the place of p: the foot on the nearest stretch of the line, one
// of several if they are as near. Beyond the ends the foot is the end itself. Offsets within
// some kilometres are true to 0.1 %.
func (r *River) Locate(p orb.Point) Place {
	// The likeliest run first: it rules out most others.
	first, least := 0, math.Inf(1)
	for k := range r.runs {
		if d := r.runs[k].atLeast2(p); d < least {
			first, least = k, d
		}
	}
	best, nearest2, along := 0, math.Inf(1), 0.0
	for n := range r.runs {
		k := (first + n) % len(r.runs)
		if r.runs[k].atLeast2(p) > nearest2 {
			continue
		}
		for i := r.runs[k].first; i < r.runs[k].last; i++ {
			if t, d2 := r.stretch[i].foot(p); d2 < nearest2 {
				best, nearest2, along = i, d2, t
			}
		}
	}
	step := r.chainage[best+1] - r.chainage[best]
	place := Place{r.chainage[best] + step*Metres(along), Left, Metres(math.Sqrt(nearest2))}
	if r.stretch[best].side(p) < 0 {
		place.Bank = Right
	}
	return place
}

// Bound is a box in degrees that holds all points whose chainage is in [from, to]
// and whose offset is at most off.
func (r *River) Bound(from, to, off Metres) orb.Bound {
	out := r.At(Place{Chainage: from}).Bound().Extend(r.At(Place{Chainage: to}))
	for i, c := range r.chainage {
		if c > from && c < to {
			out = out.Extend(r.line[i])
		}
	}
	x, y := scaleAt(math.Max(math.Abs(out.Min[1]), math.Abs(out.Max[1])))
	out.Min[0], out.Max[0] = out.Min[0]-float64(off)/x, out.Max[0]+float64(off)/x
	out.Min[1], out.Max[1] = out.Min[1]-float64(off)/y, out.Max[1]+float64(off)/y
	return out
}

// foot returns the share of the stretch where p's foot is, and the square of p's
// distance from it in metres.
func (s *stretch) foot(p orb.Point) (share, distance2 float64) {
	dx, dy := (s.to[0]-s.from[0])*s.x, (s.to[1]-s.from[1])*s.y
	px, py := (p[0]-s.from[0])*s.x, (p[1]-s.from[1])*s.y
	share = max(0, min(1, (px*dx+py*dy)/(s.length*s.length)))
	x, y := px-share*dx, py-share*dy
	return share, x*x + y*y
}

// side is positive if p lies to the left of the stretch.
func (s *stretch) side(p orb.Point) float64 {
	return (s.to[0]-s.from[0])*s.x*(p[1]-s.from[1])*s.y - (s.to[1]-s.from[1])*s.y*(p[0]-s.from[0])*s.x
}

// At is the inverse of Locate: the point at the chainage (taken to the nearer
// end if outside the line), moved square to the line to the bank by the offset.
// Near a bend's inside the foot of that point may lie elsewhere.
func (r *River) At(p Place) orb.Point {
	i := sort.Search(len(r.stretch)-1, func(i int) bool { return r.chainage[i+1] >= p.Chainage })
	s := &r.stretch[i]
	share := float64((p.Chainage - r.chainage[i]) / (r.chainage[i+1] - r.chainage[i]))
	share = math.Max(0, math.Min(1, share))
	offset := float64(p.Offset)
	if p.Bank == Right {
		offset = -offset
	}
	dx, dy := (s.to[0]-s.from[0])*s.x/s.length, (s.to[1]-s.from[1])*s.y/s.length
	on := between(s.from, s.to, share)
	return orb.Point{on[0] - dy*offset/s.x, on[1] + dx*offset/s.y}
}

// Azimuth is the direction of flow at the chainage.
func (r *River) Azimuth(chainage Metres) Degrees {
	i := sort.Search(len(r.stretch)-1, func(i int) bool { return r.chainage[i+1] >= chainage })
	s := &r.stretch[i]
	azimuth := math.Atan2((s.to[0]-s.from[0])*s.x, (s.to[1]-s.from[1])*s.y) * 180 / math.Pi
	return Degrees(math.Mod(azimuth+360, 360))
}
