package survey

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// The bounds of a search for gaps.
const (
	gapStep      = geo.Metres(5) // between the points of a bank that are looked at
	maxGapPoints = 100_000
	MaxGapReach  = geo.Metres(2_000)
	maxGaps      = 5_000
)

// Gaps are the pieces of bank lines from which nothing that is asked for is within
// reach: a bank without a lifebuoy within 50 metres. They are true to 5 metres.
type Gaps struct {
	Distance geo.Metres `json:"distance"`
	Banks    geo.Metres `json:"banks"`   // metres of bank that were looked at
	Lacking  geo.Metres `json:"lacking"` // of these in gaps
	Gaps     []Gap      `json:"gaps"`    // bank by bank, along it
}

// Gap is one of them.
type Gap struct {
	Of     assets.ID      `json:"of"` // the bank
	Bank   geo.Bank       `json:"bank,omitempty"`
	From   *geo.Metres    `json:"from,omitempty"` // chainage
	To     *geo.Metres    `json:"to,omitempty"`
	Metres geo.Metres     `json:"metres"` // along the bank
	Line   orb.LineString `json:"line"`   // as Ask.Put has it
}

// pace is a point of a bank that is looked at.
type pace struct {
	at      orb.Point
	where   assets.Location
	inside  bool // of the region
	reached bool
}

// Gaps finds them along the bank lines of the region that who asks sees. What is asked
// for is looked for beyond the region too.
func (s *Survey) Gaps(ctx context.Context, a Ask, reach geo.Metres) (Gaps, error) {
	if !(reach >= 1 && reach <= MaxGapReach) {
		return Gaps{}, invalid("distance: %g, want 1 to %g metres", float64(reach), float64(MaxGapReach))
	}
	out := Gaps{Distance: reach, Gaps: []Gap{}}
	banks := a.named(nil, assets.Bank)
	banks.Region = Region{}
	points := 0
	err := s.Each(ctx, banks, func(t *twin.Thing) error {
		for _, line := range linesOf(t.Geometry()) {
			if points += int(geo.Length(line)/gapStep) + len(line); points > maxGapPoints {
				return costly("banks: more than %d points, want fewer banks", maxGapPoints)
			}
			paces := s.walkBank(line, a.Region)
			if err := s.reached(ctx, a, paces, reach); err != nil {
				return err
			}
			if err := out.add(&a, t, paces); err != nil {
				return err
			}
		}
		return nil
	})
	out.Banks, out.Lacking = *metre(out.Banks), *metre(out.Lacking)
	return out, err
}

func linesOf(g orb.Geometry) []orb.LineString {
	switch g := g.(type) {
	case orb.LineString:
		return []orb.LineString{g}
	case orb.MultiLineString:
		return g
	}
	return nil
}

// walkBank lays points along a line, with those of the line itself.
func (s *Survey) walkBank(line orb.LineString, r Region) (out []pace) {
	add := func(p orb.Point) {
		where := s.o.Locate(p)
		out = append(out, pace{at: p, where: where, inside: r.holds(p, where)})
	}
	for i := 1; i < len(line); i++ {
		n := int(math.Ceil(float64(geo.Distance(line[i-1], line[i]) / gapStep)))
		for k := range n {
			share := float64(k) / float64(n)
			add(orb.Point{line[i-1][0] + (line[i][0]-line[i-1][0])*share, line[i-1][1] + (line[i][1]-line[i-1][1])*share})
		}
	}
	add(line[len(line)-1])
	return out
}

// reached marks the points that something is within reach of.
func (s *Survey) reached(ctx context.Context, a Ask, paces []pace, reach geo.Metres) error {
	var index geo.Index[int]
	moves := make([]geo.Move[int], len(paces))
	box := paces[0].at.Bound()
	for i, p := range paces {
		moves[i] = geo.Move[int]{Key: i, Is: p.at.Bound()}
		box = box.Extend(p.at)
	}
	if err := index.Apply(moves); err != nil {
		return err
	}
	a.Region = Box(geo.Grow(box, reach))
	var near []int
	return s.Each(ctx, &a, func(t *twin.Thing) error {
		near = index.Within(near[:0], geo.Grow(t.Bound(), reach))
		var thing *geo.Prepared
		for _, i := range near {
			if paces[i].reached || !paces[i].inside {
				continue
			}
			if thing == nil {
				thing = geo.Prepare(t.Geometry())
			}
			_, paces[i].reached = thing.Distance(paces[i].at, reach)
		}
		return nil
	})
}

// add tells the runs of points that nothing is within reach of.
func (g *Gaps) add(a *Ask, bank *twin.Thing, paces []pace) error {
	var run []pace
	end := func() {
		if len(run) > 1 {
			gap := gapOf(a, bank, run)
			g.Lacking += gap.Metres
			gap.Metres = *metre(gap.Metres)
			g.Gaps = append(g.Gaps, gap)
		}
		run = run[:0]
	}
	for i, p := range paces {
		if i > 0 && p.inside && paces[i-1].inside {
			g.Banks += geo.Distance(paces[i-1].at, p.at)
		}
		if p.inside && !p.reached {
			run = append(run, p)
		} else {
			end()
		}
	}
	end()
	if len(g.Gaps) > maxGaps {
		return costly("distance: more than %d gaps, want a smaller region or a longer distance", maxGaps)
	}
	return nil
}

func gapOf(a *Ask, bank *twin.Thing, run []pace) Gap {
	gap := Gap{Of: bank.Asset.ID}
	for i, p := range run {
		if i > 0 {
			gap.Metres += geo.Distance(run[i-1].at, p.at)
		}
		gap.Line = append(gap.Line, a.put(p.at))
	}
	first, last := run[0].where.Place, run[len(run)-1].where.Place
	if first != nil && last != nil && a.shows("chainage") {
		gap.From, gap.To = metre(min(first.Chainage, last.Chainage)), metre(max(first.Chainage, last.Chainage))
	}
	if middle := run[len(run)/2].where.Place; middle != nil && a.shows("bank") {
		gap.Bank = middle.Bank
	}
	return gap
}
