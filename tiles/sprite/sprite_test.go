package sprite_test

import (
	"bytes"
	"encoding/json"
	"image/color"
	"image/png"
	"maps"
	"slices"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/tiles/sprite"
)

type place struct{ X, Y, Width, Height, PixelRatio int }

// index reads a sheet's index.
func index(t testing.TB, s sprite.Sheet) map[string]place {
	t.Helper()
	var out map[string]place
	if err := json.Unmarshal(s.Index, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Both sheets hold the same icons, apart from each other and all within the
// picture; each shows something, is clear at its corners and unlike the others.
func TestSheets(t *testing.T) {
	var names [2][]string
	for density := 1; density <= 2; density++ {
		sheet := sprite.Creek(density)
		places := index(t, sheet)
		names[density-1] = slices.Sorted(maps.Keys(places))
		picture, err := png.Decode(bytes.NewReader(sheet.Image))
		if err != nil {
			t.Fatal(err)
		}
		corners := make(map[[2]int]string)
		for name, p := range places {
			if p.PixelRatio != density || p.Width != 24*density || p.Height != p.Width {
				t.Errorf("%s@%d: %+v", name, density, p)
			}
			if p.X < 0 || p.Y < 0 || p.X+p.Width > picture.Bounds().Dx() || p.Y+p.Height > picture.Bounds().Dy() {
				t.Errorf("%s lies outside the sheet: %+v", name, p)
			}
			if other, ok := corners[[2]int{p.X, p.Y}]; ok {
				t.Errorf("%s lies on %s", name, other)
			}
			corners[[2]int{p.X, p.Y}] = name
			if _, _, _, a := picture.At(p.X, p.Y).RGBA(); a != 0 {
				t.Errorf("%s fills its corner", name)
			}
			colours := make(map[color.Color]int)
			for y := range p.Height {
				for x := range p.Width {
					colours[picture.At(p.X+x, p.Y+y)]++
				}
			}
			if len(colours) < 4 {
				t.Errorf("%s has %d colours: no figure", name, len(colours))
			}
		}
	}
	if !slices.Equal(names[0], names[1]) || len(names[0]) < 40 {
		t.Errorf("sheets of %v and %v", names[0], names[1])
	}
}

// Every class of a device, a bank asset and a landmark has an icon of its name.
func TestEveryClassHasAnIcon(t *testing.T) {
	have := index(t, sprite.Creek(1))
	for _, class := range assets.DefaultClasses().All() {
		kind, _, _ := strings.Cut(class.Code, ".")
		if _, ok := have[class.Code]; !ok && slices.Contains([]string{"asset", "camera", "sensor", "landmark"}, kind) {
			t.Errorf("%s has no icon", class.Code)
		}
	}
}

func TestParse(t *testing.T) {
	const good = "a | disc | #102030 | #ffffff | D 12 12 3"
	if icons, err := sprite.Parse("# words\n\n" + good + "; -S 1 2 3 4 5\n"); err != nil || len(icons) != 1 || icons[0].Name != "a" {
		t.Errorf("%v, %v", icons, err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"too few cells":    {"a | disc | #102030", "3 cells"},
		"no name":          {" | disc | #102030 | #ffffff | D 12 12 3", "name"},
		"no such badge":    {"a | moon | #102030 | #ffffff | D 12 12 3", `"moon"`},
		"no colour":        {"a | disc | red | #ffffff | D 12 12 3", `"red"`},
		"a short colour":   {"a | disc | #102030 | #fff | D 12 12 3", `"#fff"`},
		"no figure":        {"a | disc | #102030 | #ffffff | ", "empty"},
		"no such verb":     {"a | disc | #102030 | #ffffff | Q 1 2 3", `"Q"`},
		"half a point":     {"a | disc | #102030 | #ffffff | F 1 2 3 4 5 6 7", "7 numbers"},
		"outside the icon": {"a | disc | #102030 | #ffffff | D 12 25 3", `"25"`},
		"not a number":     {"a | disc | #102030 | #ffffff | D NaN 2 3", `"NaN"`},
		"drawn twice":      {good + "\n" + good, "line 2: a is drawn twice"},
	} {
		if _, err := sprite.Parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	icons, err := sprite.Parse("a | disc | #102030 | #ffffff | F 1 2 3 4 5 6; S 1 2 3 4 5 6 7; D 3 4 5")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		sprite.Draw(icons, 2)
	}
}
