package bench

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// QueryOptions say how much is measured; zero means the default.
type QueryOptions struct {
	Database string        // postgres:// of a PostGIS; a schema of our own is made and dropped. Default: a cluster of our own
	Count    int           // assets, a fifth of them buildings; default 1,000,000
	Cameras  int           // default 21,000
	Asks     int           // questions of each kind; default 2,000
	Span     time.Duration // of each comparison, at least; default 10 s
	Progress io.Writer     // what is being done; nil: nobody is told
}

func (o QueryOptions) withDefaults() QueryOptions {
	for _, n := range []struct {
		value    *int
		standard int
	}{{&o.Count, 1_000_000}, {&o.Cameras, 21_000}, {&o.Asks, 2_000}} {
		if *n.value <= 0 {
			*n.value = n.standard
		}
	}
	if o.Span <= 0 {
		o.Span = 10 * time.Second
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	return o
}

// Query measures what planners ask: where things are, beside PostGIS; which cameras see
// a place; things by their words; all of them as a file. It returns what it found with
// the first error.
func Query(ctx context.Context, o QueryOptions) (Table, error) {
	o = o.withDefaults()
	t := Table{Title: "suhe bench query", Machine: machine()}
	m := &querying{QueryOptions: o, table: &t, workers: runtime.GOMAXPROCS(0)}
	m.say("making %d assets and %d cameras", o.Count, o.Cameras)
	maker := newMaker()
	buildings := maker.buildings(o.Count/5, ground(o.Count))
	points := maker.points(assets.Fixture, o.Count-o.Count/5, ground(o.Count))
	m.things = append(buildings, points...)
	var err error
	if m.world, err = newWorld(ctx, m.things, maker.cameras(o.Cameras, ground(o.Count))); err != nil {
		return t, err
	}
	for _, measure := range []func(context.Context) error{m.places, m.visibility, m.words, m.rows} {
		if err := measure(ctx); err != nil {
			return t, err
		}
	}
	return t, nil
}

// querying is one run.
type querying struct {
	QueryOptions
	table   *Table
	workers int
	things  []*assets.Asset // in order of number, from 1 on; cameras come behind
	world   *twin.World
}

func (m *querying) add(rows ...Row) { m.table.Rows = append(m.table.Rows, rows...) }

func (m *querying) say(format string, args ...any) { fmt.Fprintf(m.Progress, format+"\n", args...) }

// places measures questions of where beside PostGIS, once both were found to answer the
// same.
func (m *querying) places(ctx context.Context) (err error) {
	url, end, err := openDatabase(m.Database)
	if err != nil {
		return err
	}
	defer end()
	rival, err := openYardstick(ctx, url, m.workers)
	if err != nil {
		return err
	}
	defer func() {
		if drop := rival.close(ctx); err == nil {
			err = drop
		}
	}()
	m.table.Machine = append(m.table.Machine, rival.about...)
	m.table.Machine = append(m.table.Machine, fmt.Sprintf("%d at once on each side, by turns; EPSG:4326 stored, and EPSG:4549 for the nearest, each with its GiST index, clustered; things with id, class, name and geometry, or their numbers alone as one array", m.workers))
	m.say("filling PostGIS")
	if err := rival.fillGround(ctx, "ground", m.things); err != nil {
		return err
	}
	asks := places(questions(m.Asks, insideOf(ground(m.Count))))
	if err := rival.ready(ctx, asks); err != nil {
		return err
	}
	if err := m.race(ctx, rival, asks, told{"", ourThing, rival.rows, 50}); err != nil {
		return err
	}
	return m.race(ctx, rival, asks, told{", numbers alone", ourNumber, rival.numbers, 0})
}

// told is what both sides tell of what they find.
type told struct {
	what   string
	ours   teller
	theirs answers
	target float64 // how many times the rival's answers are wanted; 0: any
}

// race asks both sides for what is in a box, in a polygon, and nearest.
func (m *querying) race(ctx context.Context, rival *yardstick, asks []*place, told told) error {
	for _, c := range []struct {
		what         string
		ours, theirs finder
		near         bool
	}{
		{fmt.Sprintf("box of %d m", boxSide), ourBox(m.world, told.ours), inBox(told.theirs), false},
		{fmt.Sprintf("polygon of %d corners", corners), ourPolygon(m.world, told.ours), inPolygon(told.theirs), false},
		{fmt.Sprintf("nearest %d", nearest), ourNearest(m.world, told.ours), nearestTo(told.theirs), true},
	} {
		what := c.what + told.what
		m.say("%s", what)
		if err := sameFinds(ctx, asks, c.ours, c.theirs, m.things, c.near); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		r := race[*place]{asks: asks, workers: m.workers, turn: min(len(asks), 50*m.workers), again: 20, span: m.Span, spent: rival.spent(ctx)}
		a, b, err := r.run(ctx, c.ours.racing(), c.theirs.racing())
		if err != nil {
			return err
		}
		m.place(what, a, b, told.target)
	}
	return nil
}

// place tells how a race went.
func (m *querying) place(what string, ours, theirs *score, target float64) {
	name := count(m.Count) + " assets: " + what
	var faster, less limit
	if target > 0 {
		faster, less = atLeast(target), atMost(1/target)
	}
	m.add(compare(name, "answers/s", ours.rate(), "PostGIS", theirs.rate(), faster),
		compare(name+": processor time of an answer", "µs", ours.each(), "PostGIS and pgx", theirs.each(), less),
		alone(name+": p99", "µs", 1000*ours.percentile(0.99), limit{}))
}

func places(all []place) []*place {
	out := make([]*place, len(all))
	for i := range all {
		out[i] = &all[i]
	}
	return out
}

// insideOf is a box without a margin: what is asked for lies where things are.
func insideOf(b orb.Bound) orb.Bound {
	dx, dy := (b.Max[0]-b.Min[0])/20, (b.Max[1]-b.Min[1])/20
	return orb.Bound{Min: orb.Point{b.Min[0] + dx, b.Min[1] + dy}, Max: orb.Point{b.Max[0] - dx, b.Max[1] - dy}}
}

// timesOfEach answers each question on its own and returns how long each took.
func timesOfEach(n int, answer func(i int) error) (times []time.Duration, err error) {
	for i := range n {
		begun := time.Now()
		if err := answer(i); err != nil {
			return nil, err
		}
		times = append(times, time.Since(begun))
	}
	return times, nil
}

// lookedAt are places that people look at: where things are.
func (m *querying) lookedAt(i int) orb.Point {
	return geo.Anchor(m.things[i*7919%len(m.things)].Shape.Geometry.Plane)
}
