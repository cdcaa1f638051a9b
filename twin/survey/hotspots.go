package survey

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// The bounds of a hotspot analysis.
const (
	MaxCells        = 50_000
	maxNeighbours   = 2_000
	usualHotspots   = geo.Metres(200)
	falseDiscovery  = 0.05
	leastForZ       = 30 // cells: of fewer the normal distribution tells nothing
	neighbourFactor = 1.5
)

// HotspotAsk asks where there is more than chance would bring.
type HotspotAsk struct {
	Events
	Size  geo.Metres // of cells; 0: 200
	Reach geo.Metres // between middles of cells that count as neighbours; 0: 1.5 times Size, the eight around
}

// Hotspots is the answer of the Getis-Ord statistic Gi* (Getis and Ord, The analysis of
// spatial association by use of distance statistics, Geographical Analysis 24, 1992;
// Ord and Getis, 27, 1995, eq. 14 in 1995 with binary weights, the cell itself among its
// neighbours).
//
// The cells are all of the region, those without anything too: those whose middle lies
// in it, and those that hold something. z is the deviation of the sum over a cell and
// its neighbours from what chance would give, in standard deviations; p is two-sided, by
// the normal distribution; significant is what remains when at most one in twenty of
// those named is expected to be named by chance (Benjamini and Hochberg, Controlling the
// false discovery rate, J. R. Statist. Soc. B 57, 1995; the cells overlap in their
// neighbours, whose dependence is positive, which it allows). Of fewer than 30 cells, or
// of cells that all hold as many, there is no z.
type Hotspots struct {
	Method  string     `json:"method"`
	Size    geo.Metres `json:"size"`
	Reach   geo.Metres `json:"reach"`
	Counted int        `json:"counted"`
	Cells   int        `json:"cells"` // of the region
	Mean    float64    `json:"mean"`  // of a cell
	FDR     float64    `json:"fdr"`
	Limit   float64    `json:"p"`     // up to which p is significant; 0: nothing is
	Spots   []Hotspot  `json:"spots"` // that hold something or are significant, hottest first
}

// Hotspot is a cell.
type Hotspot struct {
	Cell        [2]int32    `json:"cell"`
	Outline     orb.Polygon `json:"outline"` // as Ask.Put has it
	Count       int         `json:"count"`   // in the cell itself
	Around      int         `json:"around"`  // with its neighbours
	Z           float64     `json:"z"`
	P           float64     `json:"p"`
	Significant bool        `json:"significant"`
}

// Hotspots finds the cells of the region that are hot (z above 0) or cold.
func (s *Survey) Hotspots(ctx context.Context, q HotspotAsk) (Hotspots, error) {
	if q.Size == 0 {
		q.Size = usualHotspots
	}
	if q.Reach == 0 {
		q.Reach = neighbourFactor * q.Size
	}
	switch {
	case !(q.Size >= MinSize && q.Size <= MaxSize):
		return Hotspots{}, invalid("size: %g, want %g to %g metres", float64(q.Size), float64(MinSize), float64(MaxSize))
	case !(q.Reach >= q.Size && q.Reach <= MaxReach):
		return Hotspots{}, invalid("reach: %g, want size to %g metres", float64(q.Reach), float64(MaxReach))
	case q.Region.Everywhere():
		return Hotspots{}, invalid("region: none, want an area, a stretch of chainage, a bbox or an outline: chance is what the whole of it would give")
	}
	near := neighbourhood(float64(q.Reach / q.Size))
	if len(near) > maxNeighbours {
		return Hotspots{}, costly("reach: %d neighbours, want at most %d: a shorter reach, or larger cells", len(near), maxNeighbours)
	}
	things, err := s.spots(ctx, &q.Events)
	if err != nil {
		return Hotspots{}, err
	}
	grid := geo.NewGrid(q.Size)
	held := map[geo.Cell]int{}
	for _, t := range things {
		held[grid.Cell(place(t))]++
	}
	cells, err := s.study(q.Region, grid, held, MaxCells)
	if err != nil {
		return Hotspots{}, err
	}
	out := Hotspots{Method: "Getis-Ord Gi*, binary weights, cell included", Size: q.Size, Reach: q.Reach, Counted: len(things), Cells: len(cells), FDR: falseDiscovery, Spots: []Hotspot{}}
	if out.Cells > 0 {
		out.Mean = float64(out.Counted) / float64(out.Cells)
	}
	out.judge(&q.Ask, grid, cells, held, near)
	return out, ctx.Err()
}

// neighbourhood are the steps to all cells whose middle is at most so many sides away,
// with the cell itself.
func neighbourhood(reach float64) (steps []geo.Cell) {
	n := int32(min(reach, 1000))
	for y := -n; y <= n; y++ {
		for x := -n; x <= n; x++ {
			if math.Hypot(float64(x), float64(y)) <= reach {
				steps = append(steps, geo.Cell{X: x, Y: y})
			}
		}
	}
	return steps
}

func (h *Hotspots) judge(a *Ask, grid *geo.Grid, cells []geo.Cell, held map[geo.Cell]int, near []geo.Cell) {
	n := float64(len(cells))
	squares := 0.0
	in := make(map[geo.Cell]bool, len(cells))
	for _, c := range cells {
		in[c] = true
		squares += float64(held[c] * held[c])
	}
	deviation := math.Sqrt(max(0, squares/n-h.Mean*h.Mean))
	known := len(cells) >= leastForZ && deviation > 1e-9
	var spots []Hotspot
	for _, c := range cells {
		around, weight := 0, 0.0
		for _, step := range near {
			if o := (geo.Cell{X: c.X + step.X, Y: c.Y + step.Y}); in[o] {
				around, weight = around+held[o], weight+1
			}
		}
		spot := Hotspot{Cell: [2]int32{c.X, c.Y}, Count: held[c], Around: around, P: 1}
		if spread := deviation * math.Sqrt((n*weight-weight*weight)/(n-1)); known && spread > 0 {
			spot.Z = (float64(around) - h.Mean*weight) / spread
			spot.P = math.Erfc(math.Abs(spot.Z) / math.Sqrt2)
		}
		spots = append(spots, spot)
	}
	h.Limit = discoveries(spots, h.FDR)
	for _, spot := range spots {
		if spot.Significant = h.Limit > 0 && spot.P <= h.Limit; spot.Significant || spot.Count > 0 {
			spot.Outline = outlineOf(a, grid.Outline(geo.Cell{X: spot.Cell[0], Y: spot.Cell[1]}))
			h.Spots = append(h.Spots, spot)
		}
	}
	slices.SortStableFunc(h.Spots, func(a, b Hotspot) int { return cmp.Compare(b.Z, a.Z) })
}

// discoveries is the greatest p that is significant, by Benjamini and Hochberg; 0: none.
func discoveries(spots []Hotspot, rate float64) (limit float64) {
	ps := make([]float64, len(spots))
	for i := range spots {
		ps[i] = spots[i].P
	}
	slices.Sort(ps)
	for i, p := range ps {
		if p <= rate*float64(i+1)/float64(len(ps)) {
			limit = max(p, math.SmallestNonzeroFloat64)
		}
	}
	return limit
}

func outlineOf(a *Ask, p orb.Polygon) orb.Polygon {
	for _, ring := range p {
		for i := range ring {
			ring[i] = a.put(ring[i])
		}
	}
	return p
}
