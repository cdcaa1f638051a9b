package survey

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// The bounds of what velocities tell.
const (
	velocity       = "velocity"
	oldestVelocity = 30 * time.Minute
	slackWater     = 0.02    // metres a second, below which nothing is carried
	farthestGauges = 8_000.0 // metres between two gauges that tell of the water between them
	farthestGauge  = 4_000.0 // metres from a gauge that tells of the water beyond it
	farFromCreek   = geo.Metres(500)
	oneSection     = geo.Metres(1) // gauges that are as near stand at one section
)

// Travel is how long the water needs from one chainage to another, as it runs now: an
// estimate for floating matter, by the mean of what gauges tell. It knows no tide to
// come, no mixing and no gates.
type Travel struct {
	From     geo.Metres `json:"from"`
	To       geo.Metres `json:"to"`
	State    string     `json:"state"`             // known | slack | against | unknown
	Why      string     `json:"why,omitempty"`     // if it is not known
	Seconds  *float64   `json:"seconds,omitempty"` // only if known
	Arrives  *time.Time `json:"arrives,omitempty"`
	Velocity *float64   `json:"velocity,omitempty"` // mean, metres a second
	Gauges   []Gauge    `json:"gauges"`             // in order of chainage
}

// Gauge is a sensor of velocity, and whether its value was used.
type Gauge struct {
	ID       assets.ID  `json:"id"`
	Chainage geo.Metres `json:"chainage"`
	Velocity *float64   `json:"velocity,omitempty"` // downstream, metres a second
	Time     *time.Time `json:"time,omitempty"`
	Used     bool       `json:"used"`
	Why      string     `json:"why,omitempty"` // it was not used
}

// section is the water at one chainage.
type section struct {
	at    float64
	sum   float64
	count int
}

func (s section) velocity() float64 { return s.sum / float64(s.count) }

// Travel tells how long something takes from one chainage to the other. It moves
// against the flow only while the tide turns it.
func (s *Survey) Travel(ctx context.Context, a Ask, from, to geo.Metres) (Travel, error) {
	length := s.Length()
	if !(from >= 0 && from <= length && to >= 0 && to <= length && from != to) {
		return Travel{}, invalid("from_chainage, to_chainage: %g, %g, want two different metres from 0 to %.0f", float64(from), float64(to), float64(length))
	}
	if !a.shows("values") {
		return Travel{}, denied("values: you are not shown them")
	}
	out := Travel{From: from, To: to, Gauges: []Gauge{}}
	sections, err := s.sections(ctx, &a, &out)
	if err != nil {
		return out, err
	}
	out.flow(sections, s.o.Now())
	return out, nil
}

// sections reads all gauges, and notes those around the way.
func (s *Survey) sections(ctx context.Context, a *Ask, out *Travel) (all []section, err error) {
	things, err := s.alongCreek(ctx, a.named(nil, assets.Sensor))
	if err != nil {
		return nil, err
	}
	now := s.o.Now()
	low, high := min(out.From, out.To)-farthestGauge, max(out.From, out.To)+farthestGauge
	for _, t := range things {
		at := t.Location().Place
		if at.Offset > farFromCreek || !slices.ContainsFunc(t.Asset.Sensor.Measures, func(m assets.Measure) bool { return m.Phenomenon == velocity }) {
			continue
		}
		g := gaugeOf(t, now)
		if g.Used {
			if n := len(all); n > 0 && float64(at.Chainage)-all[n-1].at <= float64(oneSection) {
				all[n-1].sum, all[n-1].count = all[n-1].sum+*g.Velocity, all[n-1].count+1
			} else {
				all = append(all, section{float64(at.Chainage), *g.Velocity, 1})
			}
		}
		if g.Chainage >= low && g.Chainage <= high {
			out.Gauges = append(out.Gauges, g)
		}
	}
	return all, nil
}

