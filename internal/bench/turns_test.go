package bench

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"suhe/geo"
)

func TestRaceIsFair(t *testing.T) {
	tiles := make([]geo.Tile, 10)
	for i := range tiles {
		tiles[i] = geo.Tile{Z: uint32(i)}
	}
	var mu sync.Mutex
	var order []string
	made := map[string]map[uint32]int{"a": {}, "b": {}}
	side := func(name string) side {
		return func(_ context.Context, t geo.Tile) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			made[name][t.Z]++
			if n := len(order); n == 0 || order[n-1] != name {
				order = append(order, name)
			}
			return make([]byte, 1+len(name)), nil
		}
	}
	a, b, err := race[geo.Tile]{asks: tiles, workers: 3, turn: 4, again: 2}.run(t.Context(), side("a"), side("b"))
	if err != nil {
		t.Fatal(err)
	}
	if len(a.times) != 20 || len(b.times) != 10 || a.perTile() != 2 || a.wall <= 0 || a.rate() <= 0 {
		t.Errorf("%d and %d times, %v bytes a tile; want 20, 10 and 2", len(a.times), len(b.times), a.perTile())
	}
	for z := range uint32(10) {
		warm := 0
		if z < 4 {
			warm = 1
		}
		if made["a"][z] != 2+warm || made["b"][z] != 1+warm {
			t.Errorf("tile %d was made %d and %d times", z, made["a"][z], made["b"][z])
		}
	}
	if got := strings.Join(order, ""); got != "abababab" {
		t.Errorf("turns: %s, want one to warm up and three that count", got)
	}
}

func TestRaceFails(t *testing.T) {
	bad := errors.New("bad")
	good := func(context.Context, geo.Tile) ([]byte, error) { return nil, nil }
	wrong := func(context.Context, geo.Tile) ([]byte, error) { return nil, bad }
	r := race[geo.Tile]{asks: make([]geo.Tile, 3), workers: 2, turn: 2, again: 1}
	if _, _, err := r.run(t.Context(), good, wrong); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
	if _, _, err := r.run(t.Context(), wrong, good); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
}

func TestPercentile(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i))
	}
	for share, want := range map[float64]time.Duration{0: 1, 0.5: 51, 0.99: 100, 1: 100} {
		if got := percentile(times, share); got != want {
			t.Errorf("percentile %v is %d, want %d", share, got, want)
		}
	}
	if times[0] != 100 || percentile(nil, 0.5) != 0 {
		t.Error("the times were changed, or none have a percentile")
	}
}

// Rivals that draw different things are found out.
func TestSameWork(t *testing.T) {
	draw := func(n int) side {
		fc := geojson.NewFeatureCollection()
		for i := range n {
			fc.Append(geojson.NewFeature(orb.Point{float64(i), 1}))
		}
		data, err := mvt.Marshal(mvt.Layers{mvt.NewLayer("x", fc)})
		return func(context.Context, geo.Tile) ([]byte, error) { return data, err }
	}
	at := []geo.Tile{{Z: 3}}
	if err := sameWork(t.Context(), at, draw(500), draw(506)); err != nil {
		t.Errorf("nearly the same: %v", err)
	}
	if err := sameWork(t.Context(), at, draw(500), draw(600)); err == nil || !strings.Contains(err.Error(), "tile 3/0/0 has 500 features, the yardstick's 600") {
		t.Errorf("got %v", err)
	}
	garbage := func(context.Context, geo.Tile) ([]byte, error) { return []byte{0xff, 0xff}, nil }
	if err := sameWork(t.Context(), at, garbage, draw(1)); err == nil {
		t.Error("a tile that cannot be read passes")
	}
}
