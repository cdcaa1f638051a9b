package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// Eye is a lens with what stands around it, ready to be asked what it sees. It is
// immutable.
type Eye struct {
	lens   Lens
	x, y   float64 // metres per degree
	still  frame
	swept  frame
	blocks []prism
}

// NewEye prepares a lens and what stands around it. A block that the lens itself is
// within does not count: the lens hangs on its wall, and stands on the map some metres
// inside.
func NewEye(l Lens, around []Block) *Eye {
	e := &Eye{lens: l, still: l.still()}
	e.x, e.y = scaleAt(l.At[1])
	if l.Turn.Can {
		e.swept = l.swept()
	}
	ground := func(p orb.Point) vec { return e.place(p, l.Height) }
	for i := range around {
		e.blocks = prisms(e.blocks, &around[i], l.Height, ground)
	}
	e.blocks = slices.DeleteFunc(e.blocks, func(p prism) bool { return p.low[2] <= 0 && p.high[2] > 0 && p.holds(0, 0) })
	return e
}

// Lens is the lens.
func (e *Eye) Lens() Lens { return e.lens }

// place is where p, at a height above the ground, is from the lens.
func (e *Eye) place(p orb.Point, z Metres) vec {
	return vec{(p[0] - e.lens.At[0]) * e.x, (p[1] - e.lens.At[1]) * e.y, float64(z - e.lens.Height)}
}

// InPicture says whether the point, at a height above the ground, is in the picture
// of the lens as it stands, if nothing were in the way.
func (e *Eye) InPicture(p orb.Point, z Metres) bool { return e.still.holds(e.place(p, z)) }

// InReach says whether the lens can be turned so that it is.
func (e *Eye) InReach(p orb.Point, z Metres) bool {
	return e.lens.Turn.Can && e.swept.holds(e.place(p, z))
}

// Clear says whether nothing stands between the lens and the point.
func (e *Eye) Clear(p orb.Point, z Metres) bool { return e.clear(e.place(p, z)) }

func (e *Eye) clear(v vec) bool {
	for i := range e.blocks {
		if e.blocks[i].blocks(v) {
			return false
		}
	}
	return true
}

// Sees says whether the lens sees the point: as it stands or, if turning is asked for,
// when it is turned.
func (e *Eye) Sees(p orb.Point, z Metres, turning bool) bool {
	return e.sees(e.place(p, z), turning)
}

func (e *Eye) sees(v vec, turning bool) bool {
	in := e.still.holds(v) || turning && e.lens.Turn.Can && e.swept.holds(v)
	return in && e.clear(v)
}

// Glance is how the lens sees the point, if it does.
func (e *Eye) Glance(p orb.Point, z Metres) Glance { return e.lens.glance(e.place(p, z)) }

// Aim is where to turn the lens so that it looks at the point, as far as it can be turned.
func (e *Eye) Aim(p orb.Point, z Metres) Aim { return e.lens.aim(e.place(p, z)) }

// Span is a part of a segment, in shares of its length.
type Span struct{ From, To float64 }

// Along appends which parts of the segment from a to b, at one height above the
// ground, the lens sees, in order. They are exact, not sampled: where sight may begin
// or end is reckoned, and asked between.
func (e *Eye) Along(dst []Span, a, b orb.Point, z Metres, turning bool) []Span {
	start, end := e.place(a, z), e.place(b, z)
	step := end.plus(start, -1)
	cuts := e.still.edges([]float64{0, 1}, start, step)
	if turning && e.lens.Turn.Can {
		cuts = e.swept.edges(cuts, start, step)
	}
	for i := range e.blocks {
		if p := &e.blocks[i]; p.near(start, end) {
			cuts = p.edges(cuts, start, step)
		}
	}
	cuts = slices.DeleteFunc(cuts, func(t float64) bool { return !(t >= 0 && t <= 1) })
	slices.Sort(cuts)
	first := len(dst)
	for i := 1; i < len(cuts); i++ {
		from, to := cuts[i-1], cuts[i]
		if to-from < shortest || !e.sees(start.plus(step, (from+to)/2), turning) {
			continue
		}
		if n := len(dst); n > first && from-dst[n-1].To < shortest {
			dst[n-1].To = to
		} else {
			dst = append(dst, Span{from, to})
		}
	}
	return dst
}

// near says whether the prism may stand between the lens and a segment.
func (p *prism) near(a, b vec) bool {
	return max(0, a[0], b[0]) >= p.low[0] && min(0, a[0], b[0]) <= p.high[0] &&
		max(0, a[1], b[1]) >= p.low[1] && min(0, a[1], b[1]) <= p.high[1]
}
