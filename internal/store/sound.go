package store

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Sound says what keeps a from being kept or, in a row edited by hand, from
// being read: no id or kind, no geometry, an ordinate or length that is not
// finite. The registry's own rules are stricter. Errors wrap ErrInvalid.
func Sound(a *assets.Asset) error {
	if err := sound(a); err != nil {
		return fmt.Errorf("asset %s: %w: %w", a.ID, assets.ErrInvalid, err)
	}
	return nil
}

func sound(a *assets.Asset) error {
	if a.ID == "" {
		return errors.New("id: none")
	}
	if _, err := assets.ParseKind(string(a.Kind)); err != nil {
		return err
	}
	if err := lengths(a); err != nil {
		return err
	}
	return finite(a.Shape.Geometry)
}

func lengths(a *assets.Asset) error {
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"base", float64(a.Shape.Base)},
		{"height", float64(a.Shape.Height)},
		{"orientation", float64(a.Shape.Orientation)},
	} {
		if !isFinite(f.value) {
			return fmt.Errorf("%s: %v is not finite", f.name, f.value)
		}
	}
	return nil
}

// finite checks that the geometry has vertices and every ordinate is a number.
func finite(s geo.Solid) error {
	if s.Plane == nil {
		return errors.New("geometry: none")
	}
	c := counter{}
	c.geometry(s.Plane)
	switch {
	case c.vertices == 0:
		return errors.New("geometry: empty")
	case c.bad:
		return errors.New("geometry: an ordinate is not finite")
	case len(s.Z) != 0 && len(s.Z) != c.vertices:
		return fmt.Errorf("geometry: %d heights for %d vertices", len(s.Z), c.vertices)
	}
	for _, z := range s.Z {
		if !isFinite(z) {
			return fmt.Errorf("geometry: height %v is not finite", z)
		}
	}
	return nil
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// counter walks over the vertices of a geometry.
type counter struct {
	vertices int
	bad      bool
}

func (c *counter) points(ps []orb.Point) {
	c.vertices += len(ps)
	for _, p := range ps {
		if !isFinite(p[0]) || !isFinite(p[1]) {
			c.bad = true
		}
	}
}

func (c *counter) geometry(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		c.points([]orb.Point{g})
	case orb.MultiPoint:
		c.points(g)
	case orb.LineString:
		c.points(g)
	case orb.Ring:
		c.points(g)
	case orb.Bound:
		c.points(g.ToRing())
	case orb.MultiLineString:
		for _, l := range g {
			c.points(l)
		}
	case orb.Polygon:
		for _, r := range g {
			c.points(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			c.geometry(p)
		}
	case orb.Collection:
		for _, m := range g {
			c.geometry(m)
		}
	}
}
