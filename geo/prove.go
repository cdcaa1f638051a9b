package geo

import "math"

// provable is how many vertices a polygon may have to be proved: the work grows
// with their square.
const provable = 40

// prove finds the zooms at which the polygon may be drawn without another look.
// Rounding moves no point by more than √½ of a unit, so edges that lie more than
// √2 units apart stay apart, and so does each vertex from the edges that do not
// end in it: no ring comes to touch itself or another, none folds or turns over.
// The threshold is 1.5 units.
func (l *Levels) prove(g *Flat) {
	var p proof
	p.take(g, nil, 0)
	gap2 := p.gap2()
	for z := range uint8(never) {
		if gap2 > threshold2(z) {
			l.Sharp = z
			break
		}
	}
	shown := len(g.XY) / 2
	for z := int(latticeZoom); z >= 0; z-- {
		if p.take(g, l.From, uint8(z)) != shown {
			shown = p.count()
			gap2 = p.gap2()
		}
		if gap2 > threshold2(uint8(z)) {
			l.Clean |= 1 << z
		}
	}
}

// threshold2 is the square of 1.5 units of a zoom, in world units.
func threshold2(z uint8) float64 {
	unit := float64(uint64(1) << (latticeZoom - z))
	return 2.25 * unit * unit
}

// proof is a polygon at one zoom.
type proof struct {
	ends [provable / 3]int // behind each ring
	used int
	pts  [provable]worldPoint
}

func (p *proof) count() int { return p.ends[p.used-1] }

// take takes over the vertices that show at a zoom, and returns their number;
// without zooms all do.
func (p *proof) take(g *Flat, from []uint8, z uint8) int {
	n := 0
	p.used = 0
	for i := range len(g.XY) / 2 {
		for p.used < len(g.Ends)-1 && int(g.Ends[p.used]) == i {
			p.ends[p.used] = n
			p.used++
		}
		if from == nil || from[i] <= z {
			p.pts[n] = worldPoint{float64(g.XY[2*i] - g.Min[0]), float64(g.XY[2*i+1] - g.Min[1])}
			n++
		}
	}
	p.ends[p.used] = n
	p.used++
	return n
}

func (p *proof) ring(i int) []worldPoint {
	if i == 0 {
		return p.pts[:p.ends[0]]
	}
	return p.pts[p.ends[i-1]:p.ends[i]]
}

// gap2 is the square of the smallest distance of a vertex from an edge that does
// not end in it, 0 if the polygon is not valid.
func (p *proof) gap2() float64 {
	least := math.Inf(1)
	for i := range p.used {
		if len(p.ring(i)) < 3 || !p.inPlace(i) {
			return 0
		}
		for j := range i + 1 {
			least = math.Min(least, ringGap2(p.ring(i), p.ring(j), i == j))
		}
	}
	return least
}

// inPlace says whether a ring winds as it should, and lies in the exterior and in
// no hole before it.
func (p *proof) inPlace(i int) bool {
	ring := p.ring(i)
	if i == 0 {
		return turned(ring) > 0
	}
	if turned(ring) >= 0 || !ringHolds(p.ring(0), ring[0]) {
		return false
	}
	for j := 1; j < i; j++ {
		if ringHolds(p.ring(j), ring[0]) || ringHolds(ring, p.ring(j)[0]) {
			return false
		}
	}
	return true
}

// ringGap2 is the square of the smallest distance of a vertex of one ring from an
// edge of the other, which may be itself; 0 if they cross.
func ringGap2(r, q []worldPoint, same bool) float64 {
	least := math.Inf(1)
	for i, a := range r {
		in := (i + 1) % len(r)
		for j, c := range q {
			jn := (j + 1) % len(q)
			if !same || in != j && jn != i && i != j {
				if crosses(a, r[in], c, q[jn]) {
					return 0
				}
			}
			if !same || i != j && i != jn {
				least = math.Min(least, distance2(a, c, q[jn]))
			}
			if !same {
				least = math.Min(least, distance2(c, a, r[in]))
			}
		}
	}
	return least
}

// crosses says whether a–b and c–d cross, each between the ends of the other.
func crosses(a, b, c, d worldPoint) bool {
	return bend(a, b, c)*bend(a, b, d) < 0 && bend(c, d, a)*bend(c, d, b) < 0
}

// bend is positive, zero or negative as c lies to one side of a–b, on it, or to
// the other.
func bend(a, b, c worldPoint) float64 {
	return float64((b.x-a.x)*(c.y-a.y)) - float64((b.y-a.y)*(c.x-a.x))
}

// turned is twice the signed area of a ring, as surveyor measures it.
func turned(ring []worldPoint) (sum float64) {
	for i := 2; i < len(ring); i++ {
		sum += bend(ring[0], ring[i-1], ring[i])
	}
	return sum
}

// ringHolds says whether the ring holds p, which does not lie on it.
func ringHolds(ring []worldPoint, p worldPoint) bool {
	odd := false
	a := ring[len(ring)-1]
	for _, b := range ring {
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(b.x-a.x)*(p.y-a.y)/(b.y-a.y) {
			odd = !odd
		}
		a = b
	}
	return odd
}
