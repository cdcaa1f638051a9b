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

	border []arrow // the edges between inside and outside
	used   []bool
	path   []pixel
	loops  []loop
	pts    []pixel // of the loops
}

// edge is a piece of boundary from its smaller end a to its greater end b. The
// weight counts how often rings run from a to b less how often back.
type edge struct {
	a, b   pixel
	weight int32
}

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
		w.work = w.limit
		if w.arrange() && w.wind() {
			w.trace()
			return len(w.loops) > 0
		}
	}
	w.loops = w.loops[:0]
	return false
}

// load takes over the rings' edges.
func (w *weaver) load(r *rings) {
	w.edges = w.edges[:0]
	for i := range r.ends {
		ring := r.ring(i)
		a := ring[len(ring)-1]
		for _, b := range ring {
			w.add(a, b, 1)
			a = b
		}
	}
}

// add takes an edge in the direction from a to b.
func (w *weaver) add(a, b pixel, weight int32) {
	switch {
	case a.less(b):
		w.edges = append(w.edges, edge{a, b, weight})
	case b.less(a):
		w.edges = append(w.edges, edge{b, a, -weight})
	}
}
