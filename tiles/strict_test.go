package tiles

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// The reader of this file knows the standard, Mapbox Vector Tile 2.1, and nothing
// of the writer: it refuses whatever the standard does not allow, and also what it
// only advises against.

// strictFeature is a feature as read; its geometry in tile units.
type strictFeature struct {
	id       uint64
	kind     uint64 // 1 point, 2 line, 3 polygon
	tags     []uint32
	points   []pixel
	lines    [][]pixel
	polygons [][][]pixel
}

// protoField is one field of a protobuf message.
type protoField struct {
	number, wire, value uint64
	data                []byte
}

func protoFields(b []byte) (out []protoField, err error) {
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, fmt.Errorf("bad key")
		}
		b = b[n:]
		f := protoField{number: key >> 3, wire: key & 7}
		switch f.wire {
		case 0, 2:
			if f.value, n = binary.Uvarint(b); n <= 0 {
				return nil, fmt.Errorf("field %d: bad varint", f.number)
			}
			b = b[n:]
			if f.wire == 0 {
				break
			}
			if f.value > uint64(len(b)) {
				return nil, fmt.Errorf("field %d: %d bytes of %d", f.number, f.value, len(b))
			}
			f.data, b = b[:f.value], b[f.value:]
		case 1, 5:
			n := map[uint64]int{1: 8, 5: 4}[f.wire]
			if n > len(b) {
				return nil, fmt.Errorf("field %d: too short", f.number)
			}
			f.data, b = b[:n], b[n:]
		default:
			return nil, fmt.Errorf("field %d: wire type %d", f.number, f.wire)
		}
		out = append(out, f)
	}
	return out, nil
}

// strictLayer reads a tile of one layer or none.
func strictLayer(t rapid.TB, tile []byte) []strictFeature {
	t.Helper()
	top, err := protoFields(tile)
	if err != nil {
		t.Fatalf("tile: %v", err)
	}
	if len(top) == 0 {
		return nil
	}
	if len(top) != 1 || top[0].number != 3 || top[0].wire != 2 {
		t.Fatalf("tile of %d fields, want one layer", len(top))
	}
	features, err := readLayer(top[0].data)
	if err != nil {
		t.Fatalf("layer: %v", err)
	}
	return features
}

func readLayer(b []byte) ([]strictFeature, error) {
	fields, err := protoFields(b)
	if err != nil {
		return nil, err
	}
	var raw [][]byte
	count := map[uint64]int{}
	keys, values := map[string]bool{}, map[string]bool{}
	for _, f := range fields {
		count[f.number]++
		switch {
		case f.number == 15 && f.wire == 0 && f.value == 2:
		case f.number == 5 && f.wire == 0 && f.value == Extent:
		case f.number == 1 && f.wire == 2 && len(f.data) > 0 && utf8.Valid(f.data):
		case f.number == 2 && f.wire == 2:
			raw = append(raw, f.data)
		case f.number == 3 && f.wire == 2 && utf8.Valid(f.data) && !keys[string(f.data)]:
			keys[string(f.data)] = true
		case f.number == 4 && f.wire == 2 && !values[string(f.data)]:
			if err := checkValue(f.data); err != nil {
				return nil, err
			}
			values[string(f.data)] = true
		default:
			return nil, fmt.Errorf("field %d of wire type %d, value %d %q: not allowed, or repeated", f.number, f.wire, f.value, f.data)
		}
	}
	if count[15] != 1 || count[1] != 1 || count[5] != 1 || len(raw) == 0 {
		return nil, fmt.Errorf("fields %v, want version, name, extent once and features", count)
	}
	return readFeatures(raw, len(keys), len(values))
}

func checkValue(b []byte) error {
	fields, err := protoFields(b)
	if err != nil || len(fields) != 1 {
		return fmt.Errorf("value %x of %d fields (%v), want one", b, len(fields), err)
	}
	wires := map[uint64]uint64{1: 2, 2: 5, 3: 1, 4: 0, 5: 0, 6: 0, 7: 0}
	f := fields[0]
	if w, ok := wires[f.number]; !ok || w != f.wire || f.number == 1 && !utf8.Valid(f.data) {
		return fmt.Errorf("value %x: field %d of wire type %d", b, f.number, f.wire)
	}
	return nil
}

