package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// FlatType is the MVT geometry type of a Flat.
type FlatType uint8

// The MVT geometry types.
const (
	FlatNone FlatType = iota
	FlatPoint
	FlatLine
	FlatPolygon
)

// MaxLatitude is where the square of Web Mercator ends.
const MaxLatitude = 85.051128779806589

// Flat is a geometry in world Mercator with 32-bit coordinates: the world is
// 2^32 units wide, x east and y south from the north-west corner, so that a
// tile at zoom z is a shift and a subtraction. One unit is 9 mm at the equator.
// It is immutable.
type Flat struct {
	Type  FlatType
	XY    []uint32 // x, y, x, y …; the rings and lines one behind the other; rings are not closed (the last vertex is not the first again)
	Ends  []int32  // for lines and rings: index into XY/2 behind each part; nil for points and for a single part
	Polys []int32  // for polygons: index into Ends behind each polygon's rings; nil for a single polygon
	Min   [2]uint32
	Max   [2]uint32

	Levels *Levels // of lines and polygons, prepared; nil: all vertices show at every zoom
}

// Flatten projects g (degrees WGS84; latitudes beyond ±85.0511 are clamped).
// Exterior rings come out positive in the sense of MVT 2.1, holes negative.
// A collection keeps the members of its highest dimension. Lines and rings that
// are too short to draw are left out; what is empty has FlatNone.
func Flatten(g orb.Geometry) Flat {
	var b flattener
	b.add(g)
	return b.flat()
}

// World32 projects one point.
func World32(p orb.Point) (x, y uint32) {
	sin := math.Sin(radians(math.Max(-MaxLatitude, math.Min(MaxLatitude, p[1]))))
	return unit(p[0]/360 + 0.5), unit(0.5 - math.Atanh(sin)/(2*math.Pi))
}

// unit turns a share of the world's width into its units.
func unit(share float64) uint32 {
	return uint32(math.Max(0, math.Min(math.MaxUint32, math.Floor(share*(1<<32)))))
}

// flattener collects the parts of one geometry.
type flattener struct {
	out   Flat
	rings int32 // rings so far
}

func (b *flattener) add(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		b.points(g)
	case orb.MultiPoint:
		b.points(g...)
	case orb.LineString:
		b.line(g)
	case orb.MultiLineString:
		for _, l := range g {
			b.line(l)
		}
	case orb.Ring:
		b.polygon(orb.Polygon{g})
	case orb.Polygon:
		b.polygon(g)
	case orb.MultiPolygon:
		for _, p := range g {
			b.polygon(p)
		}
	case orb.Bound:
		b.polygon(g.ToPolygon())
	case orb.Collection:
		b.collection(g)
	}
}

func (b *flattener) collection(g orb.Collection) {
	highest := -1
	for _, m := range g {
		highest = max(highest, m.Dimensions())
	}
	for _, m := range g {
		if m.Dimensions() == highest {
			b.add(m)
		}
	}
}

func (b *flattener) points(points ...orb.Point) {
	if len(points) == 0 {
		return
	}
	b.out.Type = FlatPoint
	if b.out.XY == nil {
		b.out.XY = make([]uint32, 0, 2*len(points))
	}
	for _, p := range points {
		b.vertex(p)
	}
}

func (b *flattener) line(line orb.LineString) {
	if len(line) < 2 {
		return
	}
	b.out.Type = FlatLine
	for _, p := range line {
		b.vertex(p)
	}
	b.endPart()
}

// polygon adds the rings with their winding; a polygon without a drawable
// exterior is left out with its holes.
func (b *flattener) polygon(p orb.Polygon) {
	if len(p) == 0 || len(p[0]) < 4 {
		return
	}
	b.out.Type = FlatPolygon
	for i, ring := range p {
		if len(ring) >= 4 {
			b.ring(ring, i == 0)
		}
	}
	b.out.Polys = append(b.out.Polys, b.rings)
}

func (b *flattener) ring(ring orb.Ring, exterior bool) {
	start := len(b.out.XY)
	for _, p := range ring[:len(ring)-1] {
		b.vertex(p)
	}
	xy := b.out.XY[start:]
	if (surveyor(xy) > 0) != exterior {
		reverse(xy)
	}
	b.rings++
	b.endPart()
}

func (b *flattener) endPart() {
	b.out.Ends = append(b.out.Ends, int32(len(b.out.XY)/2))
}

func (b *flattener) vertex(p orb.Point) {
	x, y := World32(p)
	if len(b.out.XY) == 0 {
		b.out.Min, b.out.Max = [2]uint32{x, y}, [2]uint32{x, y}
	}
	b.out.Min = [2]uint32{min(b.out.Min[0], x), min(b.out.Min[1], y)}
	b.out.Max = [2]uint32{max(b.out.Max[0], x), max(b.out.Max[1], y)}
	b.out.XY = append(b.out.XY, x, y)
}

// flat drops the indexes that say nothing.
func (b *flattener) flat() Flat {
	if len(b.out.Ends) == 1 {
		b.out.Ends = nil
	}
	if len(b.out.Polys) == 1 {
		b.out.Polys = nil
	}
	b.out.Levels = b.out.levels()
	return b.out
}

// surveyor is twice the signed area of a ring that is not closed, positive if it
// turns clockwise on the screen (y south): MVT 2.1, section 4.3.4.4.
func surveyor(xy []uint32) float64 {
	var sum float64
	n := len(xy) / 2
	for i := range n {
		j := (i + 1) % n
		// From the first vertex, so that no digits are lost far from the origin.
		x1, y1 := float64(xy[2*i])-float64(xy[0]), float64(xy[2*i+1])-float64(xy[1])
		x2, y2 := float64(xy[2*j])-float64(xy[0]), float64(xy[2*j+1])-float64(xy[1])
		sum += x1*y2 - x2*y1
	}
	return sum
}

// reverse turns the order of vertices round.
func reverse(xy []uint32) {
	for i, j := 0, len(xy)-2; i < j; i, j = i+2, j-2 {
		xy[i], xy[i+1], xy[j], xy[j+1] = xy[j], xy[j+1], xy[i], xy[i+1]
	}
}
