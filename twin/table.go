package twin

import "suhe/assets"

// page is how many things a page of a table holds: 8 KiB of pointers.
const page = 1024

// lowPages bounds the part of a table that is a plain slice: 64 Mi things. A
// larger FID, which only a strange store gives, goes to a map.
const lowPages = 1 << 16

// table finds things by FID. FIDs are dense, so pages are nearly full. The zero
// table is empty.
type table struct {
	low  []*leaf
	high map[uint64]*leaf
}

// leaf is one page; nil is an empty one.
type leaf [page]*Thing

func (l *leaf) each(f func(*Thing)) {
	if l == nil {
		return
	}
	for _, t := range l {
		if t != nil {
			f(t)
		}
	}
}

func (t *table) get(fid assets.FID) *Thing {
	n, i := uint64(fid)/page, uint64(fid)%page
	if n < uint64(len(t.low)) {
		if p := t.low[n]; p != nil {
			return p[i]
		}
		return nil
	}
	if p := t.high[n]; p != nil {
		return p[i]
	}
	return nil
}

// set puts v at fid; nil removes. Pages are kept once made.
func (t *table) set(fid assets.FID, v *Thing) {
	n, i := uint64(fid)/page, uint64(fid)%page
	if p := t.pageFor(n); p != nil || v == nil {
		if p != nil {
			p[i] = v
		}
		return
	}
	p := new(leaf)
	p[i] = v
	if n < lowPages {
		for uint64(len(t.low)) <= n {
			t.low = append(t.low, nil)
		}
		t.low[n] = p
		return
	}
	if t.high == nil {
		t.high = make(map[uint64]*leaf)
	}
	t.high[n] = p
}

func (t *table) pageFor(n uint64) *leaf {
	if n < uint64(len(t.low)) {
		return t.low[n]
	}
	return t.high[n]
}

// each calls f for every thing, in no order.
func (t *table) each(f func(*Thing)) {
	for _, p := range t.low {
		p.each(f)
	}
	for _, p := range t.high {
		p.each(f)
	}
}
