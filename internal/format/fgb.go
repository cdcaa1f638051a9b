package format

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"

	flatbuffers "github.com/google/flatbuffers/go"
	"github.com/paulmach/orb"

	"suhe/geo"
)

// flatGeobuf writes FlatGeobuf 3 (https://flatgeobuf.org, header.fbs and feature.fbs)
// without an index and without a count, since features go out as they come.
type flatGeobuf struct {
	out   *bufio.Writer
	h     Head
	cols  []Field
	row   []any
	props []byte
	b     *flatbuffers.Builder
}

var fgbMagic = []byte{'f', 'g', 'b', 3, 'f', 'g', 'b', 0}

func newFlatGeobuf(w io.Writer, h Head) (Writer, error) {
	f := &flatGeobuf{out: buffered(w), h: h, cols: h.table(), b: flatbuffers.NewBuilder(1 << 10)}
	if _, err := f.out.Write(fgbMagic); err != nil {
		return nil, err
	}
	f.header()
	return f, f.flush()
}

// Types of columns in FlatGeobuf.
const (
	fgbBool     = 2
	fgbLong     = 7
	fgbDouble   = 10
	fgbString   = 11
	fgbJSON     = 12
	fgbDateTime = 13
)

var fgbTypes = [...]byte{Text: fgbString, Integer: fgbLong, Number: fgbDouble, Bool: fgbBool, Time: fgbDateTime, JSON: fgbJSON}

// Slots of the tables in header.fbs.
const (
	headerName      = 0
	headerHasZ      = 3
	headerColumns   = 7
	headerIndexNode = 9
	headerCRS       = 10
	headerTitle     = 11
	headerSlots     = 14

	columnName  = 0
	columnType  = 1
	columnSlots = 11

	crsOrg   = 0
	crsCode  = 1
	crsName  = 2
	crsWKT   = 4
	crsSlots = 6
)

// header builds the table Header; a geometry type that is not said stands for all.
func (f *flatGeobuf) header() {
	b := f.b
	columns := make([]flatbuffers.UOffsetT, len(f.cols))
	for i, name := range unique(f.cols, nil, whole) {
		text := b.CreateString(name)
		b.StartObject(columnSlots)
		b.PrependUOffsetTSlot(columnName, text, 0)
		b.PrependByteSlot(columnType, fgbTypes[f.cols[i].Type], 0)
		columns[i] = b.EndObject()
	}
	vector := b.CreateVectorOfTables(columns)
	crs := f.reference()
	name := b.CreateString(f.h.Name)
	title := b.CreateString(f.h.Title)
	b.StartObject(headerSlots)
	b.PrependUOffsetTSlot(headerName, name, 0)
	b.PrependBoolSlot(headerHasZ, f.h.Z, false)
	b.PrependUOffsetTSlot(headerColumns, vector, 0)
	b.PrependUint16Slot(headerIndexNode, 0, 16)
	b.PrependUOffsetTSlot(headerCRS, crs, 0)
	b.PrependUOffsetTSlot(headerTitle, title, 0)
	b.FinishSizePrefixed(b.EndObject())
}

func (f *flatGeobuf) reference() flatbuffers.UOffsetT {
	b, d := f.b, define(f.h.crs(), f.h.City)
	var org, wkt flatbuffers.UOffsetT
	if d.code != 0 {
		org = b.CreateString("EPSG")
	} else {
		wkt = b.CreateString(d.wkt)
	}
	name := b.CreateString(d.name)
	b.StartObject(crsSlots)
	b.PrependUOffsetTSlot(crsOrg, org, 0)
	b.PrependInt32Slot(crsCode, int32(d.code), 0)
	b.PrependUOffsetTSlot(crsName, name, 0)
	b.PrependUOffsetTSlot(crsWKT, wkt, 0)
	return b.EndObject()
}

func (f *flatGeobuf) Write(feature *Feature) error {
	if err := f.h.fits(feature); err != nil {
		return err
	}
	if err := f.properties(feature); err != nil {
		return fmt.Errorf("feature %q: %w", feature.ID, err)
	}
	var shape flatbuffers.UOffsetT
	if s := f.h.shape(feature); s.Plane != nil {
		if f.h.Z && s.Z == nil {
			s.Z = make([]float64, geo.Vertices(s.Plane))
		}
		shape, _ = f.geometry(s.Plane, s.Z)
	}
	props := f.b.CreateByteVector(f.props)
	f.b.StartObject(3)
	f.b.PrependUOffsetTSlot(0, shape, 0)
	f.b.PrependUOffsetTSlot(1, props, 0)
	f.b.FinishSizePrefixed(f.b.EndObject())
	return f.flush()
}

func (f *flatGeobuf) flush() error {
	_, err := f.out.Write(f.b.FinishedBytes())
	f.b.Reset()
	return err
}

func (f *flatGeobuf) Close() error { return f.out.Flush() }
func (*flatGeobuf) Discard()       {}

