package search

import (
	"math"
	"slices"

	"suhe/assets"
	"suhe/twin"
)

// segment is up to segmentSize things and the posting lists of them.
type segment struct {
	lists map[key]list
	alive set
	free  []uint16 // that were given and are not alive

	// Of each thing. What every question looks at lies close together.
	marks []mark
	fids  []assets.FID
	docs  []doc

	around box   // all of them
	blocks []box // around the things of each word of a set; no smaller when things go

	records []byte // of all docs, and what was theirs before
	wasted  int    // bytes of records that nobody has any more

	keys []key // scratch of who writes
}

// mark is the number of a thing's like, and its severity.
type mark uint32

const severityBits = 3

func markOf(like uint32, severity twin.Severity) mark {
	return mark(like<<severityBits | uint32(severity))
}
func (m mark) like() uint32    { return uint32(m) >> severityBits }
func (m mark) severity() uint8 { return uint8(m) & (1<<severityBits - 1) }

// doc is one thing in short.
type doc struct {
	box    box
	time   uint32 // of its last edit or step, Unix seconds
	from   uint32 // its record in records
	length uint16 // enough: maxText bounds each text
}

// entry is all that the index keeps of a thing but its record.
type entry struct {
	mark
	fid assets.FID
	doc
}

func newSegment() *segment { return &segment{lists: map[key]list{}, around: nowhere} }

// full says whether there is no room for one more.
func (s *segment) full() bool { return len(s.docs) == segmentSize && len(s.free) == 0 }

func (s *segment) record(i uint16) []byte {
	d := &s.docs[i]
	return s.records[d.from : d.from+uint32(d.length)]
}

func entryOf(t *twin.Thing, like uint32) entry {
	return entry{mark: markOf(like, t.Severity), fid: t.Asset.FID, doc: doc{
		box: fixedBox(t.Bound()), time: seconds(t.Asset.Revision.At.Unix()),
	}}
}

// seconds is a Unix time as docs keep it.
func seconds(unix int64) uint32 { return uint32(max(0, min(unix, math.MaxUint32))) }

// put makes e with that record the next thing of the segment, and returns its number.
func (s *segment) put(e entry, record []byte, x *likes) uint16 {
	e.from, e.length = uint32(len(s.records)), uint16(len(record))
	s.records = append(s.records, record...)
	var i uint16
	if n := len(s.free); n > 0 {
		i, s.free = s.free[n-1], s.free[:n-1]
	} else {
		i = uint16(len(s.docs))
		s.marks, s.fids, s.docs = append(s.marks, 0), append(s.fids, 0), append(s.docs, doc{})
	}
	s.marks[i], s.fids[i], s.docs[i] = e.mark, e.fid, e.doc
	s.alive.add(i)
	s.hold(i)
	for _, k := range s.keysOf(i, x) {
		l := s.lists[k]
		l.add(i)
		s.lists[k] = l
	}
	return i
}

// renew lets the thing of that number be e, of the same record and posting lists.
func (s *segment) renew(i uint16, e entry) {
	e.from, e.length = s.docs[i].from, s.docs[i].length
	s.marks[i], s.docs[i] = e.mark, e.doc
	s.hold(i)
}

// hold lets the boxes around a thing hold it.
func (s *segment) hold(i uint16) {
	block := int(i >> 6)
	for len(s.blocks) <= block {
		s.blocks = append(s.blocks, nowhere)
	}
	s.blocks[block].extend(&s.docs[i].box)
	s.around.extend(&s.docs[i].box)
}

// keysOf are the keys of a thing, in order and each once; the slice is the segment's.
func (s *segment) keysOf(i uint16, x *likes) []key {
	class, area := x.places(s.marks[i].like())
	s.keys = append(s.keys[:0], number(fieldClass, class), number(fieldArea, area))
	s.keys = appendKeys(s.keys, s.record(i))
	slices.Sort(s.keys)
	s.keys = slices.Compact(s.keys)
	return s.keys
}

// take removes the thing of that number.
func (s *segment) take(i uint16, x *likes) {
	for _, k := range s.keysOf(i, x) {
		l := s.lists[k]
		if l.remove(i) {
			delete(s.lists, k)
		} else {
			s.lists[k] = l
		}
	}
	s.alive.remove(i)
	s.wasted += int(s.docs[i].length)
	s.marks[i], s.fids[i], s.docs[i] = 0, 0, doc{}
	s.free = append(s.free, i)
	if s.wasted > 1<<16 && s.wasted > len(s.records)/2 {
		s.tidy()
	}
}

// tidy makes the records as long as they need to be.
func (s *segment) tidy() {
	kept := make([]byte, 0, len(s.records)-s.wasted)
	for i := range s.docs {
		from := len(kept)
		kept = append(kept, s.record(uint16(i))...)
		s.docs[i].from = uint32(from)
	}
	s.records, s.wasted = kept, 0
}

// pack takes no more memory than is needed, once many things were put.
func (s *segment) pack() {
	s.records = slices.Clip(append([]byte(nil), s.records...))
	n := 0
	for _, l := range s.lists {
		n += len(l.few)
	}
	all := make([]uint16, 0, n)
	lists := make(map[key]list, len(s.lists))
	for k, l := range s.lists {
		if l.few != nil {
			from := len(all)
			all = append(all, l.few...)
			l.few = all[from:len(all):len(all)]
		}
		lists[k] = l
	}
	s.lists, s.keys = lists, nil
}
