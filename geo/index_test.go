package geo_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/geo"
)

func TestZeroIndexIsEmptyAndReady(t *testing.T) {
	var x geo.Index[int]
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	if got := x.Within(nil, world); len(got) != 0 || x.Len() != 0 {
		t.Errorf("a zero index holds %v", got)
	}
	if got := x.Nearest(nil, orb.Point{}, 3, math.MaxFloat64); len(got) != 0 {
		t.Errorf("a zero index has neighbours %v", got)
	}
}

func TestIndexRefusesBadBoxesWhole(t *testing.T) {
	for name, box := range map[string]orb.Bound{
		"NaN":        {Min: orb.Point{math.NaN(), 0}, Max: orb.Point{1, 1}},
		"infinite":   {Min: orb.Point{0, 0}, Max: orb.Point{math.Inf(1), 1}},
		"inside out": {Min: orb.Point{1, 0}, Max: orb.Point{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var x geo.Index[int]
			err := x.Apply([]geo.Move[int]{{Key: 1, Is: orb.Bound{}}, {Key: 2, Is: box}})
			if err == nil || x.Len() != 0 {
				t.Errorf("err %v, %d keys held", err, x.Len())
			}
		})
	}
}

// The index does what a map of boxes and a scan over it do.
func TestIndexAgainstAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x geo.Index[int]
		model := map[int]orb.Bound{}
		boxes := rapid.Custom(func(t *rapid.T) orb.Bound {
			p := orb.Point{rapid.Float64Range(121.3, 121.5).Draw(t, "lon"), rapid.Float64Range(31.2, 31.3).Draw(t, "lat")}
			size := rapid.SampledFrom([]float64{0, 0.001, 0.05}).Draw(t, "size")
			return orb.Bound{Min: p, Max: orb.Point{p[0] + size, p[1] + size}}
		})
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			if rapid.Bool().Draw(t, "pack") {
				x.Pack()
			}
			var batch []geo.Move[int]
			for range rapid.IntRange(0, 40).Draw(t, "moves") {
				m := geo.Move[int]{Key: rapid.IntRange(0, 60).Draw(t, "key"), Gone: rapid.IntRange(0, 3).Draw(t, "gone") == 0}
				if !m.Gone {
					m.Is = boxes.Draw(t, "box")
					model[m.Key] = m.Is
				} else {
					delete(model, m.Key)
				}
				batch = append(batch, m)
			}
			if err := x.Apply(batch); err != nil {
				t.Fatal(err)
			}
		}
		checkWithin(t, &x, model, boxes.Draw(t, "question"))
		checkNearest(t, &x, model, boxes.Draw(t, "from").Min)
		if x.Len() != len(model) {
			t.Fatalf("%d keys, want %d", x.Len(), len(model))
		}
	})
}

func checkWithin(t *rapid.T, x *geo.Index[int], model map[int]orb.Bound, question orb.Bound) {
	var want []int
	for key, box := range model {
		if box.Intersects(question) {
			want = append(want, key)
		}
	}
	got := x.Within(nil, question)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("within %v: got %v, want %v", question, got, want)
	}
}

func checkNearest(t *rapid.T, x *geo.Index[int], model map[int]orb.Bound, from orb.Point) {
	const limit = 3000
	var want []float64
	for _, box := range model {
		d := clampDistance(from, box)
		if math.Abs(d-limit) < limit*0.01 {
			return // which side of the limit is a matter of rounding
		}
		if d <= limit {
			want = append(want, d)
		}
	}
	slices.Sort(want)
	want = want[:min(5, len(want))]
	got := x.Nearest(nil, from, 5, limit)
	if len(got) != len(want) {
		t.Fatalf("%d hits, want %d", len(got), len(want))
	}
	for i, hit := range got {
		if math.Abs(float64(hit.Distance)-want[i]) > 1+want[i]*0.01 {
			t.Fatalf("hit %d at %.2f m, want %.2f m", i, hit.Distance, want[i])
		}
	}
}

func clampDistance(p orb.Point, b orb.Bound) float64 {
	q := orb.Point{max(b.Min[0], min(p[0], b.Max[0])), max(b.Min[1], min(p[1], b.Max[1]))}
	return float64(geo.Distance(p, q))
}

// Two keys that always move together are always seen together.
func TestIndexBatchesAreSeenWhole(t *testing.T) {
	var x geo.Index[int]
	here := orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{1, 1}}
	there := orb.Bound{Min: orb.Point{2, 2}, Max: orb.Point{2, 2}}
	x.Apply([]geo.Move[int]{{Key: 1, Is: here}, {Key: 2, Is: here}})
	x.Pack()
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if n := len(x.Within(nil, here)); n != 0 && n != 2 {
					t.Errorf("saw %d of 2", n)
				}
			}
		})
	}
	for i := range 5000 {
		to := []orb.Bound{here, there}[i%2]
		x.Apply([]geo.Move[int]{{Key: 1, Is: to}, {Key: 2, Is: to}})
		if i%100 == 0 {
			x.Pack()
		}
	}
	close(stop)
	readers.Wait()
}

