package sprite

import "math"

// A shape is how far a point is from an outline: negative inside. Lengths are
// units of the icon.
type shape func(x, y float64) float64

// stroke is a line with round ends.
func stroke(points []float64, width float64) shape {
	return func(x, y float64) float64 {
		d := math.Inf(1)
		for i := 0; i+3 < len(points); i += 2 {
			d = min(d, toSegment(x, y, points[i:i+4]))
		}
		return d - width/2
	}
}

// polygon is a filled ring, which may be left open; inside is told by crossings.
func polygon(points []float64) shape {
	ring := append(append([]float64(nil), points...), points[0], points[1])
	return func(x, y float64) float64 {
		d, inside := math.Inf(1), false
		for i := 0; i+3 < len(ring); i += 2 {
			d = min(d, toSegment(x, y, ring[i:i+4]))
			x1, y1, x2, y2 := ring[i], ring[i+1], ring[i+2], ring[i+3]
			if (y1 > y) != (y2 > y) && x < x1+(y-y1)/(y2-y1)*(x2-x1) {
				inside = !inside
			}
		}
		if inside {
			return -d
		}
		return d
	}
}

func disc(cx, cy, r float64) shape {
	return func(x, y float64) float64 { return math.Hypot(x-cx, y-cy) - r }
}

func ring(cx, cy, r, width float64) shape {
	return func(x, y float64) float64 { return math.Abs(math.Hypot(x-cx, y-cy)-r) - width/2 }
}

// grown is a shape with an outline r further out, which rounds its corners.
func grown(s shape, r float64) shape {
	return func(x, y float64) float64 { return s(x, y) - r }
}

// toSegment is the distance of a point from the line x1 y1 x2 y2.
func toSegment(x, y float64, s []float64) float64 {
	dx, dy := s[2]-s[0], s[3]-s[1]
	t := 0.0
	if n := dx*dx + dy*dy; n > 0 {
		t = min(1, max(0, ((x-s[0])*dx+(y-s[1])*dy)/n))
	}
	return math.Hypot(x-s[0]-t*dx, y-s[1]-t*dy)
}

// badges are what figures stand on. The ring of the map around a device shows its
// state, so badges leave the edge of the icon free.
func badge(name string) (shape, bool) {
	switch name {
	case "disc":
		return disc(12, 12, 10), true
	case "dot":
		return disc(12, 12, 8.4), true
	case "tile":
		return grown(polygon([]float64{6, 6, 18, 6, 18, 18, 6, 18}), 3.6), true
	case "alert":
		return grown(polygon([]float64{12, 4.6, 20, 18.4, 4, 18.4}), 2.4), true
	}
	return nil, false
}
