package search

import "slices"

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

func (l *list) has(i uint16) bool {
	if l.many != nil {
		return l.many.has(i)
	}
	_, found := slices.BinarySearch(l.few, i)
	return found
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

// addCommon adds to dst what all lists have in common; scratch is used up. There is at
// least one list.
func addCommon(dst, scratch *set, lists []list) {
	least := &lists[0]
	for i := range lists {
		if lists[i].size() < least.size() {
			least = &lists[i]
		}
	}
	if least.many == nil {
		for _, n := range least.few {
			if !slices.ContainsFunc(lists, func(l list) bool { return !l.has(n) }) {
				dst.add(n)
			}
		}
		return
	}
	*scratch = *least.many
	for i := range lists {
		if lists[i].many != least.many {
			scratch.intersect(lists[i].many)
		}
	}
	dst.unite(scratch)
}
