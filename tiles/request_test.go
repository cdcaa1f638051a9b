package tiles

import (
	"errors"
	"net/url"
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
	{"several layers", "areas,water,sensors", "3", "7", "7", geo.Tile{Z: 3, X: 7, Y: 7}, nil},
	{"a layer twice", "areas,water,areas", "3", "7", "7", geo.Tile{}, assets.ErrInvalid},
	{"too many layers", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "3", "7", "7", geo.Tile{}, assets.ErrInvalid},
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
			got, err := ParseRequest(Address{Layers: c.layer, Z: c.z, X: c.x, Y: c.y}, nil, access.Open())
			if !errors.Is(err, c.err) || (c.err == nil) != (err == nil) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if err == nil && (got.Tile != c.want || strings.Join(got.Layers, ",") != c.layer) {
				t.Errorf("got %+v, want %+v of %s", got, c.want, c.layer)
			}
		})
	}
}

func FuzzParseRequest(f *testing.F) {
	for _, c := range addresses {
		f.Add(c.layer, c.z, c.x, c.y, "")
	}
	for _, c := range queries {
		f.Add("assets", "15", "27446", "13388", c.query)
	}
	f.Fuzz(func(t *testing.T, layers, z, x, y, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		r, err := ParseRequest(Address{Layers: layers, Z: z, X: x, Y: y}, values, access.Open())
		switch {
		case err == nil:
			if len(r.Layers) > maxLayers || !r.Tile.Valid() {
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
	open, none := Request{Layers: []string{"areas"}, Scope: access.Open()}, Request{Layers: []string{"areas"}}
	if open.Key(1) == none.Key(1) {
		t.Error("two scope classes share a key")
	}
	if open.Key(1) == open.Key(2) {
		t.Error("two versions share a key")
	}
}

// queries are what may follow a tile's address, and what becomes of it.
var queries = []struct {
	name, query, err string // part of the error, empty for none
}{
	{"properties", "properties=id,owner", ""},
	{"unknown property", "properties=id,secret", `"secret", want some of id, class`},
	{"no property", "properties=", `""`},
	{"truncated is no property", "properties=truncated", `"truncated"`},
	{"gcj02", "datum=GCJ02", ""},
	{"wgs84", "datum=wgs84", ""},
	{"unknown datum", "datum=nad27", `"nad27", want wgs84, gcj02 or bd09`},
	{"filter", "filter=severity%3C3&filter-lang=cql2-text", ""},
	{"filter in JSON", "filter=%7B%22op%22:%22%3C%22,%22args%22:%5B%7B%22property%22:%22severity%22%7D,3%5D%7D&filter-lang=cql2-json", ""},
	{"broken filter", "filter=severity%3C", "filter"},
	{"filter on an unknown property", "filter=secret%3D1", "secret"},
	{"filter too deep", "filter=" + strings.Repeat("(", 1000), "filter"},
	{"filter too long", "filter=" + strings.Repeat("a", 1_000_000), "filter"},
	{"other language", "filter=severity%3D1&filter-lang=sql", `"sql", want cql2-text`},
	{"twice", "datum=bd09&datum=gcj02", "datum: invalid: given 2 times"},
	{"unknown parameter", "colour=red", `unknown parameter "colour"`},
}

func TestParseQuery(t *testing.T) {
	for _, c := range queries {
		t.Run(c.name, func(t *testing.T) {
			values, err := url.ParseQuery(c.query)
			if err != nil {
				t.Fatal(err)
			}
			_, err = ParseRequest(Address{Layers: "assets", Z: "15", X: "27446", Y: "13388"}, values, access.Open())
			if (err == nil) != (c.err == "") || err != nil && (!errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("error %v, want %q", err, c.err)
			}
		})
	}
}

// Whatever changes the bytes is in the key; what says the same in other words
// shares one.
func TestKeyHoldsTheQuery(t *testing.T) {
	key := func(layers, query string) Key {
		values, _ := url.ParseQuery(query)
		r, err := ParseRequest(Address{Layers: layers, Z: "15", X: "27446", Y: "13388"}, values, access.Open())
		if err != nil {
			t.Fatal(err)
		}
		return r.Key(0)
	}
	plain := key("assets", "")
	for _, other := range []Key{
		key("cameras", ""), key("assets,cameras", ""), key("assets", "properties=id"),
		key("assets", "datum=gcj02"), key("assets", "datum=bd09"), key("assets", "filter=severity%3C3"),
	} {
		if other == plain {
			t.Errorf("%+v shares the plain key", other)
		}
	}
	if key("assets", "properties=id,owner") != key("assets", "properties=owner,id") || key("assets", "datum=wgs84") != plain ||
		key("assets", "filter=severity%20%3C%203") != key("assets", "filter=severity%3C3") {
		t.Error("the same in other words has another key")
	}
}
