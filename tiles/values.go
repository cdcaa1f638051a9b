package tiles

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"
)

// values is a layer's value table: each value once, in order of first use.
// It is reused from tile to tile without allocating.
type values struct {
	data  []byte   // Layer.values fields, one behind the other
	ends  []uint32 // end of each value in data
	slots []uint64 // open addressing: generation<<32 | index+1
	gen   uint64
	seed  maphash.Seed
}

func newValues() values {
	return values{slots: make([]uint64, 1<<10), seed: maphash.MakeSeed()}
}

func (v *values) reset() {
	v.data, v.ends = v.data[:0], v.ends[:0]
	if v.gen++; v.gen == 1<<32 {
		clear(v.slots)
		v.gen = 1
	}
}

// once adds a string known to be new and returns its index.
func (v *values) once(s string) uint32 {
	v.data = appendString(v.data, s)
	v.ends = append(v.ends, uint32(len(v.data)))
	return uint32(len(v.ends) - 1)
}

func (v *values) text(s string) uint32 {
	v.data = appendString(v.data, s)
	return v.settle()
}

func (v *values) flag(b bool) uint32 {
	n := byte(0)
	if b {
		n = 1
	}
	v.data = append(v.data, 4<<3|wireBytes, 2, 7<<3|wireVarint, n)
	return v.settle()
}

// number writes whole numbers as integers and others as float or double,
// whichever holds them exactly.
func (v *values) number(f float64) uint32 {
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
	return v.settle()
}

// appendString writes Layer.values{string_value}.
func appendString(dst []byte, s string) []byte {
	n := uint64(len(s))
	dst = append(dst, 4<<3|wireBytes)
	dst = appendVarint(dst, 1+uint64(varintLen(n))+n)
	dst = append(dst, 1<<3|wireBytes)
	dst = appendVarint(dst, n)
	return append(dst, s...)
}

// settle takes the value at the end of data: it returns the index of its equal,
// or adds it.
func (v *values) settle() uint32 {
	start := v.start(len(v.ends))
	b := v.data[start:]
	mask := uint64(len(v.slots) - 1)
	at := maphash.Bytes(v.seed, b) & mask
	for ; v.slots[at]>>32 == v.gen; at = (at + 1) & mask {
		i := int(uint32(v.slots[at])) - 1
		if bytes.Equal(v.data[v.start(i):v.ends[i]], b) {
			v.data = v.data[:start]
			return uint32(i)
		}
	}
	v.ends = append(v.ends, uint32(len(v.data)))
	v.slots[at] = v.gen<<32 | uint64(len(v.ends))
	if 2*len(v.ends) > len(v.slots) {
		v.grow()
	}
	return uint32(len(v.ends) - 1)
}

func (v *values) start(i int) uint32 {
	if i == 0 {
		return 0
	}
	return v.ends[i-1]
}

// grow doubles the slots. Values added by once get slots too; that does no harm.
func (v *values) grow() {
	v.slots = make([]uint64, 2*len(v.slots))
	mask := uint64(len(v.slots) - 1)
	for i := range v.ends {
		at := maphash.Bytes(v.seed, v.data[v.start(i):v.ends[i]]) & mask
		for v.slots[at]>>32 == v.gen {
			at = (at + 1) & mask
		}
		v.slots[at] = v.gen<<32 | uint64(i+1)
	}
}