func filled(n int) (*geo.Index[int], *rand.Rand) {
	random := rand.New(rand.NewPCG(5, 6))
	x := new(geo.Index[int])
	batch := make([]geo.Move[int], n)
	for i := range batch {
		batch[i] = geo.Move[int]{Key: i, Is: at(random)}
	}
	x.Apply(batch)
	return x, random
}

func at(random *rand.Rand) orb.Bound {
	p := orb.Point{121.34 + random.Float64()*0.12, 31.21 + random.Float64()*0.09}
	return orb.Bound{Min: p, Max: p}
}

// Moving 1,000 of 100,000 points in one batch.
func BenchmarkIndexApply(b *testing.B) {
	x, random := filled(100_000)
	batch := make([]geo.Move[int], 1000)
	b.ReportAllocs()
	for b.Loop() {
		for i := range batch {
			batch[i] = geo.Move[int]{Key: random.IntN(100_000), Is: at(random)}
		}
		x.Apply(batch)
	}
}

// Finding about 100 of 100,000 points.
func BenchmarkIndexWithin(b *testing.B) {
	x, random := filled(100_000)
	var dst []int
	b.ReportAllocs()
	for b.Loop() {
		p := at(random).Min
		dst = x.Within(dst[:0], orb.Bound{Min: p, Max: orb.Point{p[0] + 0.0038, p[1] + 0.00285}})
	}
}

// crowds are points and boxes in places that lie evenly, in heaps, or on one spot.
func crowds(t *rapid.T) map[int]orb.Bound {
	model := map[int]orb.Bound{}
	heaps := rapid.IntRange(1, 4).Draw(t, "heaps")
	for key := range rapid.IntRange(0, 3000).Draw(t, "keys") {
		spread := []float64{0.2, 0.001, 0}[key%heaps%3]
		chance := rand.New(rand.NewPCG(uint64(key), 5))
		p := orb.Point{121.4 + float64(key%heaps)/20 + spread*chance.Float64(), 31.2 + spread*chance.Float64()}
		box := p.Bound()
		if key%4 == 0 {
			box.Max = orb.Point{p[0] + chance.Float64()/2000, p[1] + chance.Float64()/2000}
		}
		model[key] = box
	}
	return model
}

// moved are some of the keys elsewhere, or gone.
func moved(t *rapid.T, batch []geo.Move[int], model map[int]orb.Bound) (moves []geo.Move[int]) {
	for range min(len(batch), rapid.IntRange(0, 50).Draw(t, "moves")) {
		m := batch[rapid.IntRange(0, len(batch)-1).Draw(t, "which")]
		if m.Gone = rapid.Bool().Draw(t, "gone"); m.Gone {
			delete(model, m.Key)
		} else {
			m.Is = batch[0].Is
			model[m.Key] = m.Is
		}
		moves = append(moves, m)
	}
	return moves
}

// The nearest are those of a plain sort, and what meets a site is what geometry says,
// wherever the crowd stands.
func TestCrowd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := crowds(t)
		var x geo.Index[int]
		var batch []geo.Move[int]
		for key, box := range model {
			batch = append(batch, geo.Move[int]{Key: key, Is: box})
		}
		part := rapid.IntRange(0, len(batch)).Draw(t, "packed")
		for _, some := range [][]geo.Move[int]{batch[:part], batch[part:], moved(t, batch, model)} {
			if err := x.Apply(some); err != nil {
				t.Fatal(err)
			}
			if len(some) == part {
				x.Pack()
			}
		}
		from := orb.Point{121.4 + rapid.Float64Range(-0.1, 0.3).Draw(t, "lon"), 31.2 + rapid.Float64Range(-0.1, 0.3).Draw(t, "lat")}
		n := rapid.IntRange(1, 40).Draw(t, "n")
		limit := geo.Metres(rapid.SampledFrom([]float64{1, 500, 20_000, math.MaxFloat64}).Draw(t, "limit"))
		one := func(key int) float64 { // by an index of its own
			var alone geo.Index[int]
			if err := alone.Apply([]geo.Move[int]{{Key: key, Is: model[key]}}); err != nil {
				t.Fatal(err)
			}
			return float64(alone.Nearest(nil, from, 1, math.MaxFloat64)[0].Distance)
		}
		var want []float64
		for key, box := range model {
			if clampDistance(from, box) < float64(limit)*1.1 {
				if d := one(key); d <= float64(limit) {
					want = append(want, d)
				}
			}
		}
		slices.Sort(want)
		want = want[:min(n, len(want))]
		got := x.Nearest(nil, from, n, limit)
		if len(got) != len(want) {
			t.Fatalf("%d hits of %d, want %d", len(got), len(model), len(want))
		}
		for i, hit := range got {
			if float64(hit.Distance) != want[i] {
				t.Fatalf("hit %d of %d at %v m, want %v m", i, n, hit.Distance, want[i])
			}
		}
		checkMeeting(t, &x, model, from)
	})
}

