package scene

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// sampleStep is the distance between samples of the smoothed centreline, metres.
const sampleStep = 8.0

// creek is the water with its two banks, on the plane.
type creek struct {
	mid   []xy      // smoothed centreline, about every sampleStep metres, downstream
	dir   []xy      // unit vectors downstream
	half  []float64 // half width
	banks [2]bank   // left, right
}

// bank is one edge of the water.
type bank struct {
	line  []xy
	out   []xy      // unit vectors away from the water
	chain []float64 // chainage of each vertex, metres
	run   []float64 // length of the line up to each vertex, metres
}

func newCreek(f *Sheet, rng *rand.Rand) *creek {
	line := make([]xy, len(f.creek.Line))
	for i, p := range f.creek.Line {
		line[i] = fromDegrees(p)
	}
	c := &creek{mid: smooth(resample(line, sampleStep), 5)}
	c.dir = directions(c.mid)
	w := f.creek.Width
	c.half = widths(len(c.mid), rng, [][2]float64{{0, w.P10 - 3}, {.1, w.P10}, {.5, w.Median}, {.9, w.P90}, {1, w.P90 + 7}})
	for side := range c.banks {
		c.banks[side] = c.edge(side)
	}
	return c
}

// resample walks a line in equal steps.
func resample(line []xy, step float64) []xy {
	out := []xy{line[0]}
	left := step
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		d := a.dist(b)
		at := left
		for ; at <= d; at += step {
			out = append(out, a.add(b.sub(a).mul(at/d)))
		}
		left = at - d
	}
	return append(out, line[len(line)-1])
}

// smooth rounds the corners with a Gaussian of sigma samples; the ends stay.
func smooth(ps []xy, sigma float64) []xy {
	reach := int(3 * sigma)
	out := slices.Clone(ps)
	for i := range ps {
		r := min(reach, i, len(ps)-1-i)
		var sum xy
		var weight float64
		for k := -r; k <= r; k++ {
			w := math.Exp(-float64(k*k) / (2 * sigma * sigma))
			sum, weight = sum.along(ps[i+k], w), weight+w
		}
		out[i] = sum.mul(1 / weight)
	}
	return out
}

func directions(ps []xy) []xy {
	out := make([]xy, len(ps))
	for i := range ps {
		out[i] = ps[min(i+1, len(ps)-1)].sub(ps[max(i-1, 0)]).unit()
	}
	return out
}

// widths returns n half widths that vary smoothly and whose distribution has
// the given quantiles (share, width), linear between them.
func widths(n int, rng *rand.Rand, quantiles [][2]float64) []float64 {
	noise := make([]float64, n)
	for range 9 {
		length, phase := 180+1400*rng.Float64(), rng.Float64()*2*math.Pi
		for i := range noise {
			noise[i] += math.Sin(float64(i)*sampleStep/length*2*math.Pi + phase)
		}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(noise[a], noise[b]) })
	out := make([]float64, n)
	for rank, i := range order {
		out[i] = quantile(float64(rank)/float64(n-1), quantiles) / 2
	}
	return out
}

func quantile(share float64, q [][2]float64) float64 {
	for i := 1; i < len(q); i++ {
		if share <= q[i][0] {
			t := (share - q[i-1][0]) / (q[i][0] - q[i-1][0])
			return q[i-1][1] + t*(q[i][1]-q[i-1][1])
		}
	}
	return q[len(q)-1][1]
}

// edge offsets the centreline to one side. In a bend tighter than the width the
// offset line would loop: what lies nearer to the centreline than its own half
// width is left out, which cuts the loops off.
func (c *creek) edge(side int) bank {
	var b bank
	for i, m := range c.mid {
		out := c.dir[i].left()
		if side == 1 {
			out = out.mul(-1)
		}
		p := m.along(out, c.half[i])
		if c.inside(p, i) {
			continue
		}
		if n := len(b.line); n > 0 && b.line[n-1].dist(p) < 1 {
			continue
		}
		b.line = append(b.line, p)
		b.chain = append(b.chain, float64(i)*sampleStep)
	}
	b.line = smooth(b.line, 1)
	b.run = make([]float64, len(b.line))
	for i := 1; i < len(b.line); i++ {
		b.run[i] = b.run[i-1] + b.line[i].dist(b.line[i-1])
	}
	b.out = directions(b.line)
	for i, d := range b.out {
		if b.out[i] = d.left(); side == 1 {
			b.out[i] = d.left().mul(-1)
		}
	}
	return b
}

// inside says whether p, an edge point of sample i, lies in the water of a
// stretch nearby.
func (c *creek) inside(p xy, i int) bool {
	const reach = 25 // samples
	for k := max(0, i-reach); k <= min(len(c.mid)-1, i+reach); k++ {
		if c.mid[k].dist(p) < c.half[k]-0.75 {
			return true
		}
	}
	return false
}

// outline is the water's edge all around.
func (c *creek) outline() []xy {
	right := slices.Clone(c.banks[1].line)
	slices.Reverse(right)
	return append(slices.Clone(c.banks[0].line), right...)
}

// nearest returns the sample of the centreline nearest to p.
func (c *creek) nearest(p xy) int {
	best, at := math.Inf(1), 0
	for i, m := range c.mid {
		if d := m.dist(p); d < best {
			best, at = d, i
		}
	}
	return at
}

func (b *bank) length() float64 { return b.run[len(b.run)-1] }

// spot is a place on a bank.
type spot struct {
	p     xy
	out   xy // unit vector away from the water
	chain float64
	side  int // 0 left, 1 right

	// On the promenade: how it was found, so that a long thing can bend with the bank.
	creek    *creek
	run, off float64
}

// shifted is the spot ds metres farther along the bank.
func (s spot) shifted(ds float64) spot { return s.creek.at(s.side, s.run+ds, s.off) }

// at returns the spot s metres along the bank and off metres behind its edge.
func (c *creek) at(side int, s, off float64) spot {
	b := &c.banks[side]
	s = min(max(s, 0), b.length())
	i, _ := slices.BinarySearch(b.run, s)
	i = min(max(i, 1), len(b.run)-1)
	t := (s - b.run[i-1]) / (b.run[i] - b.run[i-1])
	mix := func(a, b xy) xy { return a.mul(1 - t).add(b.mul(t)) }
	out := mix(b.out[i-1], b.out[i]).unit()
	return spot{
		p:     mix(b.line[i-1], b.line[i]).along(out, off),
		out:   out,
		chain: b.chain[i-1] + t*(b.chain[i]-b.chain[i-1]),
		side:  side,
		creek: c, run: s, off: off,
	}
}
