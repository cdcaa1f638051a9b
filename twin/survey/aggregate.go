package survey

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// Of is what is counted.
type Of string

// What is counted.
const (
	Things       Of = "things"       // what the map shows now
	Incidents    Of = "incidents"    // that began in the time asked for, open or not, but those that are part of others
	Observations Of = "observations" // of one phenomenon
)

// By is what is kept apart.
type By string

// What is kept apart.
const (
	ByGrid     By = "grid"     // squares of Size metres
	ByArea     By = "area"     // 街镇
	ByChainage By = "chainage" // stretches of Size metres
	ByBank     By = "bank"
	ByKind     By = "kind"
	ByClass    By = "class"
	BySeverity By = "severity"
	ByHour     By = "hour"
	ByDay      By = "day"
	ByWeek     By = "week"
)

var bys = []By{ByGrid, ByArea, ByChainage, ByBank, ByKind, ByClass, BySeverity, ByHour, ByDay, ByWeek}

// The bounds of an aggregate.
const (
	MaxPeriods                  = 2_000
	MaxGroups                   = 20_000
	MaxSpan                     = 400 * 24 * time.Hour
	MaxSensorDays               = 5_000 // sensors times days
	MinSize, MaxSize            = geo.Metres(10), geo.Metres(20_000)
	maxBegun                    = 500_000
	usualSize        geo.Metres = 500
)

// Question asks for an aggregate.
type Question struct {
	Ask
	Of         Of
	By         []By
	Size       geo.Metres // of cells and stretches; 0: 500
	From, To   time.Time  // widened to whole periods; not of Things
	Against    []Against
	Phenomenon string // of Observations
}

// Answer is an aggregate.
type Answer struct {
	Of         Of         `json:"of"`
	By         []By       `json:"by"`
	Size       geo.Metres `json:"size,omitempty"`
	From       *time.Time `json:"from,omitempty"` // after widening
	To         *time.Time `json:"to,omitempty"`
	Phenomenon string     `json:"phenomenon,omitempty"`
	Unit       string     `json:"unit,omitempty"`
	Groups     []Group    `json:"groups"` // in order of place, then of time
}

// Group is what was counted of things that have all of By in common. What is compared
// is there though nothing was counted of it now.
type Group struct {
	Cell     *[2]int32       `json:"cell,omitempty"`
	Middle   *orb.Point      `json:"middle,omitempty"`   // of the cell, as Ask.Put has it
	Area     *string         `json:"area,omitempty"`     // "" outside all
	Chainage *geo.Metres     `json:"chainage,omitempty"` // where the stretch begins; -1: not along the creek
	Bank     *geo.Bank       `json:"bank,omitempty"`     // "" not along the creek
	Kind     assets.Kind     `json:"kind,omitempty"`
	Class    string          `json:"class,omitempty"`
	Severity *int            `json:"severity,omitempty"`
	Start    *time.Time      `json:"start,omitempty"` // of the period
	Figures                  // now
	Against  map[Against]Was `json:"against,omitempty"`
}

// Figures are what a tally tells. The last three are there of observations.
type Figures struct {
	Count int      `json:"count"`
	Mean  *float64 `json:"mean,omitempty"`
	Min   *float64 `json:"min,omitempty"`
	Max   *float64 `json:"max,omitempty"`
}

// Was is what it was before, and the change since as a share of that: of the count, or
// of the mean of observations. Of nothing there is no share.
type Was struct {
	Figures
	Change *float64 `json:"change,omitempty"`
}

// key is what a group has in common.
type key struct {
	cell     geo.Cell
	area     string
	chainage int
	bank     geo.Bank
	kind     assets.Kind
	class    string
	severity int
	period   int
}

// Aggregate counts. The error wraps assets.ErrInvalid, access.ErrDenied or ErrCost.
func (s *Survey) Aggregate(ctx context.Context, q Question) (Answer, error) {
	c, err := s.newCount(&q)
	if err != nil {
		return Answer{}, err
	}
	tallies := make([]map[key]Tally, 1+len(q.Against))
	for i := range tallies {
		from := q.From
		if i > 0 {
			from = q.Against[i-1].from(q.From, q.To, c.every)
		}
		c.tallies = make(map[key]Tally)
		if err := c.run(ctx, from, from.Add(q.To.Sub(q.From))); err != nil {
			return Answer{}, err
		}
		tallies[i] = c.tallies
	}
	return c.answer(tallies), nil
}

// count is one aggregate on its way.
type count struct {
	s       *Survey
	q       *Question
	every   Every
	grid    *geo.Grid
	unit    string
	valid   [2]float64
	tallies map[key]Tally
}

