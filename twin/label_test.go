package twin

import (
	"strings"
	"testing"
	"unsafe"

	"suhe/assets"
)

// What a tile reads of most things lies in the first two lines of a processor's
// cache, and things begin with a line.
func TestLabelsLieInTwoLines(t *testing.T) {
	const line = 64
	if n := unsafe.Offsetof(Thing{}.Asset); n > 2*line {
		t.Errorf("label and severity take %d bytes, want at most %d", n, 2*line)
	}
	if n := unsafe.Sizeof(Thing{}); n%line != 0 {
		t.Errorf("a thing takes %d bytes, want a multiple of %d", n, line)
	}
}

func TestLabel(t *testing.T) {
	for _, id := range []assets.ID{"g", assets.ID(strings.Repeat("i", idKept)), assets.ID(strings.Repeat("i", idKept+1)), assets.ID(strings.Repeat("i", 128))} {
		a := lamp(7, id, here)
		a.Name, a.Class = "路灯", "asset.lamp"
		a.Shape.Height, a.Shape.Base = 6, -1
		is := NewThing(a)
		if got := assets.ID(is.Label.ShortID()); len(id) <= idKept && got != id || len(id) > idKept && got != "" {
			t.Errorf("id %q of %q", got, id)
		}
		l := is.Label
		if l.FID != 7 || l.At != is.Flat.Min || !l.Point || l.Name != "路灯" || l.Class != "asset.lamp" || l.Height != 6 || l.Base != -1 {
			t.Errorf("label %+v", l)
		}
	}
}
