package tiles

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Every value has one index, whichever way and how often it comes, also where
// many texts have the same mark; tile after tile.
func TestValuesOnce(t *testing.T) {
	v := newValues()
	r := rand.New(rand.NewPCG(7, 8))
	for tile := range 3 {
		v.reset()
		known := map[any]uint32{}
		for range 20_000 {
			var is any
			var got uint32
			switch n := r.IntN(3000); n % 3 {
			case 0:
				is = fmt.Sprint("text ", n)
				got = v.text(is.(string))
			case 1:
				is = fmt.Sprint("marked ", n)
				got = v.marked(is.(string), uint16(n%7))
			default:
				is = math.Sqrt(float64(n))
				got = v.number(is.(float64))
			}
			want, again := known[is]
			if !again {
				want = uint32(len(known))
				known[is] = want
			}
			if got != want {
				t.Fatalf("tile %d: %v has index %d, want %d", tile, is, got, want)
			}
		}
		if v.count != uint32(len(known)) {
			t.Errorf("tile %d: %d values, want %d", tile, v.count, len(known))
		}
	}
}
