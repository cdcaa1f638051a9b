package search

import (
	"cmp"
	"slices"
)

// segmentSize is how many things a segment holds: as many as 16 bits number.
const segmentSize = 1 << 16

// set is some of the things of a segment, a bit of each.
type set [segmentSize / 64]uint64

func (s *set) add(i uint16)      { s[i>>6] |= 1 << (i & 63) }
func (s *set) remove(i uint16)   { s[i>>6] &^= 1 << (i & 63) }
func (s *set) has(i uint16) bool { return s[i>>6]&(1<<(i&63)) != 0 }

func (s *set) intersect(o *set) {
	for i := range s {
		s[i] &= o[i]
	}
}

func (s *set) unite(o *set) {
	for i := range s {
		s[i] |= o[i]
	}
}

// mostFew is how many numbers take as much memory as a set.
const mostFew = segmentSize / 16

// list is a posting list: few numbers in order, or a set of many. The zero list is
// empty.
type list struct {
	few  []uint16
	many *set
}

func (l *list) add(i uint16) {
	if l.many != nil {
		l.many.add(i)
		return
	}
	if n := len(l.few); n == 0 || l.few[n-1] < i {
		l.few = append(l.few, i)
	} else if at, found := slices.BinarySearch(l.few, i); !found {
		l.few = slices.Insert(l.few, at, i)
	}
	if len(l.few) > mostFew {
		l.many = new(set)
		l.addTo(l.many)
		l.few = nil
	}
}

// remove says whether the list may be empty now.
func (l *list) remove(i uint16) bool {
	if l.many != nil {
		l.many.remove(i)
		return false
	}
	if at, found := slices.BinarySearch(l.few, i); found {
		l.few = slices.Delete(l.few, at, at+1)
	}
	return len(l.few) == 0
}

// addTo adds the numbers to the set.
func (l *list) addTo(s *set) {
	if l.many != nil {
		s.unite(l.many)
		return
	}
	for _, i := range l.few {
		s.add(i)
	}
}

// size is about how many numbers there are.
func (l *list) size() int {
	if l.many != nil {
		return segmentSize
	}
	return len(l.few)
}

// addCommon adds to dst what all lists have in common. There is at least one list; they
// are put in another order, and scratch and room are used up.
func addCommon(dst, scratch *set, room []uint16, lists []list) []uint16 {
	slices.SortFunc(lists, func(a, b list) int { return cmp.Compare(a.size(), b.size()) })
	least, others := lists[0], lists[1:]
	if least.many != nil {
		*scratch = *least.many
		for i := range others {
			scratch.intersect(others[i].many)
		}
		dst.unite(scratch)
		return room
	}
	room = append(room[:0], least.few...)
	for i := range others {
		room = others[i].keep(room)
	}
	for _, n := range room {
		dst.add(n)
	}
	return room
}

// keep keeps those of the numbers, which are in order, that are in the list.
func (l *list) keep(numbers []uint16) []uint16 {
	kept := numbers[:0]
	if l.many != nil {
		for _, n := range numbers {
			if l.many.has(n) {
				kept = append(kept, n)
			}
		}
		return kept
	}
	rest := l.few
	for _, n := range numbers {
		if rest = from(rest, n); len(rest) == 0 {
			break
		}
		if rest[0] == n {
			kept = append(kept, n)
		}
	}
	return kept
}

// from are the numbers from n on, looked for in steps that grow.
func from(numbers []uint16, n uint16) []uint16 {
	step := 1
	for step < len(numbers) && numbers[step] < n {
		step *= 2
	}
	at, _ := slices.BinarySearch(numbers[step/2:min(step+1, len(numbers))], n)
	return numbers[step/2+at:]
}
