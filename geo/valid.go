package geo

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// MaxVertices bounds one geometry.
const MaxVertices = 100_000

// Check says what is wrong with g as a stored geometry, or nil: it must not be
// empty, every ordinate finite and in range (lon ±180, lat ±90), lines of two
// points or more, rings closed with four points or more and not crossing
// themselves or each other, at most MaxVertices. Rings may touch at points
// (PostGIS's ST_IsValid is stricter there, and about where holes lie).
// A latitude beyond 90 with a longitude within it hints at swapped axes.
func Check(g orb.Geometry) error {
	if g == nil {
		return errors.New("geometry: none")
	}
	if p, ok := g.(orb.Point); ok { // the commonest needs no list of parts
		if err := checkPoint(p); err != nil {
			return fmt.Errorf("geometry: %w", err)
		}
		return nil
	}
	var room [1]part
	all := parts(room[:0], g)
	vertices := 0
	for _, p := range all {
		for _, line := range p.lines {
			vertices += len(line)
		}
	}
	switch {
	case vertices == 0:
		return fmt.Errorf("geometry: %s is empty", g.GeoJSONType())
	case vertices > MaxVertices:
		return fmt.Errorf("geometry: %d vertices, want at most %d", vertices, MaxVertices)
	}
	for _, p := range all {
		if err := p.check(g); err != nil {
			return fmt.Errorf("geometry: %w", err)
		}
	}
	return nil
}

// check tells what is wrong with one part of g.
func (p part) check(g orb.Geometry) error {
	for i, line := range p.lines {
		if len(line) == 0 {
			return fmt.Errorf("part %d of %s is empty", i, g.GeoJSONType())
		}
		for _, point := range line {
			if err := checkPoint(point); err != nil {
				return err
			}
		}
	}
	switch {
	case p.area != nil:
		return checkRings(p.area)
	case g.Dimensions() == 1 && len(p.lines[0]) < 2:
		return errors.New("a line has one point, want two or more")
	}
	return nil
}

func checkPoint(p orb.Point) error {
	switch {
	case !finite(p):
		return fmt.Errorf("coordinate %v, want finite numbers", p)
	case math.Abs(p[1]) > 90 && math.Abs(p[1]) <= 180 && math.Abs(p[0]) <= 90:
		return fmt.Errorf("latitude %g out of [-90,90]: are longitude and latitude swapped?", p[1])
	case math.Abs(p[0]) > 180:
		return fmt.Errorf("longitude %g out of [-180,180]", p[0])
	case math.Abs(p[1]) > 90:
		return fmt.Errorf("latitude %g out of [-90,90]", p[1])
	}
	return nil
}

func checkRings(p orb.Polygon) error {
	for i, ring := range p {
		if len(ring) < 4 {
			return fmt.Errorf("ring %d has %d points, want four or more", i, len(ring))
		}
		if ring[0] != ring[len(ring)-1] {
			return fmt.Errorf("ring %d is not closed: it starts at %v and ends at %v", i, ring[0], ring[len(ring)-1])
		}
	}
	return checkCrossing(p)
}