func (s *Survey) newCount(q *Question) (*count, error) {
	c := &count{s: s, q: q}
	if q.Size == 0 {
		q.Size = usualSize
	}
	if !(q.Size >= MinSize && q.Size <= MaxSize) {
		return nil, invalid("size: %g, want %g to %g metres", float64(q.Size), float64(MinSize), float64(MaxSize))
	}
	for i, by := range q.By {
		if !slices.Contains(bys, by) || slices.Contains(q.By[:i], by) {
			return nil, invalid("by: %.40q, want some of %v, each once", by, bys)
		}
		switch name := string(by); by {
		case ByArea, ByChainage, ByBank, BySeverity:
			if !twin.Shown(name, q.Shows) {
				return nil, denied("by: %s: you are not shown it", name)
			}
		}
		if every, is := map[By]Every{ByHour: Hour, ByDay: Day, ByWeek: Week}[by]; is {
			if c.every != 0 {
				return nil, invalid("by: %s and another period, want one", by)
			}
			c.every = every
		}
	}
	c.grid = geo.NewGrid(q.Size)
	return c, c.checkTime()
}

// checkTime widens the time to whole periods and bounds it.
func (c *count) checkTime() error {
	q := c.q
	if q.Of == Things {
		if c.every != 0 || !q.From.IsZero() || !q.To.IsZero() || len(q.Against) > 0 {
			return invalid("of: things are counted as they are now, want no times and periods")
		}
		return nil
	}
	q.From, q.To = c.every.Floor(q.From), c.every.Ceil(q.To)
	switch span := q.To.Sub(q.From); {
	case q.Of != Incidents && q.Of != Observations:
		return invalid("of: %.40q, want things, incidents or observations", q.Of)
	case span <= 0 || span > MaxSpan:
		return invalid("from, to: %s to %s, want a time of at most %d days that passes", q.From.Format(time.RFC3339), q.To.Format(time.RFC3339), int(MaxSpan.Hours()/24))
	case c.every != 0 && span/time.Duration(c.every) > MaxPeriods:
		return costly("by: %d periods, want at most %d: longer ones, or less time", span/time.Duration(c.every), MaxPeriods)
	}
	for i, g := range q.Against {
		if g != Before && g != LastWeek && g != LastYear || slices.Contains(q.Against[:i], g) {
			return invalid("compare: %.40q, want before, week or year, each once", g)
		}
	}
	if q.Of == Incidents {
		return nil
	}
	p, known := c.s.o.Classes.Phenomenon(q.Phenomenon)
	if !known {
		return invalid("phenomenon: %.80q is none", q.Phenomenon)
	}
	if !q.shows("values") {
		return denied("values: you are not shown them")
	}
	c.unit, c.valid = p.Unit, p.Valid
	return nil
}

// run counts one span.
func (c *count) run(ctx context.Context, from, to time.Time) error {
	switch c.q.Of {
	case Things:
		return c.s.Each(ctx, &c.q.Ask, func(t *twin.Thing) error { return c.add(t, 0, Tally{Count: 1}) })
	case Incidents:
		return c.s.begun(ctx, &c.q.Ask, from, to, func(t *twin.Thing, at time.Time) error {
			return c.add(t, c.period(at.Sub(from)), Tally{Count: 1})
		})
	}
	return c.observations(ctx, from, to)
}

func (c *count) period(since time.Duration) int {
	if c.every == 0 {
		return 0
	}
	return int(since / time.Duration(c.every))
}

// begun yields the incidents that began in the time and are asked for, as things.
func (s *Survey) begun(ctx context.Context, a *Ask, from, to time.Time, yield func(*twin.Thing, time.Time) error) error {
	if s.o.Past == nil || len(a.Kinds) > 0 && !slices.Contains(a.Kinds, assets.Incident) {
		return nil
	}
	n := 0
	return s.o.Past.Begun(ctx, from, to, func(b Begun) error {
		if n++; n > maxBegun {
			return costly("from, to: more than %d incidents, want less time", maxBegun)
		}
		t := twin.NewThing(b.Marker)
		if b.Marker.Properties.Text(twin.MarkerState) == "merged" || !a.takes(t) {
			return nil
		}
		return yield(t, b.At)
	})
}

func (c *count) observations(ctx context.Context, from, to time.Time) error {
	if c.s.o.Past == nil {
		return nil
	}
	var ids []assets.ID
	things := map[assets.ID]*twin.Thing{}
	if err := c.s.Each(ctx, &c.q.Ask, func(t *twin.Thing) error {
		if spec := t.Asset.Sensor; spec != nil && slices.ContainsFunc(spec.Measures, func(m assets.Measure) bool { return m.Phenomenon == c.q.Phenomenon }) {
			ids, things[t.Asset.ID] = append(ids, t.Asset.ID), t
		}
		return nil
	}); err != nil || len(ids) == 0 {
		return err
	}
	if days := math.Ceil(to.Sub(from).Hours() / 24); float64(len(ids))*days > MaxSensorDays {
		return costly("%d sensors over %.0f days, want at most %d of both multiplied: a smaller region, or less time", len(ids), days, MaxSensorDays)
	}
	every := time.Duration(c.every)
	if every == 0 {
		every = to.Sub(from)
	}
	q := SumQuery{Assets: ids, Phenomenon: c.q.Phenomenon, From: from, To: to, Every: every, Valid: c.valid}
	return c.s.o.Past.Sums(ctx, q, func(sum Sum) error { return c.add(things[sum.Asset], sum.Period, sum.Tally) })
}