// What lay packed and went is nowhere, and in no outline.
func TestGoneIsInNoOutline(t *testing.T) {
	var x geo.Index[int]
	var batch []geo.Move[int]
	for key := range 400 {
		batch = append(batch, geo.Move[int]{Key: key, Is: orb.Point{121.4 + float64(key%20)*1e-4, 31.2 + float64(key/20)*1e-4}.Bound()})
	}
	if err := x.Apply(batch); err != nil {
		t.Fatal(err)
	}
	x.Pack()
	for key := range batch {
		batch[key].Gone = key%3 != 0
	}
	if err := x.Apply(batch); err != nil {
		t.Fatal(err)
	}
	var ring orb.Ring
	for k := range 12 {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / 12)
		ring = append(ring, orb.Point{121.401 + 7e-4*cos, 31.201 + 7e-4*sin})
	}
	site := geo.Prepare(orb.Polygon{append(ring, ring[0])})
	sure, unsure := x.Meeting(nil, nil, site)
	want := 0
	for _, m := range batch {
		if !m.Gone && site.Touches(m.Is.Min) {
			want++
		}
	}
	if len(sure) != want || len(unsure) > 0 || want == 0 {
		t.Errorf("%d and %d unsure, want %d", len(sure), len(unsure), want)
	}
	if nowhere := (orb.Point{math.NaN(), math.NaN()}); site.Touches(nowhere) || site.Intersects(nowhere) || site.Holds(nowhere) || geo.Prepare(ring.Bound()).Touches(nowhere) {
		t.Error("what is nowhere is found")
	}
}

func checkMeeting(t *rapid.T, x *geo.Index[int], model map[int]orb.Bound, at orb.Point) {
	far := rapid.Float64Range(0.0005, 0.1).Draw(t, "far")
	var ring orb.Ring
	for k := range rapid.IntRange(3, 90).Draw(t, "corners") {
		sin, cos := math.Sincos(float64(k))
		ring = append(ring, orb.Point{at[0] + far*cos, at[1] + far*sin*float64(k%3+1)/3})
	}
	for name, g := range map[string]orb.Geometry{
		"box": orb.Bound{Min: at, Max: orb.Point{at[0] + far, at[1] + far}}, "line": orb.LineString{at, {at[0] + far, at[1] + far}},
		"polygon": orb.Polygon{append(ring, ring[0])}, "point": at,
	} {
		site := geo.Prepare(g)
		sure, unsure := x.Meeting(nil, nil, site)
		for _, key := range unsure {
			if site.Intersects(boxShape(model[key])) {
				sure = append(sure, key)
			}
		}
		var want []int
		for key, box := range model {
			if site.Intersects(boxShape(box)) {
				want = append(want, key)
			}
		}
		slices.Sort(sure)
		slices.Sort(want)
		if !slices.Equal(sure, want) {
			t.Fatalf("%s: %d meet, want %d", name, len(sure), len(want))
		}
	}
}

// boxShape is a box's geometry of its true dimension.
func boxShape(b orb.Bound) orb.Geometry {
	if b.Min == b.Max {
		return b.Min
	}
	return b.ToPolygon()
}

// Many keys that come at once are packed: of a key that comes twice the last word holds,
// and what moves or goes later is found where it then is.
func TestManyAtOnce(t *testing.T) {
	const many = 50_000
	random := rand.New(rand.NewPCG(7, 8))
	var x geo.Index[int]
	model := map[int]orb.Bound{}
	for _, n := range []int{10, many, many / 10, 2 * many} {
		var batch []geo.Move[int]
		for range n {
			m := geo.Move[int]{Key: random.IntN(2 * many), Is: at(random), Gone: random.IntN(10) == 0}
			if delete(model, m.Key); !m.Gone {
				model[m.Key] = m.Is
			}
			batch = append(batch, m)
		}
		if err := x.Apply(batch); err != nil {
			t.Fatal(err)
		}
		if x.Len() != len(model) {
			t.Fatalf("%d keys, want %d", x.Len(), len(model))
		}
		for range 50 {
			p := at(random).Min
			box := orb.Bound{Min: p, Max: orb.Point{p[0] + 0.003, p[1] + 0.003}}
			got := x.Within(nil, box)
			var want []int
			for key, is := range model {
				if is.Intersects(box) {
					want = append(want, key)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("%d keys in %v, want %d", len(got), box, len(want))
			}
		}
	}
}
