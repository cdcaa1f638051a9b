package survey_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin/survey"
)

// gathered are random points, some of which lie together.
func gathered(random *rand.Rand, n int) (all []*assets.Asset) {
	middle := somewhere(random)
	for i := range n {
		p := somewhere(random)
		switch random.IntN(3) {
		case 0:
			middle = somewhere(random)
		case 1:
			p = orb.Point{middle[0] + random.NormFloat64()*0.001, middle[1] + random.NormFloat64()*0.001}
		}
		if random.IntN(20) == 0 && i > 0 {
			p = all[random.IntN(i)].Shape.Geometry.Plane.(orb.Point)
		}
		all = append(all, at(assets.Fixture, "asset.other", assets.ID(fmt.Sprintf("p-%04d", i)), p))
	}
	return all
}

// DBSCAN by its definition: the neighbours of each thing, components of cores, and the
// nearest core for the rest.
func bruteClusters(h *house, reach float64, least int) map[assets.ID]assets.ID {
	grid := geo.NewGrid(1)
	var flat []orb.Point
	for _, a := range h.all {
		flat = append(flat, grid.Flat(a.Shape.Geometry.Plane.(orb.Point)))
	}
	apart := func(i, k int) float64 { return math.Hypot(flat[i][0]-flat[k][0], flat[i][1]-flat[k][1]) }
	core, of := make([]bool, len(flat)), make([]int, len(flat))
	for i := range flat {
		n := 0
		for k := range flat {
			if apart(i, k) <= reach {
				n++
			}
		}
		core[i], of[i] = n >= least, i
	}
	for changed := true; changed; {
		changed = false
		for i := range flat {
			for k := range flat {
				if core[i] && core[k] && apart(i, k) <= reach && of[k] < of[i] {
					of[i], changed = of[k], true
				}
			}
		}
	}
	out := map[assets.ID]assets.ID{}
	lowest := map[int]int{}
	member := make([]int, len(flat))
	for i := range flat {
		member[i] = -1
		if core[i] {
			member[i] = of[i]
		} else {
			nearest := reach
			for k := range flat {
				if core[k] && (apart(i, k) < nearest || member[i] < 0 && apart(i, k) <= nearest) {
					member[i], nearest = of[k], apart(i, k)
				}
			}
		}
		if m := member[i]; m >= 0 {
			if _, known := lowest[m]; !known {
				lowest[m] = i
			}
		}
	}
	for i, m := range member {
		if m >= 0 {
			out[h.all[i].ID] = h.all[lowest[m]].ID
		}
	}
	return out
}

func TestClustersAgainstTheDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(21, 1))
	several := 0
	for round := range 25 {
		h := open(t, nil, nil, gathered(random, 20+random.IntN(230))...)
		reach, least := 30+random.Float64()*400, 2+random.IntN(8)
		got, err := h.Clusters(t.Context(), survey.ClusterAsk{Events: survey.Events{Ask: everything()}, Reach: geo.Metres(reach), Least: least})
		if err != nil {
			t.Fatal(err)
		}
		want := bruteClusters(h, reach, least)
		is := map[assets.ID]assets.ID{}
		clustered := 0
		for _, c := range got.Clusters {
			clustered += c.Count
			for _, m := range c.Members {
				is[m] = c.Members[0]
			}
			if c.Count > len(c.Members) {
				for m, of := range want { // those beyond the list are taken as they should be
					if of == c.Members[0] {
						is[m] = of
					}
				}
			}
			if c.Radius <= 0 && len(c.Hull) > 1 || len(c.Hull) == 0 {
				t.Errorf("cluster %+v", c)
			}
		}
		if !reflect.DeepEqual(is, want) || clustered != len(want) || got.Noise != len(h.all)-len(want) {
			t.Fatalf("round %d (%g m, %d): %v, want %v; %d in clusters, want %d", round, reach, least, is, want, clustered, len(want))
		}
		if got.Found > 1 {
			several++
		}
	}
	if several < 5 {
		t.Errorf("only %d rounds had several clusters", several)
	}
}

