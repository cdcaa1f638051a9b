package geopackage

import (
	"database/sql/driver"
	"encoding/binary"
	"math"

	"modernc.org/sqlite"

	"suhe/assets"
)

// newDriver returns a driver whose connections know the functions that the
// R-tree's triggers call (OGC 12-128r17, annex F.3); plain SQLite lacks them.
func newDriver() (*sqlite.Driver, error) {
	d := new(sqlite.Driver)
	for name, of := range map[string]func(box) driver.Value{
		"ST_MinX":    func(b box) driver.Value { return b.minX },
		"ST_MaxX":    func(b box) driver.Value { return b.maxX },
		"ST_MinY":    func(b box) driver.Value { return b.minY },
		"ST_MaxY":    func(b box) driver.Value { return b.maxY },
		"ST_IsEmpty": func(b box) driver.Value { return int64(0) },
	} {
		empty := driver.Value(nil)
		if name == "ST_IsEmpty" {
			empty = int64(1)
		}
		err := d.RegisterFunction(name, &sqlite.FunctionImpl{
			NArgs: 1, Deterministic: true, VolatileArgs: true,
			Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
				blob, ok := args[0].([]byte)
				if !ok {
					return nil, nil
				}
				b, ok := boxOf(blob)
				if !ok {
					return empty, nil
				}
				return of(b), nil
			},
		})
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

// box is the envelope of a geometry.
type box struct{ minX, maxX, minY, maxY float64 }

// boxOf reads the envelope out of a geometry's header, or of its vertices if
// there is none. An empty geometry, one that cannot be read and one with an
// ordinate that is not a number have none: they are not indexed.
func boxOf(blob []byte) (b box, ok bool) {
	const envelope, empty = 0b1110, 0b1_0000
	if len(blob) < 8 || blob[0] != 'G' || blob[1] != 'P' || blob[3]&empty != 0 {
		return box{}, false
	}
	if blob[3]&envelope == 0 {
		return boxOfVertices(blob)
	}
	if len(blob) < 40 {
		return box{}, false
	}
	var order binary.ByteOrder = binary.BigEndian
	if blob[3]&1 != 0 {
		order = binary.LittleEndian
	}
	at := func(i int) float64 { return math.Float64frombits(order.Uint64(blob[8+8*i:])) }
	b = box{at(0), at(1), at(2), at(3)}
	return b, b.sound()
}

func boxOfVertices(blob []byte) (box, bool) {
	s, err := assets.DecodeGPKG(blob)
	if err != nil || s.Plane == nil {
		return box{}, false
	}
	bound := s.Plane.Bound()
	b := box{bound.Min[0], bound.Max[0], bound.Min[1], bound.Max[1]}
	return b, b.sound()
}

// sound is false for the inside-out box of an empty geometry and for NaN.
func (b box) sound() bool { return b.minX <= b.maxX && b.minY <= b.maxY }
