package tiles

import "testing"

// The square of half a unit around a point holds its west and north sides, but
// not its east and south sides.
func TestPasses(t *testing.T) {
	cases := []struct {
		name string
		e    edge
		p    pixel
		want bool
	}{
		{"through", edge{a: pixel{0, 0}, b: pixel{10, 1}}, pixel{7, 1}, true},
		{"beside", edge{a: pixel{0, 0}, b: pixel{10, 1}}, pixel{3, 1}, false},
		{"south of its box", edge{a: pixel{0, 0}, b: pixel{10, 0}}, pixel{5, 1}, false},
		{"corner south-west", edge{a: pixel{0, 0}, b: pixel{2, 2}}, pixel{1, 0}, false},
		{"corner north-east", edge{a: pixel{0, 0}, b: pixel{2, 2}}, pixel{0, 1}, false},
		{"corner north-west", edge{a: pixel{0, 2}, b: pixel{2, 0}}, pixel{2, 1}, true},
		{"corner south-east", edge{a: pixel{0, 2}, b: pixel{2, 0}}, pixel{0, 1}, false},
		{"upright", edge{a: pixel{3, 0}, b: pixel{3, 9}}, pixel{3, 4}, true},
		{"beside an upright one", edge{a: pixel{3, 0}, b: pixel{3, 9}}, pixel{4, 4}, false},
	}
	for _, c := range cases {
		if got := passes(c.e, c.p); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestDivideRoundsHalvesUp(t *testing.T) {
	for _, c := range [][3]int64{{7, 2, 4}, {-7, 2, -3}, {5, 3, 2}, {-5, 3, -2}, {-4, 3, -1}, {0, 9, 0}, {6, 3, 2}, {-6, 3, -2}} {
		if got := divide(c[0], c[1]); got != c[2] {
			t.Errorf("%d/%d: %d, want %d", c[0], c[1], got, c[2])
		}
	}
}
