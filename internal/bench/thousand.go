package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// thousands are tiles, apart from all else, that show exactly a thousand points
// each; and one that shows a hundred.
type thousands struct {
	all    []*assets.Asset
	things map[geo.Tile][]*assets.Asset
	full   []geo.Tile // z14 to z16
	sparse geo.Tile
}

const (
	thousand = 1000
	hundred  = 100
)

func newThousands(m *maker) *thousands {
	out := &thousands{things: map[geo.Tile][]*assets.Asset{}}
	put := func(p orb.Point, z uint32, n int) geo.Tile {
		t := geo.TileAt(p, z)
		out.things[t] = m.points(assets.Landmark, n, t.Bound(0))
		out.all = append(out.all, out.things[t]...)
		return t
	}
	for i, z := range []uint32{14, 15, 16} {
		out.full = append(out.full, put(orb.Point{120 + float64(i)/5, 30}, z, thousand))
	}
	out.sparse = put(orb.Point{120.8, 30}, 15, hundred)
	r := rand.New(rand.NewPCG(1, 2)) // nobody gets them in order
	r.Shuffle(len(out.all), func(i, j int) { out.all[i], out.all[j] = out.all[j], out.all[i] })
	return out
}

// thousands measures the tiles of a thousand points, one at a time.
func (m *measuring) thousands(ctx context.Context, world *twin.World, few *thousands) error {
	m.say("tiles of a thousand points")
	s, err := newServer(world, how{plain: true})
	if err != nil {
		return err
	}
	defer s.Close()
	whole := ours(s, assets.Landmark)
	alone, err := encoded(assets.Landmark, few.things)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("z14–z16 tile of %d points", thousand)
	for _, our := range []struct {
		what string
		make side
	}{
		{what, whole},
		{what + ", encoded without search and ETag", alone},
	} {
		for _, rival := range []struct {
			name  string
			make  side
			limit limit
		}{
			{"orb: clone, project, clip, encode", byOrb(assets.Landmark.Layer(), few.things), atMost(1.0 / 20)},
			{"ST_AsMVT", m.yardstick.tile("points", assets.Landmark.Layer()), atMost(1.0 / 40)},
		} {
			if err := sameWork(ctx, few.full, our.make, rival.make); err != nil {
				return fmt.Errorf("%s: %w", rival.name, err)
			}
			r := race[geo.Tile]{asks: few.full, workers: 1, turn: len(few.full), again: fasterBy, span: m.Span}
			a, b, err := r.run(ctx, our.make, rival.make)
			if err != nil {
				return err
			}
			m.add(compare(our.what, "µs", 1000*a.percentile(0.5), rival.name, 1000*b.percentile(0.5), rival.limit))
		}
	}
	return m.allocations(ctx, whole, few)
}

// allocations measures how many a point more in a tile costs.
func (m *measuring) allocations(ctx context.Context, our side, few *thousands) error {
	const rounds, times = 10, 100
	least := func(t geo.Tile) (float64, error) {
		best := math.Inf(1)
		for range rounds {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range times {
				if _, err := our(ctx, t); err != nil {
					return 0, err
				}
			}
			runtime.ReadMemStats(&after)
			best = math.Min(best, float64(after.Mallocs-before.Mallocs)/times)
		}
		return best, nil
	}
	many, err := least(few.full[1])
	if err != nil {
		return err
	}
	some, err := least(few.sparse)
	if err != nil {
		return err
	}
	each := math.Max(0, math.Round((many-some)/(thousand-hundred)*1000)/1000)
	m.add(alone("heap allocations of one point more", "", each, atMost(0)),
		alone("heap allocations of a tile of 1000 points", "", many, limit{}))
	return nil
}