func readFeatures(raw [][]byte, keys, values int) ([]strictFeature, error) {
	ids := map[uint64]bool{}
	usedKeys, usedValues := map[uint32]bool{}, map[uint32]bool{}
	var out []strictFeature
	for i, b := range raw {
		f, err := readFeature(b)
		if err != nil {
			return nil, fmt.Errorf("feature %d: %w", i, err)
		}
		if ids[f.id] {
			return nil, fmt.Errorf("two features %d", f.id)
		}
		ids[f.id] = true
		own := map[uint32]bool{}
		for k := 0; k < len(f.tags); k += 2 {
			key, value := f.tags[k], f.tags[k+1]
			if int(key) >= keys || int(value) >= values || own[key] {
				return nil, fmt.Errorf("feature %d: tag %d=%d of %d keys and %d values, or a key twice", f.id, key, value, keys, values)
			}
			own[key], usedKeys[key], usedValues[value] = true, true, true
		}
		out = append(out, f)
	}
	if len(usedKeys) != keys || len(usedValues) != values {
		return nil, fmt.Errorf("%d of %d keys and %d of %d values are used", len(usedKeys), keys, len(usedValues), values)
	}
	return out, nil
}

func readFeature(b []byte) (f strictFeature, err error) {
	fields, err := protoFields(b)
	if err != nil {
		return f, err
	}
	count := map[uint64]int{}
	var geometry []uint32
	for _, field := range fields {
		count[field.number]++
		switch {
		case field.number == 1 && field.wire == 0:
			f.id = field.value
		case field.number == 2 && field.wire == 2:
			f.tags, err = packed(field.data)
		case field.number == 3 && field.wire == 0:
			f.kind = field.value
		case field.number == 4 && field.wire == 2:
			geometry, err = packed(field.data)
		default:
			err = fmt.Errorf("field %d of wire type %d", field.number, field.wire)
		}
		if err != nil {
			return f, err
		}
	}
	if count[1] != 1 || count[2] > 1 || count[3] != 1 || count[4] != 1 || f.id == 0 || len(f.tags)%2 != 0 {
		return f, fmt.Errorf("fields %v, id %d, %d tags", count, f.id, len(f.tags))
	}
	return f, f.read(geometry)
}

// packed reads packed uint32 numbers.
func packed(b []byte) (out []uint32, err error) {
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > 1<<32-1 {
			return nil, fmt.Errorf("bad number in %x", b)
		}
		out, b = append(out, uint32(v)), b[n:]
	}
	return out, nil
}

// read interprets geometry commands, section 4.3 of the standard.
func (f *strictFeature) read(g []uint32) error {
	var at pixel
	var path []pixel
	for len(g) > 0 {
		id, n := g[0]&7, int(g[0]>>3)
		g = g[1:]
		if n == 0 || id != 1 && id != 2 && id != 7 || id == 7 && n != 1 {
			return fmt.Errorf("command %d ×%d", id, n)
		}
		if id == 7 {
			if f.kind != 3 || len(path) < 3 {
				return fmt.Errorf("ClosePath of %d points in type %d", len(path), f.kind)
			}
			if err := f.close(path); err != nil {
				return err
			}
			path = nil
			continue
		}
		if len(g) < 2*n {
			return fmt.Errorf("command %d ×%d has %d parameters", id, n, len(g))
		}
		if id == 1 && (f.kind != 1 && n != 1 || f.kind == 3 && path != nil || f.kind == 2 && len(path) == 1 || f.kind == 1 && len(f.points) > 0) ||
			id == 2 && (f.kind == 1 || len(path) != 1) {
			return fmt.Errorf("command %d ×%d after %d points in type %d", id, n, len(path), f.kind)
		}
		if id == 1 && f.kind == 2 && path != nil {
			f.lines = append(f.lines, path)
			path = nil
		}
		for k := range n {
			dx, dy := g[2*k], g[2*k+1]
			if id == 2 && dx == 0 && dy == 0 {
				return fmt.Errorf("LineTo the same point %v", at)
			}
			at.x += int32(dx>>1) ^ -int32(dx&1)
			at.y += int32(dy>>1) ^ -int32(dy&1)
			if at.x < low || at.x > high || at.y < low || at.y > high {
				return fmt.Errorf("%v is outside the buffered tile", at)
			}
			if f.kind == 1 {
				f.points = append(f.points, at)
			} else {
				path = append(path, at)
			}
		}
		g = g[2*n:]
	}
	if f.kind == 2 && len(path) > 1 {
		f.lines, path = append(f.lines, path), nil
	}
	if path != nil || len(f.points)+len(f.lines)+len(f.polygons) == 0 {
		return fmt.Errorf("type %d: %d points left over, or nothing", f.kind, len(path))
	}
	return nil
}

// close takes a ring: an exterior has positive area and begins a polygon, a hole
// negative area.
func (f *strictFeature) close(ring []pixel) error {
	if ring[0] == ring[len(ring)-1] {
		return fmt.Errorf("the ring repeats its first point %v", ring[0])
	}
	switch a := area2(ring); {
	case a > 0:
		f.polygons = append(f.polygons, [][]pixel{ring})
	case a == 0:
		return fmt.Errorf("ring %v has no area", ring)
	case len(f.polygons) == 0:
		return fmt.Errorf("a hole comes first")
	default:
		last := len(f.polygons) - 1
		f.polygons[last] = append(f.polygons[last], ring)
	}
	return nil
}
