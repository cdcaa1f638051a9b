package survey

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// The bounds of clusters.
const (
	maxPairs        = 50_000_000 // that are measured
	maxMembers      = 50         // that are named of one
	usualReach      = geo.Metres(150)
	usualLeast      = 5
	MaxClusterReach = geo.Metres(5_000)
	MaxLeast        = 10_000
	maxClusters     = 1_000 // that are told
)

// ClusterAsk asks where things gather.
type ClusterAsk struct {
	Events
	Reach geo.Metres // between neighbours; 0: 150
	Least int        // neighbours, itself among them, that make a thing the core of a cluster; 0: 5
}

// Clusters are those of DBSCAN (Ester et al., A density-based algorithm for discovering
// clusters, KDD 1996): things that are within reach of a core belong together, cores
// that are within reach of each other are one cluster. What is near cores of two
// clusters belongs to the nearest core's; of equally near ones to the lower FID's. So
// the answer does not depend on any order.
type Clusters struct {
	Method   string     `json:"method"`
	Reach    geo.Metres `json:"reach"`
	Least    int        `json:"least"`
	Counted  int        `json:"counted"`
	Noise    int        `json:"noise"`    // that belong to none
	Found    int        `json:"found"`    // clusters
	Clusters []Cluster  `json:"clusters"` // largest first; of equals, of the lowest FID
}

// Cluster is one of them.
type Cluster struct {
	Count   int            `json:"count"`
	Cores   int            `json:"cores"`
	Classes map[string]int `json:"classes"`
	Worst   *twin.Severity `json:"worst,omitempty"` // severity
	Middle  orb.Point      `json:"middle"`          // of its things
	Radius  geo.Metres     `json:"radius"`          // from there to the farthest
	Hull    [][2]float64   `json:"hull"`            // around it, counterclockwise, closed: of two places a line, of one a point
	Members []assets.ID    `json:"members"`         // at most 50, in order of FID
}

// Clusters finds them.
func (s *Survey) Clusters(ctx context.Context, q ClusterAsk) (Clusters, error) {
	if q.Reach == 0 {
		q.Reach = usualReach
	}
	if q.Least == 0 {
		q.Least = usualLeast
	}
	if !(q.Reach >= 1 && q.Reach <= MaxClusterReach) || q.Least < 2 || q.Least > MaxLeast {
		return Clusters{}, invalid("reach: %g, least: %d: want 1 to %g metres, and 2 to %d", float64(q.Reach), q.Least, float64(MaxClusterReach), MaxLeast)
	}
	things, err := s.spots(ctx, &q.Events)
	if err != nil {
		return Clusters{}, err
	}
	d := newDensity(things, float64(q.Reach), q.Least)
	if err := d.run(); err != nil {
		return Clusters{}, err
	}
	out := Clusters{Method: "DBSCAN", Reach: q.Reach, Least: q.Least, Counted: len(things), Clusters: []Cluster{}}
	members := map[int][]int{}
	for i := range things {
		if d.of[i] < 0 {
			out.Noise++
		} else {
			members[d.of[i]] = append(members[d.of[i]], i)
		}
	}
	order := make([]int, 0, len(members))
	for first := range members {
		order = append(order, first)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(len(members[b]), len(members[a])), cmp.Compare(a, b)) })
	out.Found = len(order)
	for _, first := range order[:min(len(order), maxClusters)] {
		out.Clusters = append(out.Clusters, d.describe(&q.Ask, members[first]))
	}
	return out, ctx.Err()
}

// density is one DBSCAN on its way. The cells of its grid are so small that all in one
// are neighbours.
type density struct {
	things []*twin.Thing
	at     []orb.Point // metres on the plane
	reach  float64
	least  int
	cells  map[geo.Cell][]int
	order  []geo.Cell
	core   []bool
	root   []int // of the union-find, of cores
	of     []int // the first thing of the cluster; -1: none
	pairs  int
}

func newDensity(things []*twin.Thing, reach float64, least int) *density {
	d := &density{things: things, reach: reach, least: least, cells: map[geo.Cell][]int{}}
	plane := geo.NewGrid(1)
	for i, t := range things {
		p := plane.Flat(place(t))
		c := d.cell(p)
		if d.cells[c] == nil {
			d.order = append(d.order, c)
		}
		d.at, d.cells[c] = append(d.at, p), append(d.cells[c], i)
		d.root, d.of = append(d.root, i), append(d.of, -1)
	}
	d.core = make([]bool, len(things))
	return d
}

func (d *density) cell(p orb.Point) geo.Cell {
	side := d.reach / math.Sqrt2 * (1 - 1e-9)
	return geo.Cell{X: int32(math.Floor(p[0] / side)), Y: int32(math.Floor(p[1] / side))}
}

// run finds cores, joins them, and gives what is near them to the nearest.
func (d *density) run() error {
	for _, c := range d.order {
		if err := d.findCores(c); err != nil {
			return err
		}
	}
	for _, c := range d.order {
		if err := d.join(c); err != nil {
			return err
		}
	}
	for i := range d.things {
		if d.core[i] {
			d.of[i] = d.find(i)
		} else if err := d.attach(i); err != nil {
			return err
		}
	}
	d.number()
	return nil
}

