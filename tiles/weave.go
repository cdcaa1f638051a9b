package tiles

// weaver makes valid polygons of any closed rings: it splits the edges where
// they meet (arrange), finds by winding number which of them part inside from
// outside (wind), and joins those to rings (trace). Inside is where the rings
// wind more often the positive way than the negative one, so that overlaps melt
// and what rounding has turned inside out vanishes. All results lie on the
// lattice.
//
// A weaver is scratch: it allocates only while it grows.
type weaver struct {
	edges  []edge  // the arrangement; sorted, each once, no weight 0
	hot    []pixel // ends and crossings, sorted
	spare  []edge
	pass   []pixel
	active []int32
	limit  int // of steps on one lattice
	work   int // steps left

	cover  cover
	arrows []arrow // the edges between inside and outside, owner by owner
	border []arrow // those of one owner
	knots  []pixel // where more than two edges of any owners meet, sorted
	used   []bool
	path   []pixel
	loops  []loop
	pts    []pixel // of the loops
}

// edge is a piece of boundary from its smaller end a to its greater end b. The
// weight counts how often rings of its owner, a feature, run from a to b less how
// often back.
type edge struct {
	a, b   pixel
	weight int32
	owner  int32
}

// along says whether two edges are one piece of boundary.
func (e *edge) along(f *edge) bool { return e.a == f.a && e.b == f.b }

// weaveWork bounds the steps spent on one polygon: some 50 ms. Only a polygon
// of tens of thousands of edges within one tile can need more.
const weaveWork = 10_000_000

// weave turns the rings into valid polygons. A polygon too intricate for the
// tile is drawn on a coarser lattice, at worst of 64 units; false means that
// nothing is left, or that even this was too intricate.
func (w *weaver) weave(r *rings) bool {
	for k := uint(0); k <= 6; k++ {
		if k > 0 {
			r.coarsen(k)
		}
		w.load(r)
		if w.part() {
			w.border = w.arrows
			w.trace()
			return len(w.loops) > 0
		}
	}
	w.loops = w.loops[:0]
	return false
}

// part finds what parts inside from outside, in the work that one lattice may take.
func (w *weaver) part() bool {
	w.work = w.limit
	return w.arrange() && w.wind()
}

// load takes over the rings' edges.
func (w *weaver) load(r *rings) {
	w.edges, w.knots = w.edges[:0], w.knots[:0]
	w.cover.begin(1)
	for i := range r.ends {
		ring := r.ring(i)
		a := ring[len(ring)-1]
		for _, b := range ring {
			w.add(a, b, 1, 0)
			a = b
		}
	}
}

// add takes an edge in the direction from a to b.
func (w *weaver) add(a, b pixel, weight, owner int32) {
	switch {
	case a.less(b):
		w.edges = append(w.edges, edge{a, b, weight, owner})
	case b.less(a):
		w.edges = append(w.edges, edge{b, a, -weight, owner})
	}
}
