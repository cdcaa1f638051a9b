package bench

import (
	"context"
	"fmt"
	"math"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// both makes two tiles for one.
func both(a, b side) side {
	return func(ctx context.Context, t geo.Tile) ([]byte, error) {
		if data, err := a(ctx, t); err != nil {
			return data, err
		}
		return b(ctx, t)
	}
}

// set is what tiles are drawn of, all of one kind.
type set struct {
	name   string
	table  string // of the yardstick
	things []*assets.Asset
	zooms  zooms
	each   int // tiles of each zoom
}

// fasterBy is about how much faster we are thought to be: so many turns of ours
// take as long as one of the yardstick.
const fasterBy = 16

// fresh measures tiles that are rendered each time, beside ST_AsMVT.
func (m *measuring) fresh(ctx context.Context, world *twin.World, s set) error {
	kind := s.things[0].Kind
	at := tilesOf(s.things, s.zooms, s.each)
	r := race[geo.Tile]{asks: at, workers: m.workers, turn: 8 * m.workers, again: fasterBy, span: m.Span}
	rival := m.yardstick.tile(s.table, kind.Layer())
	name := fmt.Sprintf("%s z%d–z%d", s.name, s.zooms.from, s.zooms.to)

	m.say("fresh tiles of %s", s.name)
	plain, err := newServer(world, how{plain: true})
	if err != nil {
		return err
	}
	defer plain.Close()
	if err := sameWork(ctx, at[:min(len(at), 40)], ours(plain, kind), rival); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	a, b, err := r.run(ctx, ours(plain, kind), rival)
	if err != nil {
		return err
	}
	m.add(compare(name+": fresh tiles", "tiles/s", a.rate(), "ST_AsMVT", b.rate(), atLeast(30)),
		compare(name+": p99", "ms", a.percentile(0.99), "ST_AsMVT", b.percentile(0.99), atMost(0.05)),
		compare(name+": size", "bytes", a.perTile(), "ST_AsMVT", b.perTile(), atMost(1.05)))
	m.byZoom(s, a, b)
	return m.freshZipped(ctx, world, kind, name, r, rival)
}

func (m *measuring) freshZipped(ctx context.Context, world *twin.World, kind assets.Kind, name string, r race[geo.Tile], rival side) error {
	s, err := newServer(world, how{})
	if err != nil {
		return err
	}
	defer s.Close()
	r.again = fasterBy / 4
	a, b, err := r.run(ctx, ours(s, kind), zipped(rival))
	if err != nil {
		return err
	}
	m.add(compare(name+": fresh tiles, gzip", "tiles/s", a.rate(), "ST_AsMVT + gzip", b.rate(), atLeast(10)))
	return nil
}

// byZoom tells, if asked, at which zoom who takes how long.
func (m *measuring) byZoom(s set, a, b *score) {
	if !m.Detail {
		return
	}
	for z := s.zooms.from; z <= s.zooms.to; z++ {
		m.add(compare(fmt.Sprintf("%s z%d: mean", s.name, z), "ms", a.at(z), "ST_AsMVT", b.at(z), limit{}))
	}
}

// sameWork says whether two sides draw the same things: within a hundredth and
// two features of each other, since polygons vanish by different rules.
func sameWork(ctx context.Context, at []geo.Tile, a, b side) error {
	for _, t := range at {
		var n [2]int
		for i, s := range []side{a, b} {
			data, err := s(ctx, t)
			if err != nil {
				return err
			}
			if n[i], err = features(data); err != nil {
				return err
			}
		}
		if math.Abs(float64(n[0]-n[1])) > 2+float64(n[1])/100 {
			return fmt.Errorf("tile %d/%d/%d has %d features, the yardstick's %d: not the same work", t.Z, t.X, t.Y, n[0], n[1])
		}
	}
	return nil
}

// count writes a number of things for people: 100k, 1M.
func count(n int) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 1000 && n%1000 == 0:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
