package tiles

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"

	"suhe/twin"
)

// values is a layer's value table: each value once, in order of first use.
// It is reused from tile to tile without allocating.
type values struct {
	data  []byte   // Layer.values fields, one behind the other
	count uint32   // values in data
	known []place  // of the values that are looked up in slots
	slots []uint64 // open addressing: generation<<32 | place in known + 1
	gen   uint64
	seed  maphash.Seed

	// The first of each place, which is always looked for there alone: most need
	// no other hash, and whatever comes to a free place is known to be new.
	texts   [memos]textMemo
	numbers [memos]numberMemo
}

// place is where a value lies in data, and its index.
type place struct{ from, to, index uint32 }

const (
	memos    = 1 << memoBits
	memoBits = 10
)

// textMemo is good in its generation alone, as numberMemo is.
type textMemo struct {
	text  string
	index uint32
	gen   uint32
}

type numberMemo struct {
	number float64
	index  uint32
	gen    uint32
}

func newValues() values {
	return values{slots: make([]uint64, 1<<10), seed: maphash.MakeSeed()}
}

func (v *values) reset() {
	v.data, v.known, v.count = v.data[:0], v.known[:0], 0
	if v.gen++; v.gen == 1<<32 {
		clear(v.slots)
		v.texts, v.numbers = [memos]textMemo{}, [memos]numberMemo{}
		v.gen = 1
	}
}

// id adds a thing's id, which is new, and returns its index.
func (v *values) id(t *twin.Thing) uint32 {
	if id := t.Label.ShortID(); len(id) > 0 {
		n := byte(len(id))
		v.data = append(append(v.data, 4<<3|wireBytes, n+2, 1<<3|wireBytes, n), id...)
	} else {
		v.data = appendString(v.data, string(t.Asset.ID))
	}
	v.count++
	return v.count - 1
}

// text returns the index of a string that is not empty.
func (v *values) text(s string) uint32 { return v.marked(s, twin.Mark(s)) }

// marked is text of a string whose twin.Mark is known.
func (v *values) marked(s string, mark uint16) uint32 {
	m := &v.texts[mark%memos]
	if m.gen == uint32(v.gen) && m.text == s {
		return m.index
	}
	from := len(v.data)
	v.data = appendString(v.data, s)
	if m.gen == uint32(v.gen) {
		return v.settle(from)
	}
	*m = textMemo{s, v.count, uint32(v.gen)}
	v.count++
	return m.index
}

func (v *values) flag(b bool) uint32 {
	n := byte(0)
	if b {
		n = 1
	}
	from := len(v.data)
	v.data = append(v.data, 4<<3|wireBytes, 2, 7<<3|wireVarint, n)
	return v.settle(from)
}

// number returns the index of a finite number other than 0.
func (v *values) number(f float64) uint32 {
	m := &v.numbers[math.Float64bits(f)*0x9e3779b97f4a7c15>>(64-memoBits)]
	if m.gen == uint32(v.gen) && m.number == f {
		return m.index
	}
	from := len(v.data)
	v.appendNumber(f)
	if m.gen == uint32(v.gen) {
		return v.settle(from)
	}
	*m = numberMemo{f, v.count, uint32(v.gen)}
	v.count++
	return m.index
}

// zero returns the index of 0, which number does not take.
func (v *values) zero() uint32 {
	from := len(v.data)
	v.appendNumber(0)
	return v.settle(from)
}

// appendNumber writes whole numbers as integers and others as float or double,
// whichever holds them exactly.
func (v *values) appendNumber(f float64) {
	v.data = append(v.data, 4<<3|wireBytes, 0)
	at := len(v.data) - 1
	switch {
	case f == math.Trunc(f) && f >= 0 && f < 1<<53:
		v.data = append(v.data, 5<<3|wireVarint)
		v.data = appendVarint(v.data, uint64(f))
	case f == math.Trunc(f) && f < 0 && f > -1<<53:
		v.data = append(v.data, 6<<3|wireVarint)
		v.data = appendVarint(v.data, uint64(-f)<<1-1)
	case float64(float32(f)) == f:
		v.data = append(v.data, 2<<3|wireFixed4)
		v.data = binary.LittleEndian.AppendUint32(v.data, math.Float32bits(float32(f)))
	default:
		v.data = append(v.data, 3<<3|wireFixed8)
		v.data = binary.LittleEndian.AppendUint64(v.data, math.Float64bits(f))
	}
	v.data[at] = byte(len(v.data) - at - 1)
}

// appendString writes Layer.values{string_value}.
func appendString(dst []byte, s string) []byte {
	n := uint64(len(s))
	if n < 1<<7-2 {
		dst = append(dst, 4<<3|wireBytes, byte(n+2), 1<<3|wireBytes, byte(n))
		return append(dst, s...)
	}
	dst = append(dst, 4<<3|wireBytes)
	dst = appendVarint(dst, 1+uint64(varintLen(n))+n)
	dst = append(dst, 1<<3|wireBytes)
	dst = appendVarint(dst, n)
	return append(dst, s...)
}

// settle takes the value that begins at from and ends data: it returns the
// index of its equal, or adds it.
func (v *values) settle(from int) uint32 {
	b := v.data[from:]
	mask := uint64(len(v.slots) - 1)
	at := maphash.Bytes(v.seed, b) & mask
	for ; v.slots[at]>>32 == v.gen; at = (at + 1) & mask {
		if k := v.known[uint32(v.slots[at])-1]; bytes.Equal(v.data[k.from:k.to], b) {
			v.data = v.data[:from]
			return k.index
		}
	}
	v.known = append(v.known, place{uint32(from), uint32(len(v.data)), v.count})
	v.slots[at] = v.gen<<32 | uint64(len(v.known))
	if 2*len(v.known) > len(v.slots) {
		v.grow()
	}
	v.count++
	return v.count - 1
}

// grow doubles the slots.
func (v *values) grow() {
	v.slots = make([]uint64, 2*len(v.slots))
	mask := uint64(len(v.slots) - 1)
	for i, k := range v.known {
		at := maphash.Bytes(v.seed, v.data[k.from:k.to]) & mask
		for v.slots[at]>>32 == v.gen {
			at = (at + 1) & mask
		}
		v.slots[at] = v.gen<<32 | uint64(i+1)
	}
}
