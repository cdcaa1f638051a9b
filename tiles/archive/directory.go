package archive

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// entry says where a run of tiles with the same bytes lies, or, with no run, the
// leaf directory that begins with the tile. Offsets count from the beginning of
// the tiles or of the leaves.
type entry struct {
	id     uint64
	offset uint64
	length uint32
	run    uint32
}

// entrySize is what an entry takes in memory.
const entrySize = 24

// leastEntry is what it takes in a file: a byte in each of four columns.
const leastEntry = 4

// encodeDirectory writes entries column by column; it does not pack them.
func encodeDirectory(entries []entry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.id-last)
		last = e.id
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	next := uint64(math.MaxUint64) // the first follows nothing
	for _, e := range entries {
		if e.offset == next {
			b = append(b, 0)
		} else {
			b = binary.AppendUvarint(b, e.offset+1)
		}
		next = e.offset + uint64(e.length)
	}
	return b
}

// decodeDirectory reads a directory whose entries lie in the first so many bytes
// of tiles and of leaves. It makes no more entries than the bytes can hold.
func decodeDirectory(b []byte, tiles, leaves uint64) ([]entry, error) {
	c := columns{rest: b}
	count := c.next(math.MaxUint64)
	if c.short || count == 0 || count > uint64(len(c.rest)/leastEntry) {
		return nil, fmt.Errorf("%w: directory: %d entries in %d bytes", ErrBroken, count, len(c.rest))
	}
	entries := make([]entry, count)
	c.read(entries)
	if c.short || len(c.rest) > 0 {
		return nil, fmt.Errorf("%w: directory: its numbers do not fit its %d bytes", ErrBroken, len(b))
	}
	return entries, checkEntries(entries, tiles, leaves)
}

// columns reads numbers until they run short.
type columns struct {
	rest  []byte
	short bool
}

// next reads a number of at most limit.
func (c *columns) next(limit uint64) uint64 {
	v, n := binary.Uvarint(c.rest)
	if n <= 0 || v > limit {
		c.short = true
		return 0
	}
	c.rest = c.rest[n:]
	return v
}

func (c *columns) read(entries []entry) {
	last := uint64(0)
	for i := range entries {
		last += c.next(math.MaxUint64 - last)
		entries[i].id = last
	}
	for i := range entries {
		entries[i].run = uint32(c.next(math.MaxUint32))
	}
	for i := range entries {
		entries[i].length = uint32(c.next(math.MaxUint32))
	}
	for i := range entries {
		v := c.next(math.MaxUint64)
		switch {
		case v > 0:
			entries[i].offset = v - 1
		case i > 0:
			entries[i].offset = entries[i-1].offset + uint64(entries[i-1].length)
		default:
			c.short = true
		}
	}
}

// checkEntries says what is wrong with the entries: ids ascend and runs do not
// reach the next, nothing is empty, and all lies in its section.
func checkEntries(entries []entry, tiles, leaves uint64) error {
	next := uint64(0)
	for i, e := range entries {
		size := tiles
		if e.run == 0 {
			size = leaves
		}
		switch {
		case e.id < next:
			return fmt.Errorf("%w: directory: entry %d: tile %d, want at least %d", ErrBroken, i, e.id, next)
		case e.length == 0 || !(span{e.offset, uint64(e.length)}).inside(size):
			return fmt.Errorf("%w: directory: entry %d: %d bytes from %d of a section of %d", ErrBroken, i, e.length, e.offset, size)
		case e.id > math.MaxUint64-uint64(max(e.run, 1)):
			return fmt.Errorf("%w: directory: entry %d: %d tiles from %d", ErrBroken, i, e.run, e.id)
		}
		next = e.id + uint64(max(e.run, 1))
	}
	return nil
}

// find returns the entry that holds the tile or leads to it.
func find(entries []entry, id uint64) (entry, bool) {
	at, found := slices.BinarySearchFunc(entries, id, func(e entry, id uint64) int {
		switch {
		case e.id < id:
			return -1
		case e.id > id:
			return 1
		}
		return 0
	})
	if !found {
		at--
	}
	if at < 0 {
		return entry{}, false
	}
	e := entries[at]
	return e, e.run == 0 || id-e.id < uint64(e.run)
}
