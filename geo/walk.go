package geo

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// dialect is how a WKB header says Z, M and SRID.
type dialect int

const (
	extended dialect = iota // PostGIS: flags in the type's high bits
	iso                     // ISO 13249-3: 1000 added for Z, 2000 for M
)

// The flags of the extended dialect, and the kind of a point in both.
const (
	flagZ, flagM, flagSRID = 0x80000000, 0x40000000, 0x20000000
	wkbPoint               = 1
)

// maxDepth bounds collections within collections.
const maxDepth = 4

// walkWKB goes through the headers without decoding: go-geom allocates what a
// count claims, and nine bytes may claim half a gigabyte.
func walkWKB(b []byte, d dialect) error {
	w := walker{rest: b, dialect: d}
	if err := w.geometry(0); err != nil {
		return err
	}
	if len(w.rest) > 0 {
		return fmt.Errorf("%d bytes behind the geometry", len(w.rest))
	}
	return nil
}

type walker struct {
	rest    []byte
	dialect dialect
}

var errShort = errors.New("ends too early")

// geometry walks over one geometry.
func (w *walker) geometry(depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("collections nested deeper than %d", maxDepth)
	}
	if len(w.rest) < 5 {
		return errShort
	}
	var order binary.ByteOrder = binary.LittleEndian
	if w.rest[0] == 0 {
		order = binary.BigEndian
	} else if w.rest[0] != 1 {
		return fmt.Errorf("byte order %d, want 0 or 1", w.rest[0])
	}
	code := order.Uint32(w.rest[1:])
	w.rest = w.rest[5:]
	kind, size, err := w.header(code, order)
	if err != nil {
		return err
	}
	return w.body(kind, size, order, depth)
}

// header reads the type code: the kind, and the bytes of one vertex.
func (w *walker) header(code uint32, order binary.ByteOrder) (kind uint32, size int, err error) {
	kind, size = code, 16
	z, m := false, false
	if w.dialect == extended {
		kind, z, m = code&0x1fffffff, code&flagZ != 0, code&flagM != 0
	} else {
		kind, z, m = code%1000, code/1000 == 1 || code/1000 == 3, code/1000 >= 2
	}
	if m {
		return 0, 0, errors.New("has measures (M), want XY or XYZ")
	}
	if z {
		size = 24
	}
	if w.dialect == extended && code&flagSRID != 0 {
		if len(w.rest) < 4 {
			return 0, 0, errShort
		}
		if id := order.Uint32(w.rest); id != srid && id != 4490 && id != 0 {
			return 0, 0, fmt.Errorf("srid: %d, want 4326 or 4490", id)
		}
		w.rest = w.rest[4:]
	}
	return kind, size, nil
}

// body walks over what follows a header.
func (w *walker) body(kind uint32, size int, order binary.ByteOrder, depth int) error {
	switch kind {
	case wkbPoint:
		return w.skip(1, size)
	case 2:
		return w.vertices(size, order)
	case 3:
		return w.each(order, 4, func() error { return w.vertices(size, order) })
	case 4, 5, 6, 7:
		return w.each(order, 9, func() error { return w.geometry(depth + 1) })
	}
	return fmt.Errorf("geometry type %d, want 1 to 7", kind)
}

func (w *walker) vertices(size int, order binary.ByteOrder) error {
	n, err := w.count(order, size)
	if err != nil {
		return err
	}
	return w.skip(n, size)
}

// each walks over a counted list whose members have at least so many bytes.
func (w *walker) each(order binary.ByteOrder, least int, member func() error) error {
	n, err := w.count(order, least)
	for i := 0; i < n && err == nil; i++ {
		err = member()
	}
	return err
}

func (w *walker) count(order binary.ByteOrder, least int) (int, error) {
	if len(w.rest) < 4 {
		return 0, errShort
	}
	n := order.Uint32(w.rest)
	w.rest = w.rest[4:]
	if uint64(n)*uint64(least) > uint64(len(w.rest)) {
		return 0, fmt.Errorf("claims %d members with %d bytes left", n, len(w.rest))
	}
	return int(n), nil
}

func (w *walker) skip(n, size int) error {
	if len(w.rest) < n*size {
		return errShort
	}
	w.rest = w.rest[n*size:]
	return nil
}