func gaugeOf(t *twin.Thing, now time.Time) Gauge {
	g := Gauge{ID: t.Asset.ID, Chainage: *metre(t.Location().Place.Chainage), Why: "it has told nothing"}
	for _, o := range t.Last {
		if o.Phenomenon != velocity {
			continue
		}
		at := time.UnixMilli(o.PhenomenonTime).In(shanghai)
		g.Velocity, g.Time, g.Why = &o.Value, &at, ""
		switch age := now.Sub(at); {
		case t.State.Data == twin.Stale, t.State.Data == twin.Stuck, t.State.Data == twin.Invalid:
			g.Why = "its data are " + string(t.State.Data)
		case age > oldestVelocity:
			g.Why = fmt.Sprintf("its value is %s old", age.Round(time.Minute))
		}
	}
	g.Used = g.Why == ""
	return g
}

// flow goes from section to section. Between two the velocity changes evenly; before the
// first and behind the last it is theirs.
func (t *Travel) flow(all []section, now time.Time) {
	low, high := float64(min(t.From, t.To)), float64(max(t.From, t.To))
	sign := 1.0
	if t.To < t.From {
		sign = -1
	}
	knots, why := knotsOf(all, low, high)
	if t.State, t.Why = "unknown", why; why != "" {
		return
	}
	seconds := 0.0
	for i := 1; i < len(knots); i++ {
		a, b := knots[i-1], knots[i]
		va, vb := sign*a.v, sign*b.v
		if least, where := min(va, vb), a.at; least < slackWater {
			if vb < va {
				where = b.at
			}
			t.State, t.Why = "slack", fmt.Sprintf("the water hardly moves at %.0f", where)
			if least < -slackWater {
				t.State, t.Why = "against", fmt.Sprintf("the water runs the other way at %.0f", where)
			}
			return
		}
		seconds += (b.at - a.at) * slowness(va, vb)
	}
	arrives := now.Add(time.Duration(seconds * float64(time.Second))).Round(time.Second).In(shanghai)
	mean := fine((high-low)/seconds, 1e4)
	seconds = math.Round(seconds)
	t.State, t.Seconds, t.Arrives, t.Velocity = "known", &seconds, &arrives, &mean
}

// slowness is the mean of 1/v where v changes evenly from a to b, both above 0.
func slowness(a, b float64) float64 {
	if math.Abs(b-a) < 1e-9*a {
		return 1 / a
	}
	return math.Log(b/a) / (b - a)
}

// knot is the velocity at a chainage.
type knot struct{ at, v float64 }

// knotsOf are the velocities at both ends and at the sections between; why they are not
// known, if they are not.
func knotsOf(all []section, low, high float64) (knots []knot, why string) {
	if len(all) == 0 {
		return nil, "no gauge has a fresh velocity"
	}
	at := func(x float64) (knot, string) {
		i, _ := slices.BinarySearchFunc(all, x, func(s section, x float64) int { return cmp.Compare(s.at, x) })
		switch {
		case i == 0 || i == len(all):
			s := all[min(i, len(all)-1)]
			if math.Abs(s.at-x) > farthestGauge {
				return knot{}, fmt.Sprintf("no gauge with a fresh velocity within %.0f m of %.0f", farthestGauge, x)
			}
			return knot{x, s.velocity()}, ""
		case all[i].at-all[i-1].at > farthestGauges:
			return knot{}, fmt.Sprintf("no gauge with a fresh velocity from %.0f to %.0f", all[i-1].at, all[i].at)
		}
		a, b := all[i-1], all[i]
		return knot{x, a.velocity() + (b.velocity()-a.velocity())*(x-a.at)/(b.at-a.at)}, ""
	}
	first, why := at(low)
	if why != "" {
		return nil, why
	}
	knots = append(knots, first)
	for _, s := range all {
		if s.at <= low || s.at >= high {
			continue
		}
		if last := knots[len(knots)-1].at; s.at-last > farthestGauges {
			return nil, fmt.Sprintf("no gauge with a fresh velocity from %.0f to %.0f", last, s.at)
		}
		knots = append(knots, knot{s.at, s.velocity()})
	}
	last, why := at(high)
	return append(knots, last), why
}
