package simulate

import (
	"hash/fnv"
	"math"
	"time"
)

// Nature is what there is to measure: a function of place and time.
type Nature struct {
	Seed  uint64
	Surge Surge
}

// Surge is a storm surge (风暴潮): the level of the whole creek rises above the tide.
// The zero Surge is none.
type Surge struct {
	Begin time.Time
	Rise  float64       // metres
	Over  time.Duration // how long it takes to rise, and to fall
	Stay  time.Duration // how long it stands
	Every time.Duration // from one to the next, more than 2·Over + Stay; 0 for one that stays for ever
}

// at is how much of the surge has come.
func (s Surge) at(t time.Time) float64 {
	since := t.Sub(s.Begin)
	if s.Rise == 0 || since <= 0 {
		return 0
	}
	if s.Every == 0 {
		return s.Rise * s.come(since)
	}
	since %= s.Every
	return s.Rise * (s.come(since) - s.come(since-s.Over-s.Stay))
}

// come is the share of a rise that has come so long after it began.
func (s Surge) come(since time.Duration) float64 {
	x := math.Min(1, math.Max(0, float64(since)/float64(s.Over)))
	return x * x * (3 - 2*x)
}

// The periods of the tide's main parts (IHO constituents M2, S2, K1, O1), hours.
const (
	periodM2 = 12.4206012
	periodS2 = 12
	periodK1 = 23.9344697
	periodO1 = 25.8193417
)

// tideLag is how long the tide takes upstream, hours for each metre of chainage
// from the river's mouth side; it comes in from the east.
const tideLag = 0.9 / 15000

// hours is the time since a fixed moment.
func hours(t time.Time) float64 { return float64(t.UnixMilli()-1767196800000) / 3.6e6 }

// tide is the height of the tide in metres about its mean; upstream it is later
// and lower.
func tide(t time.Time, chainage float64) float64 {
	h := hours(t) + chainage*tideLag - 0.9
	damping := 0.72 + 0.28*chainage/15000
	part := func(amplitude, period, phase float64) float64 {
		return amplitude * math.Cos(2*math.Pi*h/period-phase)
	}
	return damping * (part(0.62, periodM2, 0.4) + part(0.21, periodS2, 1.1) + part(0.14, periodK1, 2.0) + part(0.09, periodO1, 0.7))
}

// slope is how fast the tide rises, metres an hour.
func slope(t time.Time, chainage float64) float64 {
	const step = 6 * time.Minute
	return (tide(t.Add(step), chainage) - tide(t.Add(-step), chainage)) / 0.2
}

// storm is the intensity of rain in mm/h. One passes in about every nine hours,
// for some forty minutes, from west to east.
func (n Nature) storm(t time.Time, chainage float64) float64 {
	h := hours(t) - chainage/15000*0.25
	slot := math.Floor(h / 9)
	when := slot*9 + 1 + 6*n.chance("storm", slot)
	strength := 12 + 40*n.chance("strength", slot)
	x := (h - when) / 0.35
	return strength * math.Exp(-x*x) * boolean(n.chance("falls", slot) < 0.8)
}

// runoff is what the last hours' rain still adds to the creek, in mm.
func (n Nature) runoff(t time.Time, chainage float64) float64 {
	var sum float64
	for i := range 9 {
		ago := float64(i) / 3
		sum += n.storm(t.Add(-time.Duration(ago*float64(time.Hour))), chainage) / 3 * math.Exp(-ago)
	}
	return sum
}

// day is 1 in the afternoon and -1 before dawn, in Shanghai.
func day(t time.Time) float64 { return math.Cos(2 * math.Pi * (hours(t) - 14) / 24) }

// busy is how much goes on in the streets: 0 at night, 1 at the peaks.
func busy(t time.Time) float64 {
	h := math.Mod(hours(t), 24)
	peak := func(at, width float64) float64 { return math.Exp(-sq((h - at) / width)) }
	return math.Min(1, 0.75*peak(8.3, 1.6)+0.55*peak(13, 4)+0.8*peak(18.5, 2))
}

// noise is smooth and random, in [-1,1], with a period of some minutes.
func (n Nature) noise(what string, t time.Time, minutes float64) float64 {
	x := hours(t) * 60 / minutes
	i, f := math.Floor(x), x-math.Floor(x)
	f = f * f * (3 - 2*f)
	return (n.chance(what, i)*(1-f)+n.chance(what, i+1)*f)*2 - 1
}

// chance is a number in [0,1) that depends on the seed, the name and the count alone.
func (n Nature) chance(what string, count float64) float64 {
	h := fnv.New64a()
	h.Write([]byte(what))
	x := h.Sum64() ^ n.Seed*0x9e3779b97f4a7c15 ^ math.Float64bits(count)
	// The finaliser of splitmix64.
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func sq(v float64) float64 { return v * v }
