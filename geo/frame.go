package geo

import "math"

// frame is what a lens has in its picture: a part of the space around it, bounded by
// planes through the lens and by cones that stand on it. Which of both, the methods
// hide: they say what is in it, and where a line may enter or leave it.
type frame struct {
	reach float64 // metres

	planes []vec // inner normals, of a picture that maps planes; nil: it maps angles

	middle, half float64 // azimuth, and half the width: radians; half is π or more: all round
	least, most  float64 // tilt downward, radians
}

// still is the frame of the lens as it stands.
func (l *Lens) still() frame {
	if l.Unaimed && l.Horizontal < 360 {
		return frame{} // reaches nowhere
	}
	f := frame{reach: float64(l.Range), middle: radians(float64(l.Azimuth)), half: radians(float64(l.Horizontal) / 2)}
	f.least, f.most = radians(float64(l.Tilt-l.Vertical/2)), radians(float64(l.Tilt+l.Vertical/2))
	if l.wide() {
		return f
	}
	sa, ca := math.Sincos(f.middle)
	st, ct := math.Sincos(radians(float64(l.Tilt)))
	ahead, right, up := vec{ct * sa, ct * ca, -st}, vec{ca, -sa, 0}, vec{st * sa, st * ca, ct}
	h, v := math.Tan(f.half), math.Tan(radians(float64(l.Vertical)/2))
	var none vec
	for _, side := range [...]vec{right, none.plus(right, -1)} {
		f.planes = append(f.planes, side.plus(ahead, h))
	}
	for _, side := range [...]vec{up, none.plus(up, -1)} {
		f.planes = append(f.planes, side.plus(ahead, v))
	}
	return f
}

// swept is what the lens can have in its picture when it is turned.
func (l *Lens) swept() frame {
	width := compass(float64(l.Turn.To - l.Turn.From))
	if width == 0 {
		width = 360
	}
	return frame{
		reach:  float64(l.Range),
		middle: radians(float64(l.Turn.From + width/2)), half: radians(float64(width+l.Horizontal) / 2),
		least: radians(float64(l.Turn.Up - l.Vertical/2)), most: radians(float64(l.Turn.Down + l.Vertical/2)),
	}
}

// holds says whether v is in the frame.
func (f *frame) holds(v vec) bool {
	if !(v.dot(v) <= f.reach*f.reach) {
		return false
	}
	if f.planes != nil {
		for _, n := range f.planes {
			if n.dot(v) < 0 {
				return false
			}
		}
		return true
	}
	if tilt := math.Atan2(-v[2], math.Hypot(v[0], v[1])); tilt < f.least || tilt > f.most {
		return false
	}
	return math.Abs(math.Remainder(math.Atan2(v[0], v[1])-f.middle, 2*math.Pi)) <= f.half
}

// edges appends where the line from a on, in steps of d, at one height, may enter or
// leave the frame, as shares of d.
func (f *frame) edges(dst []float64, a, d vec) []float64 {
	dst = circle(dst, a, d, f.reach*f.reach-a[2]*a[2])
	for _, n := range f.planes {
		dst = append(dst, -n.dot(a)/n.dot(d))
	}
	if f.planes != nil {
		return dst
	}
	for _, tilt := range [...]float64{f.least, f.most} {
		dst = circle(dst, a, d, sq(a[2]/math.Tan(tilt)))
	}
	for _, side := range [...]float64{f.middle - f.half, f.middle + f.half} {
		sin, cos := math.Sincos(side)
		n := vec{cos, -sin, 0}
		dst = append(dst, -n.dot(a)/n.dot(d))
	}
	return dst
}

// circle appends where the line is as far from the lens, over the ground, as the
// square says.
func circle(dst []float64, a, d vec, square float64) []float64 {
	p, q, r := d[0]*d[0]+d[1]*d[1], a[0]*d[0]+a[1]*d[1], a[0]*a[0]+a[1]*a[1]-square
	root := math.Sqrt(q*q - p*r) // NaN: never
	return append(dst, (-q-root)/p, (-q+root)/p)
}
