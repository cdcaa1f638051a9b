package geo

import "github.com/paulmach/orb"

// Meeting appends to sure the keys of which their boxes tell that they share a point with
// the site, and to unsure those whose geometry has to be asked. Boxes must be no larger
// than what is in them.
func (x *Index[K]) Meeting(sure, unsure []K, site *Prepared) ([]K, []K) {
	b := site.Bound()
	if checkBox(b) != nil {
		return sure, unsure
	}
	site.raster()
	x.mu.RLock()
	defer x.mu.RUnlock()
	r := x.lend()
	defer x.rooms.Put(r)
	r.blocks, r.spare = x.packed.search(r.blocks, r.spare, &b)
	for _, i := range r.blocks {
		switch is := site.around(&x.packed.levels[1][i]); {
		case is == solid:
			sure = x.packed.living(sure, int(i))
		case is == border && site.box && x.packed.points != nil:
			sure = x.packed.within(sure, int(i), &b)
		case is == border:
			sure, unsure = x.packed.meeting(sure, unsure, int(i), site, &b)
		}
	}
	if x.tree.Len() > 0 {
		x.tree.Search(b.Min, b.Max, func(min, max [2]float64, key K) bool {
			sure, unsure = judge(site, sure, unsure, key, &orb.Bound{Min: min, Max: max})
			return true
		})
	}
	return sure, unsure
}

// meeting is Meeting of a block of keys, of which the site's box may touch some.
func (p *packed[K]) meeting(sure, unsure []K, block int, site *Prepared, b *orb.Bound) ([]K, []K) {
	from, to := p.block(0, block)
	keys := p.keys[from:to]
	if p.points != nil {
		for k, q := range p.points[from:to] {
			if site.Touches(q) {
				sure = append(sure, keys[k])
			}
		}
		return sure, unsure
	}
	boxes := p.levels[0][from:to]
	for k := range boxes {
		if touch(&boxes[k], b) {
			sure, unsure = judge(site, sure, unsure, keys[k], &boxes[k])
		}
	}
	return sure, unsure
}

// judge appends a key to sure or unsure, or to none.
func judge[K comparable](site *Prepared, sure, unsure []K, key K, b *orb.Bound) ([]K, []K) {
	switch meets, known := site.against(b); {
	case !known:
		unsure = append(unsure, key)
	case meets:
		sure = append(sure, key)
	}
	return sure, unsure
}

// around is how a box lies to the site, as far as is told without its edges.
func (p *Prepared) around(b *orb.Bound) ground {
	if p.box {
		if surrounds(p.figure.bound, *b) {
			return solid
		}
		return border
	}
	if r := p.cells.Load(); r != nil {
		return r.ground(b)
	}
	return border
}

// cheapEdges is how many edges of a site are looked at for each box while the lock is
// held.
const cheapEdges = 64

// against says whether whatever has that box, which touches that of the site, meets the
// site, as far as the box tells: of a point, of what lies within a box or sticks out of
// one of its sides, and of what no edge of an area touches.
func (p *Prepared) against(b *orb.Bound) (meets, known bool) {
	switch {
	case p.box:
		return true, overlaps(&p.figure.bound, b)
	case b.Min == b.Max:
		return p.Touches(b.Min), true
	}
	r := p.cells.Load()
	switch {
	case r != nil:
		if is := r.ground(b); is != border {
			return is == solid, true
		}
		if r.touched(*b) {
			return false, false
		}
		return p.Touches(b.Min), true
	case !p.area || len(p.figure.edges) > cheapEdges:
		return false, false
	}
	for _, e := range p.figure.edges {
		if touchesBox(e, *b) {
			return false, false
		}
	}
	return p.Touches(b.Min), true
}

// overlaps says whether whatever has the box b, which touches the box a, surely shares a
// point with a: it has one on each side of b, and if b sticks out of a on one side only,
// that on the opposite side lies in a.
func overlaps(a, b *orb.Bound) bool {
	left, right := b.Min[0] >= a.Min[0], b.Max[0] <= a.Max[0]
	lower, upper := b.Min[1] >= a.Min[1], b.Max[1] <= a.Max[1]
	return lower && upper && (left || right) || left && right && (lower || upper)
}

// touchesBox says whether an edge may share a point with a box.
func touchesBox(e [2]orb.Point, b orb.Bound) bool {
	if max(e[0][0], e[1][0]) < b.Min[0] || min(e[0][0], e[1][0]) > b.Max[0] || max(e[0][1], e[1][1]) < b.Min[1] || min(e[0][1], e[1][1]) > b.Max[1] {
		return false
	}
	of := side(e, b.Min)
	return of == 0 || side(e, b.Max) != of || side(e, orb.Point{b.Min[0], b.Max[1]}) != of || side(e, orb.Point{b.Max[0], b.Min[1]}) != of
}
