package tiles

import (
	"encoding/binary"
	"math/bits"
)

// The parts of the protobuf wire format that MVT needs.
// https://protobuf.dev/programming-guides/encoding/

const (
	wireVarint = 0
	wireFixed8 = 1
	wireBytes  = 2
	wireFixed4 = 5
)

// appendTag starts a field.
func appendTag(dst []byte, number, wire uint64) []byte {
	return append(dst, byte(number<<3|wire))
}

// appendVarint writes v in groups of seven bits, lowest first.
func appendVarint(dst []byte, v uint64) []byte {
	if v < 1<<7 {
		return append(dst, byte(v))
	}
	return appendLong(dst, v)
}

// appendLong is appendVarint for more than one byte, apart so that the common
// case is inlined.
func appendLong(dst []byte, v uint64) []byte {
	switch {
	case v < 1<<14:
		return append(dst, byte(v)|0x80, byte(v>>7))
	case v < 1<<21:
		return append(dst, byte(v)|0x80, byte(v>>7)|0x80, byte(v>>14))
	}
	return binary.AppendUvarint(dst, v)
}

// varintLen is the number of bytes that appendVarint writes.
func varintLen(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// zigzag maps small numbers of either sign to small numbers.
func zigzag(v int32) uint64 { return uint64(uint32(v<<1) ^ uint32(v>>31)) }

// appendBytes writes a field of bytes.
func appendBytes(dst []byte, number uint64, b []byte) []byte {
	dst = appendTag(dst, number, wireBytes)
	dst = appendVarint(dst, uint64(len(b)))
	return append(dst, b...)
}

// appendText writes a field of text.
func appendText(dst []byte, number uint64, s string) []byte {
	dst = appendTag(dst, number, wireBytes)
	dst = appendVarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// closeBytes completes a field of bytes whose length got one byte at position
// at, and whose content lies behind it to the end of dst. Nearly all contents
// are shorter than 128 bytes; a longer one is shifted.
func closeBytes(dst []byte, at int) []byte {
	n := len(dst) - at - 1
	if n < 1<<7 {
		dst[at] = byte(n)
		return dst
	}
	more := varintLen(uint64(n)) - 1
	dst = append(dst, make([]byte, more)...)
	copy(dst[at+1+more:], dst[at+1:at+1+n])
	binary.PutUvarint(dst[at:], uint64(n))
	return dst
}