func (c *count) add(t *twin.Thing, period int, tally Tally) error {
	k := c.keyOf(t)
	k.period = period
	sum, known := c.tallies[k]
	if !known && len(c.tallies) == MaxGroups {
		return costly("more than %d groups, want larger ones", MaxGroups)
	}
	sum.add(tally)
	c.tallies[k] = sum
	return nil
}

func (c *count) keyOf(t *twin.Thing) (k key) {
	at := t.Location()
	for _, by := range c.q.By {
		switch by {
		case ByGrid:
			k.cell = c.grid.Cell(place(t))
		case ByArea:
			k.area = at.Area
		case ByChainage:
			if k.chainage = -1; at.Place != nil {
				k.chainage = int(at.Place.Chainage / c.q.Size)
			}
		case ByBank:
			if at.Place != nil {
				k.bank = at.Place.Bank
			}
		case ByKind:
			k.kind = t.Asset.Kind
		case ByClass:
			k.class = t.Asset.Class
		case BySeverity:
			k.severity = int(t.Severity)
		}
	}
	return k
}

func byKey(a, b key) int {
	return cmp.Or(
		cmp.Compare(a.cell.Y, b.cell.Y), cmp.Compare(a.cell.X, b.cell.X), strings.Compare(a.area, b.area),
		cmp.Compare(a.chainage, b.chainage), cmp.Compare(a.bank, b.bank), cmp.Compare(a.kind, b.kind),
		strings.Compare(a.class, b.class), cmp.Compare(a.severity, b.severity), cmp.Compare(a.period, b.period))
}

// answer lays the tallies of now and of before beside each other.
func (c *count) answer(tallies []map[key]Tally) Answer {
	q := c.q
	out := Answer{Of: q.Of, By: q.By, Phenomenon: q.Phenomenon, Unit: c.unit, Groups: []Group{}}
	if slices.Contains(q.By, ByGrid) || slices.Contains(q.By, ByChainage) {
		out.Size = q.Size
	}
	if q.Of != Things {
		from, to := q.From.In(shanghai), q.To.In(shanghai)
		out.From, out.To = &from, &to
	}
	all := map[key]bool{}
	for _, some := range tallies {
		for k := range some {
			all[k] = true
		}
	}
	keys := make([]key, 0, len(all))
	for k := range all {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, byKey)
	for _, k := range keys {
		out.Groups = append(out.Groups, c.group(k, tallies))
	}
	return out
}

func (c *count) group(k key, tallies []map[key]Tally) Group {
	g := Group{Figures: c.figures(tallies[0][k])}
	for _, by := range c.q.By {
		switch by {
		case ByGrid:
			middle := c.q.put(c.grid.Middle(k.cell))
			g.Cell, g.Middle = &[2]int32{k.cell.X, k.cell.Y}, &middle
		case ByArea:
			g.Area = &k.area
		case ByChainage:
			m := geo.Metres(-1)
			if k.chainage >= 0 {
				m = geo.Metres(k.chainage) * c.q.Size
			}
			g.Chainage = &m
		case ByBank:
			g.Bank = &k.bank
		case ByKind:
			g.Kind = k.kind
		case ByClass:
			g.Class = k.class
		case BySeverity:
			g.Severity = &k.severity
		default:
			start := c.q.From.Add(time.Duration(k.period) * time.Duration(c.every)).In(shanghai)
			g.Start = &start
		}
	}
	for i, against := range c.q.Against {
		was := Was{Figures: c.figures(tallies[i+1][k])}
		was.Change = change(g.Figures, was.Figures)
		if g.Against == nil {
			g.Against = map[Against]Was{}
		}
		g.Against[against] = was
	}
	return g
}

func (c *count) figures(t Tally) Figures {
	f := Figures{Count: t.Count}
	if c.q.Of == Observations && t.Count > 0 {
		mean := t.Sum / float64(t.Count)
		f.Mean, f.Min, f.Max = &mean, &t.Min, &t.Max
	}
	return f
}

// change is by what share it has become more.
func change(is, was Figures) *float64 {
	now, then := float64(is.Count), float64(was.Count)
	if is.Mean != nil || was.Mean != nil {
		if is.Mean == nil || was.Mean == nil {
			return nil
		}
		now, then = *is.Mean, *was.Mean
	}
	if then == 0 {
		return nil
	}
	share := fine((now-then)/math.Abs(then), 1e4)
	return &share
}