// Gi* by its formula, of every pair of cells.
func TestHotspotsAgainstTheFormula(t *testing.T) {
	random := rand.New(rand.NewPCG(22, 1))
	hot := 0
	for range 12 {
		h := open(t, nil, nil, gathered(random, 300)...)
		size := geo.Metres(150 + random.Float64()*300)
		reach := size * geo.Metres(1+random.Float64()*3)
		ask := everything()
		var err error
		if ask.Region, err = h.Along(survey.Stretch{From: 1000, To: 12_000, Off: 800}); err != nil {
			t.Fatal(err)
		}
		got, err := h.Hotspots(t.Context(), survey.HotspotAsk{Events: survey.Events{Ask: ask}, Size: size, Reach: reach})
		if err != nil {
			t.Fatal(err)
		}
		held, inside := map[geo.Cell]float64{}, 0
		grid := geo.NewGrid(size)
		stretch := func(p orb.Point) bool { return inStretch(h, p) }
		for _, a := range h.all {
			if p := a.Shape.Geometry.Plane.(orb.Point); stretch(p) {
				held[grid.Cell(p)]++
				inside++
			}
		}
		over, _ := grid.Over(orb.Bound{Min: orb.Point{121.33, 31.19}, Max: orb.Point{121.47, 31.29}}, 1e6)
		var cells []geo.Cell
		for _, c := range over {
			if held[c] > 0 || stretch(grid.Middle(c)) {
				cells = append(cells, c)
			}
		}
		if got.Cells != len(cells) || got.Counted != inside {
			t.Fatalf("%d things in %d cells, want %d in %d", got.Counted, got.Cells, inside, len(cells))
		}
		n, sum, squares := float64(len(cells)), 0.0, 0.0
		for _, c := range cells {
			sum, squares = sum+held[c], squares+held[c]*held[c]
		}
		mean := sum / n
		s := math.Sqrt(squares/n - mean*mean)
		z := map[[2]int32]float64{}
		var ps []float64
		for _, i := range cells {
			w, x := 0.0, 0.0
			for _, j := range cells {
				if math.Hypot(float64(i.X-j.X), float64(i.Y-j.Y))*float64(size) <= float64(reach)*(1+1e-12) {
					w, x = w+1, x+held[j]
				}
			}
			v := (x - mean*w) / (s * math.Sqrt((n*w-w*w)/(n-1)))
			z[[2]int32{i.X, i.Y}] = v
			ps = append(ps, 2*(1-cdf(math.Abs(v))))
		}
		slices.Sort(ps)
		found := 0
		for i, p := range ps {
			if p <= 0.05*float64(i+1)/n {
				found = i + 1
			}
		}
		significant := 0
		for _, spot := range got.Spots {
			if math.Abs(spot.Z-z[spot.Cell]) > 1e-9*max(1, math.Abs(spot.Z)) {
				t.Fatalf("cell %v: z %v, want %v", spot.Cell, spot.Z, z[spot.Cell])
			}
			if spot.Significant {
				significant++
			}
		}
		if significant != found {
			t.Errorf("%d cells are significant, want %d", significant, found)
		}
		hot += significant
	}
	if hot == 0 {
		t.Error("nothing was ever significant")
	}
}

func cdf(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

func inStretch(h *house, p orb.Point) bool {
	at := h.river().Locate(p)
	return at.Chainage >= 1000 && at.Chainage <= 12_000 && at.Offset <= 800
}

// Where all cells hold as many, or there are few of them, nothing is hot.
func TestHotspotsOfNothing(t *testing.T) {
	h := open(t, nil, nil)
	ask := everything()
	ask.Region, _ = h.Along(survey.Stretch{From: 0, To: 5000, Off: 200})
	got, err := h.Hotspots(t.Context(), survey.HotspotAsk{Events: survey.Events{Ask: ask}})
	if err != nil || len(got.Spots) != 0 || got.Limit != 0 || got.Cells < 30 {
		t.Errorf("%+v, %v", got, err)
	}
	ask.Region = survey.Region{}
	if _, err := h.Hotspots(t.Context(), survey.HotspotAsk{Events: survey.Events{Ask: ask}}); err == nil {
		t.Error("everywhere was taken as a region")
	}
}
