package bench

import (
	"context"
	"testing"
	"time"

	"suhe/assets"
	"suhe/geo"
)

// What is measured is what the registry would take.
func TestDataAreSound(t *testing.T) {
	m := newMaker()
	all := append(m.points(assets.Landmark, 50, ground(50)), m.points(assets.Fixture, 50, ground(50))...)
	all = append(append(all, m.buildings(200, ground(200))...), m.sensors(20, ground(20))...)
	registry := assets.NewRegistry(nil, nil, nil)
	seen := map[assets.FID]bool{}
	for _, a := range all {
		if err := registry.Check(a); err != nil {
			t.Errorf("%s: %v", a.ID, err)
		}
		if seen[a.FID] {
			t.Errorf("number %d comes twice", a.FID)
		}
		seen[a.FID] = true
	}
}

func TestTheSameEachTime(t *testing.T) {
	a, b := newMaker().points(assets.Fixture, 100, ground(100)), newMaker().points(assets.Fixture, 100, ground(100))
	for i := range a {
		if a[i].ID != b[i].ID || a[i].Shape.Geometry.Plane != b[i].Shape.Geometry.Plane || a[i].Name != b[i].Name {
			t.Fatalf("%+v, then %+v", a[i], b[i])
		}
	}
}

func TestDensityIsTheSame(t *testing.T) {
	area := func(n int) float64 {
		b := ground(n)
		return (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1]) / float64(n)
	}
	if r := area(1_000_000) / area(10_000); r < 0.999 || r > 1.001 {
		t.Errorf("a million lie %v times as loose as ten thousand", r)
	}
}

func TestTilesShowThings(t *testing.T) {
	m := newMaker()
	points := m.points(assets.Landmark, 300, ground(300))
	few := newThousands(m)
	world, err := newWorld(t.Context(), points, few.all)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(world, how{plain: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	our := ours(s, assets.Landmark)
	for _, at := range tilesOf(points, zooms{10, 18}, 5) {
		if n := drawn(t, our, at); n == 0 {
			t.Errorf("tile %v shows nothing", at)
		}
	}
	for _, at := range few.full {
		if n := drawn(t, our, at); n != thousand {
			t.Errorf("tile %v shows %d, want %d", at, n, thousand)
		}
	}
	if n := drawn(t, our, few.sparse); n != hundred {
		t.Errorf("the sparse tile shows %d, want %d", n, hundred)
	}
	if err := sameWork(t.Context(), few.full, our, byOrb(assets.Landmark.Layer(), few.things)); err != nil {
		t.Error(err)
	}
}

func drawn(t *testing.T, s side, at geo.Tile) int {
	t.Helper()
	data, err := s(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	n, err := features(data)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Every report of the feed changes a state, at about the rate that is asked for,
// and only while it is on.
func TestFeedChangesStates(t *testing.T) {
	sensors := newMaker().sensors(200, ground(200))
	world, err := newWorld(t.Context(), sensors)
	if err != nil {
		t.Fatal(err)
	}
	f := &feed{sensors: sensors, rate: 1000}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- world.Run(ctx, f, f) }()
	time.Sleep(50 * time.Millisecond)
	if n := f.took.Load(); n != 0 {
		t.Errorf("%d changes while it is off", n)
	}
	f.on.Store(true)
	for end := time.Now().Add(10 * time.Second); f.took.Load() < 900 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	f.on.Store(false)
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := f.took.Load(); n < 900 {
		t.Errorf("%d changes in ten seconds", n)
	}
}
