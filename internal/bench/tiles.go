package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"runtime"
	"time"

	"suhe/assets"
	"suhe/geo"
)

// TilesOptions say how much is measured; zero means the default.
type TilesOptions struct {
	Database  string        // postgres:// of a PostGIS; a schema of our own is made and dropped. Default: a cluster of our own
	Program   Program       // to run a node
	Points    int           // default 100,000
	Buildings int           // default 100,000
	Big       int           // default 1,000,000
	Span      time.Duration // of each comparison, at least; one that needs longer for all tiles takes it. Default 10 s
	Each      int           // tiles of each zoom; default 12
	Detail    bool          // also tell how long tiles of each zoom take
	Edits     int           // committed edits that are waited for; default 200
	Progress  io.Writer     // what is being done; nil: nobody is told
	Log       *slog.Logger  // nil: silent
}

func (o TilesOptions) withDefaults() TilesOptions {
	for _, n := range []struct {
		value    *int
		standard int
	}{{&o.Points, 100_000}, {&o.Buildings, 100_000}, {&o.Big, 1_000_000}, {&o.Each, 12}, {&o.Edits, 200}} {
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
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Tiles measures the tiles that the twin serves: fresh ones beside ST_AsMVT and
// orb, repeated ones beside net/http, under changes, at low zooms, and how long
// a committed edit takes to show. It returns what it found with the first error.
func Tiles(ctx context.Context, o TilesOptions) (Table, error) {
	o = o.withDefaults()
	t := Table{Title: "suhe bench tiles", Machine: machine()}
	url, end, err := openDatabase(o.Database)
	if err != nil {
		return t, err
	}
	defer end()
	m := &measuring{TilesOptions: o, table: &t, workers: runtime.GOMAXPROCS(0)}
	if m.yardstick, err = openYardstick(ctx, url, m.workers); err != nil {
		return t, err
	}
	defer func() { m.note("drop the yardstick's schema", m.yardstick.close(ctx)) }()
	t.Machine = append(t.Machine, m.yardstick.about...)
	t.Machine = append(t.Machine, "EPSG:3857 stored, clustered by its GiST index")
	t.Machine = append(t.Machine, fmt.Sprintf("%d at once on each side, by turns; %d tiles of each zoom, where things are", m.workers, o.Each))
	for _, measure := range []func(context.Context) error{m.district, m.big, m.lowZooms} {
		if err := measure(ctx); err != nil {
			return t, err
		}
	}
	return t, m.edits(ctx, url)
}

// measuring is one run.
type measuring struct {
	TilesOptions
	table     *Table
	workers   int
	yardstick *yardstick
}

func (m *measuring) add(rows ...Row) { m.table.Rows = append(m.table.Rows, rows...) }

func (m *measuring) say(format string, args ...any) { fmt.Fprintf(m.Progress, format+"\n", args...) }

func (m *measuring) note(what string, err error) {
	if err != nil {
		m.Log.Error(what, "err", err)
	}
}

// district measures all that needs no more than a district: one world of points,
// buildings, sensors and, apart from them, tiles of exactly a thousand points.
func (m *measuring) district(ctx context.Context) error {
	m.say("making %d points and %d buildings", m.Points, m.Buildings)
	maker := newMaker()
	points := maker.points(assets.Landmark, m.Points, ground(m.Points))
	few := newThousands(maker)
	buildings := maker.buildings(m.Buildings, ground(m.Buildings))
	sensors := maker.sensors(max(m.Points/5, 1), ground(m.Points))
	marks := append(points[:len(points):len(points)], few.all...)
	world, err := newWorld(ctx, marks, buildings, sensors)
	if err != nil {
		return err
	}
	if err := m.yardstick.fill(ctx, "points", marks); err != nil {
		return err
	}
	if err := m.yardstick.fill(ctx, "buildings", buildings); err != nil {
		return err
	}
	for _, set := range []set{
		{fmt.Sprintf("%s points", count(m.Points)), "points", points, zooms{10, 18}, m.Each},
		{fmt.Sprintf("%s buildings", count(m.Buildings)), "buildings", buildings, zooms{12, 18}, m.Each},
	} {
		if err := m.fresh(ctx, world, set); err != nil {
			return err
		}
	}
	if err := m.thousands(ctx, world, few); err != nil {
		return err
	}
	if err := m.repeated(ctx, world, points); err != nil {
		return err
	}
	return m.busy(ctx, world, points, sensors)
}

// big measures fresh tiles of a million points.
func (m *measuring) big(ctx context.Context) error {
	m.say("making %d points", m.Big)
	points := newMaker().points(assets.Landmark, m.Big, ground(m.Big))
	world, err := newWorld(ctx, points)
	if err != nil {
		return err
	}
	if err := m.yardstick.fill(ctx, "big", points); err != nil {
		return err
	}
	return m.fresh(ctx, world, set{fmt.Sprintf("%s points", count(m.Big)), "big", points, zooms{10, 18}, max(1, m.Each/3)})
}

// lowZooms measures the tiles that show a million things from far away.
func (m *measuring) lowZooms(ctx context.Context) error {
	m.say("drawing z0–z8 of %d assets", m.Big)
	points := newMaker().points(assets.Fixture, m.Big, ground(m.Big))
	world, err := newWorld(ctx, points)
	if err != nil {
		return err
	}
	s, err := newServer(world, how{})
	if err != nil {
		return err
	}
	defer s.Close()
	worst, most := 0.0, 0
	for _, t := range tilesOf(points, zooms{0, 8}, 1) {
		var one score
		for range 20 {
			if err := pass(ctx, []geo.Tile{t}, 1, ours(s, assets.Fixture), &one); err != nil {
				return err
			}
		}
		worst = math.Max(worst, one.percentile(0.5))
		most = max(most, int(one.bytes)/20)
	}
	name := count(m.Big) + " assets, slowest tile of z0–z8"
	m.add(alone(name, "ms", worst, atMost(20)), alone(name+": size", "bytes", float64(most), limit{}))
	return nil
}