// properties sets props: the number and the value of each column that is not null.
func (f *flatGeobuf) properties(feature *Feature) error {
	f.row = f.h.row(f.row[:0], feature)
	p := f.props[:0]
	for i, field := range f.cols {
		v, err := plain(field, f.row[i])
		if err != nil {
			return err
		}
		if v != nil {
			p = appendProperty(binary.LittleEndian.AppendUint16(p, uint16(i)), v)
		}
	}
	f.props = p
	return nil
}

func appendProperty(p []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(binary.LittleEndian.AppendUint32(p, uint32(len(v))), v...)
	case int64:
		return binary.LittleEndian.AppendUint64(p, uint64(v))
	case float64:
		return binary.LittleEndian.AppendUint64(p, math.Float64bits(v))
	case bool:
		if v {
			return append(p, 1)
		}
		return append(p, 0)
	case time.Time:
		text := appendTime(nil, v)
		return append(binary.LittleEndian.AppendUint32(p, uint32(len(text))), text...)
	}
	return p
}

// Types of geometries in FlatGeobuf.
const (
	fgbPoint = iota + 1
	fgbLineString
	fgbPolygon
	fgbMultiPoint
	fgbMultiLineString
	fgbMultiPolygon
	fgbCollection
)

// geometry builds the table of g with the heights at the head of z, or none if z is
// nil, and returns those that are left.
func (f *flatGeobuf) geometry(g orb.Geometry, z []float64) (flatbuffers.UOffsetT, []float64) {
	switch g := g.(type) {
	case orb.Point:
		return f.simple(fgbPoint, [][]orb.Point{{g}}, z)
	case orb.MultiPoint:
		return f.simple(fgbMultiPoint, [][]orb.Point{g}, z)
	case orb.LineString:
		return f.simple(fgbLineString, [][]orb.Point{g}, z)
	case orb.MultiLineString:
		return f.simple(fgbMultiLineString, lists(g), z)
	case orb.Polygon:
		return f.simple(fgbPolygon, lists(g), z)
	case orb.Ring:
		return f.geometry(orb.Polygon{g}, z)
	case orb.Bound:
		return f.geometry(g.ToPolygon(), z)
	case orb.MultiPolygon:
		return parts(f, fgbMultiPolygon, g, z)
	case orb.Collection:
		return parts(f, fgbCollection, g, z)
	}
	return 0, z
}

func lists[L ~[]orb.Point](of []L) [][]orb.Point {
	out := make([][]orb.Point, len(of))
	for i, l := range of {
		out[i] = l
	}
	return out
}

// simple builds a geometry of lists of vertices; where there are more than one, ends
// says behind which vertex each ends.
func (f *flatGeobuf) simple(kind byte, of [][]orb.Point, z []float64) (flatbuffers.UOffsetT, []float64) {
	n := 0
	for _, list := range of {
		n += len(list)
	}
	b := f.b
	b.StartVector(8, 2*n, 8)
	for i := len(of) - 1; i >= 0; i-- {
		for j := len(of[i]) - 1; j >= 0; j-- {
			b.PrependFloat64(of[i][j][1])
			b.PrependFloat64(of[i][j][0])
		}
	}
	xy := b.EndVector(2 * n)
	var heights, ends flatbuffers.UOffsetT
	if z != nil {
		b.StartVector(8, n, 8)
		for i := n - 1; i >= 0; i-- {
			b.PrependFloat64(z[i])
		}
		heights = b.EndVector(n)
		z = z[n:]
	}
	if len(of) > 1 {
		b.StartVector(4, len(of), 4)
		for i, end := len(of)-1, n; i >= 0; i-- {
			b.PrependUint32(uint32(end))
			end -= len(of[i])
		}
		ends = b.EndVector(len(of))
	}
	return f.table(kind, ends, xy, heights, 0), z
}

// parts builds a geometry of geometries.
func parts[G orb.Geometry](f *flatGeobuf, kind byte, of []G, z []float64) (flatbuffers.UOffsetT, []float64) {
	tables := make([]flatbuffers.UOffsetT, len(of))
	for i, g := range of {
		tables[i], z = f.geometry(g, z)
	}
	return f.table(kind, 0, 0, 0, f.b.CreateVectorOfTables(tables)), z
}

// table builds the table Geometry of feature.fbs.
func (f *flatGeobuf) table(kind byte, ends, xy, z, parts flatbuffers.UOffsetT) flatbuffers.UOffsetT {
	b := f.b
	b.StartObject(8)
	b.PrependUOffsetTSlot(0, ends, 0)
	b.PrependUOffsetTSlot(1, xy, 0)
	b.PrependUOffsetTSlot(2, z, 0)
	b.PrependByteSlot(6, kind, 0)
	b.PrependUOffsetTSlot(7, parts, 0)
	return b.EndObject()
}
