package assets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// maxWKBDepth bounds collections within collections.
const maxWKBDepth = 4

// DecodeGPKG reads a GeoPackage geometry of either byte order, with ISO or
// extended WKB inside; measures (M) are dropped. Counts are checked against the
// bytes left before anything is allocated. An empty geometry, also NULL, is
// ErrEmptyGeometry. The ordinates come as they are: see SRSOfGPKG.
func DecodeGPKG(b []byte) (geo.Solid, error) {
	if len(b) == 0 {
		return geo.Solid{}, ErrEmptyGeometry
	}
	body, err := gpkgBody(b)
	if err != nil {
		return geo.Solid{}, err
	}
	r := wkbReader{b: body}
	g, err := r.geometry(maxWKBDepth)
	if err != nil {
		return geo.Solid{}, fmt.Errorf("wkb: %w", err)
	}
	if r.vertices == 0 {
		return geo.Solid{}, ErrEmptyGeometry
	}
	if len(r.z) != 0 && len(r.z) != r.vertices {
		return geo.Solid{}, errors.New("wkb: parts with and without heights")
	}
	return geo.Solid{Plane: g, Z: r.z}, nil
}

// SRSOfGPKG reads the srs_id out of a GeoPackage geometry's header.
func SRSOfGPKG(b []byte) (int32, error) {
	if _, err := gpkgBody(b); err != nil {
		return 0, err
	}
	return int32(gpkgOrder(b[3]).Uint32(b[4:8])), nil
}

func gpkgOrder(flags byte) binary.ByteOrder {
	if flags&1 == 1 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

// gpkgBody checks the header and returns the WKB behind it.
func gpkgBody(b []byte) ([]byte, error) {
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' {
		return nil, errors.New("gpkg geometry: no GP header")
	}
	if b[2] != 0 {
		return nil, fmt.Errorf("gpkg geometry: version %d, want 0", b[2])
	}
	envelope := b[3] >> 1 & 0b111
	if envelope > 4 {
		return nil, fmt.Errorf("gpkg geometry: envelope code %d, want 0 to 4", envelope)
	}
	size := 8 + [5]int{0, 32, 48, 48, 64}[envelope]
	if len(b) < size {
		return nil, fmt.Errorf("gpkg geometry: %d bytes, want %d for the header", len(b), size)
	}
	return b[size:], nil
}

// wkbReader reads WKB from the front of b.
type wkbReader struct {
	b        []byte
	order    binary.ByteOrder
	hasZ     bool
	hasM     bool
	z        []float64
	vertices int
}

// head reads a geometry's byte order and type, and returns the flat type code.
func (r *wkbReader) head() (uint32, error) {
	if len(r.b) < 5 {
		return 0, fmt.Errorf("%d bytes left, want 5 for a header", len(r.b))
	}
	r.order = gpkgOrder(r.b[0])
	if r.b[0] > 1 {
		return 0, fmt.Errorf("byte order %d, want 0 or 1", r.b[0])
	}
	code := r.order.Uint32(r.b[1:5])
	r.b = r.b[5:]
	r.hasZ, r.hasM = code&0x80000000 != 0, code&0x40000000 != 0
	if code&0x20000000 != 0 {
		if len(r.b) < 4 {
			return 0, errors.New("no bytes left for the SRID")
		}
		r.b = r.b[4:]
	}
	code &= 0x0fffffff
	switch code / isoZ {
	case 0:
	case 1:
		r.hasZ = true
	case 2:
		r.hasM = true
	case 3:
		r.hasZ, r.hasM = true, true
	default:
		return 0, fmt.Errorf("type %d is not known", code)
	}
	return code % isoZ, nil
}

// count reads a number of things of which each takes at least size bytes.
func (r *wkbReader) count(size int) (int, error) {
	if len(r.b) < 4 {
		return 0, fmt.Errorf("%d bytes left, want 4 for a count", len(r.b))
	}
	n := r.order.Uint32(r.b)
	r.b = r.b[4:]
	if int64(n)*int64(size) > int64(len(r.b)) {
		return 0, fmt.Errorf("count %d needs more than the %d bytes left", n, len(r.b))
	}
	return int(n), nil
}

func (r *wkbReader) stride() int {
	n := 16
	if r.hasZ {
		n += 8
	}
	if r.hasM {
		n += 8
	}
	return n
}

func (r *wkbReader) vertex() (orb.Point, error) {
	stride := r.stride()
	if len(r.b) < stride {
		return orb.Point{}, fmt.Errorf("%d bytes left, want %d for a vertex", len(r.b), stride)
	}
	p := orb.Point{r.float(0), r.float(8)}
	// An empty point is written as NaN NaN.
	if !math.IsNaN(p[0]) || !math.IsNaN(p[1]) {
		if r.vertices++; r.vertices > geo.MaxVertices {
			return orb.Point{}, fmt.Errorf("more than %d vertices", geo.MaxVertices)
		}
		if r.hasZ {
			r.z = append(r.z, r.float(16))
		}
	}
	r.b = r.b[stride:]
	return p, nil
}

func (r *wkbReader) float(at int) float64 { return math.Float64frombits(r.order.Uint64(r.b[at:])) }

func (r *wkbReader) line() ([]orb.Point, error) {
	n, err := r.count(r.stride())
	if err != nil {
		return nil, err
	}
	ps := make([]orb.Point, n)
	for i := range ps {
		if ps[i], err = r.vertex(); err != nil {
			return nil, err
		}
	}
	return ps, nil
}

func (r *wkbReader) geometry(depth int) (orb.Geometry, error) {
	if depth == 0 {
		return nil, fmt.Errorf("nested deeper than %d levels", maxWKBDepth)
	}
	code, err := r.head()
	if err != nil {
		return nil, err
	}
	switch code {
	case wkbPoint:
		return r.vertex()
	case wkbLineString:
		ps, err := r.line()
		return orb.LineString(ps), err
	case wkbPolygon:
		return r.polygon()
	case wkbMultiPoint:
		return readParts[orb.MultiPoint, orb.Point](r, depth)
	case wkbMultiLineString:
		return readParts[orb.MultiLineString, orb.LineString](r, depth)
	case wkbMultiPolygon:
		return readParts[orb.MultiPolygon, orb.Polygon](r, depth)
	case wkbCollection:
		return readParts[orb.Collection, orb.Geometry](r, depth)
	}
	return nil, fmt.Errorf("type %d, want point, line string, polygon, a multi of these, or a collection", code)
}

func (r *wkbReader) polygon() (orb.Polygon, error) {
	n, err := r.count(4)
	if err != nil {
		return nil, err
	}
	p := make(orb.Polygon, n)
	for i := range p {
		ring, err := r.line()
		if err != nil {
			return nil, err
		}
		p[i] = ring
	}
	return p, nil
}

// readParts reads the members of a multi geometry or a collection, of which
// each has a header of its own.
func readParts[M ~[]G, G orb.Geometry](r *wkbReader, depth int) (orb.Geometry, error) {
	n, err := r.count(5)
	if err != nil {
		return nil, err
	}
	m := make(M, 0, n)
	for range n {
		g, err := r.geometry(depth - 1)
		if err != nil {
			return nil, err
		}
		part, ok := g.(G)
		if !ok {
			return nil, fmt.Errorf("a %s in a %T", g.GeoJSONType(), m)
		}
		m = append(m, part)
	}
	return any(m).(orb.Geometry), nil
}