// number names each cluster by the first of its things.
func (d *density) number() {
	first := map[int]int{}
	for i, of := range d.of {
		if _, known := first[of]; of >= 0 && !known {
			first[of] = i
		}
	}
	for i, of := range d.of {
		if of >= 0 {
			d.of[i] = first[of]
		}
	}
}

// around yields the cells of which something may be within reach of a cell, itself too.
func (d *density) around(c geo.Cell, yield func(some []int) error) error {
	for y := int32(-2); y <= 2; y++ {
		for x := int32(-2); x <= 2; x++ {
			if some := d.cells[geo.Cell{X: c.X + x, Y: c.Y + y}]; some != nil {
				if err := yield(some); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *density) apart(i, k int) float64 {
	d.pairs++
	return math.Hypot(d.at[i][0]-d.at[k][0], d.at[i][1]-d.at[k][1])
}

func (d *density) affordable() error {
	if d.pairs > maxPairs {
		return costly("reach: more than %d pairs are measured, want a shorter reach or a smaller region", maxPairs)
	}
	return nil
}

func (d *density) findCores(c geo.Cell) error {
	own := d.cells[c]
	for _, i := range own {
		if d.core[i] = len(own) >= d.least; d.core[i] {
			continue
		}
		n := 0
		if err := d.around(c, func(some []int) error {
			for _, k := range some {
				if n < d.least && d.apart(i, k) <= d.reach {
					n++
				}
			}
			return d.affordable()
		}); err != nil {
			return err
		}
		d.core[i] = n >= d.least
	}
	return nil
}

// join lets the cores of a cell be of one cluster with those within reach.
func (d *density) join(c geo.Cell) error {
	own := d.cells[c]
	if !slices.ContainsFunc(own, func(i int) bool { return d.core[i] }) {
		return nil
	}
	return d.around(c, func(some []int) error {
		for _, i := range own {
			if !d.core[i] {
				continue
			}
			for _, k := range some {
				if d.core[k] && d.find(i) != d.find(k) && d.apart(i, k) <= d.reach {
					d.root[d.find(i)] = d.find(k)
				}
			}
		}
		return d.affordable()
	})
}

func (d *density) find(i int) int {
	for d.root[i] != i {
		d.root[i] = d.root[d.root[i]]
		i = d.root[i]
	}
	return i
}

// attach gives a thing that is no core to the nearest one within reach.
func (d *density) attach(i int) error {
	best, nearest := -1, d.reach
	if err := d.around(d.cell(d.at[i]), func(some []int) error {
		for _, k := range some {
			if !d.core[k] {
				continue
			}
			if a := d.apart(i, k); a < nearest || a == nearest && (best < 0 || k < best) {
				best, nearest = k, a
			}
		}
		return d.affordable()
	}); err != nil || best < 0 {
		return err
	}
	d.of[i] = d.find(best)
	return nil
}

// describe tells of the cluster of some things.
func (d *density) describe(a *Ask, members []int) Cluster {
	c := Cluster{Count: len(members), Classes: map[string]int{}, Members: []assets.ID{}}
	var places []orb.Point
	for _, i := range members {
		t := d.things[i]
		p := place(t)
		places = append(places, p)
		c.Middle[0], c.Middle[1] = c.Middle[0]+p[0]/float64(len(members)), c.Middle[1]+p[1]/float64(len(members))
		c.Classes[t.Asset.Class]++
		if d.core[i] {
			c.Cores++
		}
		if a.shows("severity") && t.Severity > 0 && (c.Worst == nil || t.Severity < *c.Worst) {
			c.Worst = &t.Severity
		}
		if len(c.Members) < maxMembers {
			c.Members = append(c.Members, t.Asset.ID)
		}
	}
	for _, p := range places {
		c.Radius = max(c.Radius, geo.Distance(c.Middle, p))
	}
	c.Radius, c.Middle = *metre(c.Radius), a.put(c.Middle)
	c.Hull = hull(places)
	if a.Put != nil {
		for i := range c.Hull {
			c.Hull[i] = a.Put(c.Hull[i])
		}
	}
	return c
}

// hull is the convex hull, counterclockwise and closed (Andrew, Another efficient
// algorithm for convex hulls in two dimensions, Inform. Process. Lett. 9, 1979).
func hull(points []orb.Point) (out [][2]float64) {
	slices.SortFunc(points, func(a, b orb.Point) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	points = slices.Compact(points)
	half := func() {
		from := len(out)
		for _, p := range points {
			for n := len(out); n-from >= 2 && turnOf(out[n-2], out[n-1], p) <= 0; n = len(out) {
				out = out[:n-1]
			}
			out = append(out, p)
		}
	}
	half()
	if len(points) < 2 {
		return out
	}
	out = out[:len(out)-1]
	slices.Reverse(points)
	half()
	return out
}

// turnOf is positive if the way from a over b to c turns left.
func turnOf(a, b [2]float64, c orb.Point) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}
