package tiles

import (
	"errors"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
)

// addresses are tile addresses and what becomes of them.
var addresses = []struct {
	name, layer, z, x, y string
	want                 geo.Tile
	err                  error
}{
	{"plain", "sensors", "15", "27446", "13388", geo.Tile{Z: 15, X: 27446, Y: 13388}, nil},
	{"mvt", "water", "0", "0", "0.mvt", geo.Tile{}, nil},
	{"pbf", "assets", "22", "4194303", "4194303.pbf", geo.Tile{Z: 22, X: 4194303, Y: 4194303}, nil},
	{"leading zeros", "banks", "03", "007", "7", geo.Tile{Z: 3, X: 7, Y: 7}, nil},
	{"unknown layer", "roads", "3", "7", "7", geo.Tile{}, assets.ErrNotFound},
	{"kind is no layer", "sensor", "3", "7", "7", geo.Tile{}, assets.ErrNotFound},
	{"x beyond", "areas", "3", "8", "7", geo.Tile{}, assets.ErrNotFound},
	{"y beyond", "areas", "3", "7", "8", geo.Tile{}, assets.ErrNotFound},
	{"z beyond", "areas", "23", "7", "8", geo.Tile{}, assets.ErrNotFound},
	{"z far beyond", "areas", "99999999999999999999999", "7", "8", geo.Tile{}, assets.ErrNotFound},
	{"negative", "areas", "-1", "0", "0", geo.Tile{}, assets.ErrInvalid},
	{"sign", "areas", "1", "+1", "0", geo.Tile{}, assets.ErrInvalid},
	{"fraction", "areas", "1", "0.5", "0", geo.Tile{}, assets.ErrInvalid},
	{"hex", "areas", "0x1", "0", "0", geo.Tile{}, assets.ErrInvalid},
	{"words", "areas", "z", "x", "y", geo.Tile{}, assets.ErrInvalid},
	{"empty", "areas", "1", "", "0", geo.Tile{}, assets.ErrInvalid},
	{"suffix alone", "areas", "1", "0", ".mvt", geo.Tile{}, assets.ErrInvalid},
	{"other suffix", "areas", "1", "0", "0.png", geo.Tile{}, assets.ErrInvalid},
	{"suffix on x", "areas", "1", "0.mvt", "0", geo.Tile{}, assets.ErrInvalid},
	{"nonsense of an unknown layer", "roads", "a", "0", "0", geo.Tile{}, assets.ErrInvalid},
}

func TestParseRequest(t *testing.T) {
	for _, c := range addresses {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseRequest(c.layer, c.z, c.x, c.y, access.Open())
			if !errors.Is(err, c.err) || (c.err == nil) != (err == nil) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if err == nil && (got.Tile != c.want || got.Layer != c.layer) {
				t.Errorf("got %+v, want %+v of %s", got, c.want, c.layer)
			}
		})
	}
}

func FuzzParseRequest(f *testing.F) {
	for _, c := range addresses {
		f.Add(c.layer, c.z, c.x, c.y)
	}
	f.Fuzz(func(t *testing.T, layer, z, x, y string) {
		r, err := ParseRequest(layer, z, x, y, access.Open())
		switch {
		case err == nil:
			if _, ok := assets.KindOfLayer(r.Layer); !ok || !r.Tile.Valid() {
				t.Errorf("accepted %+v", r)
			}
		case errors.Is(err, assets.ErrInvalid) == errors.Is(err, assets.ErrNotFound):
			t.Errorf("error of no kind or of both: %v", err)
		case len(err.Error()) > 400 || strings.Contains(err.Error(), "\n"):
			t.Errorf("error repeats what was sent: %q", err)
		}
	})
}

func TestKeyTellsScopesApart(t *testing.T) {
	open, none := Request{Layer: "areas", Scope: access.Open()}, Request{Layer: "areas"}
	if open.Key(1) == none.Key(1) {
		t.Error("two scope classes share a key")
	}
	if open.Key(1) == open.Key(2) {
		t.Error("two versions share a key")
	}
}
