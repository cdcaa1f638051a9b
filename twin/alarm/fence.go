package alarm

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Fence is a piece of ground that rules watch. It is a document, of one of three
// forms. One that was read is never changed.
type Fence struct {
	Name     string          `json:"-"` // that of its setting
	Title    string          `json:"title"`
	TitleEn  string          `json:"titleEn"`
	Polygon  json.RawMessage `json:"polygon,omitempty"`  // GeoJSON Polygon or MultiPolygon, degrees WGS84
	Corridor *Corridor       `json:"corridor,omitempty"` // along one bank
	Chainage *Stretch        `json:"chainage,omitempty"` // both banks and the water
	Schedule *Schedule       `json:"schedule,omitempty"` // outside it there is no fence

	area  *geo.Prepared
	river *geo.River
}

// Stretch is a part of the creek, metres along the reference line, both ends included.
type Stretch struct {
	From geo.Metres `json:"from"`
	To   geo.Metres `json:"to"`
}

// Corridor is the ground on one side of the creek's middle, as wide as it says.
type Corridor struct {
	Stretch
	Bank  geo.Bank   `json:"bank"`
	Width geo.Metres `json:"width"` // from the reference line
}

// maxFenceVertices bounds a polygon: what moves is compared with it at every fix.
const maxFenceVertices = 2_000

// ReadFence reads and checks a fence as ReadRule does a rule. Chainages are those of
// the river.
func ReadFence(name string, doc []byte, river *geo.River) (*Fence, error) {
	f := &Fence{Name: name, river: river}
	if err := readStrict(doc, f); err != nil {
		return nil, fmt.Errorf("fence %s: %w", name, err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("fence %s: %w", name, err)
	}
	return f, nil
}

func (f *Fence) check() error {
	if err := checkTitles(f.Title, f.TitleEn); err != nil {
		return err
	}
	forms := 0
	for _, there := range []bool{f.Polygon != nil, f.Corridor != nil, f.Chainage != nil} {
		if there {
			forms++
		}
	}
	if forms != 1 {
		return fmt.Errorf("%w: polygon, corridor, chainage: %d of them, want one", assets.ErrInvalid, forms)
	}
	var err error
	switch {
	case f.Polygon != nil:
		err = f.prepare()
	case f.Corridor != nil:
		err = f.Corridor.check(f.river)
	default:
		err = f.Chainage.check("chainage", f.river)
	}
	if err != nil {
		return err
	}
	return f.Schedule.check()
}

// prepare reads the polygon and makes it ready to be compared with.
func (f *Fence) prepare() error {
	solid, err := geo.DecodeGeoJSON(f.Polygon)
	if err != nil {
		return fmt.Errorf("%w: polygon: %w", assets.ErrInvalid, err)
	}
	vertices := 0
	switch g := solid.Plane.(type) {
	case orb.Polygon:
		vertices = corners(g)
	case orb.MultiPolygon:
		for _, p := range g {
			vertices += corners(p)
		}
	default:
		return fmt.Errorf("%w: polygon: another geometry, want a GeoJSON Polygon or MultiPolygon", assets.ErrInvalid)
	}
	if vertices > maxFenceVertices {
		return invalid("polygon", vertices, fmt.Sprintf("at most %d vertices", maxFenceVertices))
	}
	if err := geo.Check(solid.Plane); err != nil {
		return fmt.Errorf("%w: polygon: %w", assets.ErrInvalid, err)
	}
	f.area = geo.Prepare(solid.Plane)
	return nil
}

func corners(p orb.Polygon) (n int) {
	for _, ring := range p {
		n += len(ring)
	}
	return n
}

func (c *Corridor) check(river *geo.River) error {
	if err := c.Stretch.check("corridor", river); err != nil {
		return err
	}
	switch {
	case c.Bank != geo.Left && c.Bank != geo.Right:
		return invalid("corridor.bank", c.Bank, "left or right")
	case !(c.Width > 0 && c.Width <= assets.MaxPlaceOffset):
		return invalid("corridor.width", c.Width, fmt.Sprintf("more than 0, at most %v", assets.MaxPlaceOffset))
	}
	return nil
}

func (s *Stretch) check(field string, river *geo.River) error {
	if !(s.From >= 0 && s.From < s.To && s.To <= river.Length()) {
		return fmt.Errorf("%w: %s: from %v to %v, want 0 <= from < to <= %.0f", assets.ErrInvalid, field, s.From, s.To, river.Length())
	}
	return nil
}

func (s *Stretch) holds(at geo.Place) bool { return s.From <= at.Chainage && at.Chainage <= s.To }

// Holds says whether the point, degrees WGS84, lies in the fence, edges included.
func (f *Fence) Holds(p orb.Point) bool {
	if f.area != nil {
		return f.area.Intersects(p)
	}
	at := f.river.Locate(p)
	if f.Corridor != nil {
		return at.Bank == f.Corridor.Bank && at.Offset <= f.Corridor.Width && f.Corridor.holds(at)
	}
	return at.Offset <= assets.MaxPlaceOffset && f.Chainage.holds(at)
}

// middle is a point that stands for the fence on the map.
func (f *Fence) middle() orb.Point {
	switch {
	case f.area != nil:
		solid, _ := geo.DecodeGeoJSON(f.Polygon) // it was read before
		return geo.Anchor(solid.Plane)
	case f.Corridor != nil:
		return f.river.At(geo.Place{Chainage: (f.Corridor.From + f.Corridor.To) / 2, Bank: f.Corridor.Bank, Offset: f.Corridor.Width / 2})
	}
	return f.river.At(geo.Place{Chainage: (f.Chainage.From + f.Chainage.To) / 2})
}

// same says whether the two hold the same ground.
func (f *Fence) same(g *Fence) bool {
	return f.river == g.river && slices.Equal(f.Polygon, g.Polygon) &&
		(f.Corridor == nil) == (g.Corridor == nil) && (f.Corridor == nil || *f.Corridor == *g.Corridor) &&
		(f.Chainage == nil) == (g.Chainage == nil) && (f.Chainage == nil || *f.Chainage == *g.Chainage)
}
