package assets_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/seal"
)

// A phone number leaves the registry sealed, opens for who asks, and is known again
// when it is given once more.
func TestPropertiesAreSealed(t *testing.T) {
	const number = "13800001234"
	keys, err := seal.Open(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	store := newMemory()
	r := assets.NewRegistry(store, nil, nil).SealBy(keys)
	edit := func(id assets.ID, phone any) (*assets.Asset, assets.Verdict, error) {
		ps, err := assets.NewProperties(map[string]any{"phone": phone, "unit": "一队"})
		if err != nil {
			t.Fatal(err)
		}
		return r.Edit(t.Context(), "a", "", assets.Edit{WasRev: assets.AnyRev, Asset: &assets.Asset{ID: id, Kind: assets.Mover, Class: "mover.patrol",
			Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.44, 31.25}}}, Properties: ps}})
	}
	kept, _, err := edit("p-1", number)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(kept)
	if strings.Contains(string(text), number) || !seal.Is(kept.Properties.Text("phone")) || kept.Properties.Text("unit") != "一队" {
		t.Errorf("kept as %s", text)
	}
	if opened := r.Opened(kept); opened.Properties.Text("phone") != number || opened == kept {
		t.Errorf("opened: %v", opened.Properties)
	}
	if err := r.Check(kept); err != nil {
		t.Errorf("what is sealed is refused: %v", err)
	}
	if _, verdict, err := edit("p-1", number); err != nil || verdict != assets.Same {
		t.Errorf("the same again: %v %v", verdict, err)
	}
	if _, verdict, err := edit("p-1", kept.Properties.Text("phone")); err != nil || verdict != assets.Same {
		t.Errorf("the same, sealed: %v %v", verdict, err)
	}
	for name, value := range map[string]any{"of another": kept.Properties.Text("phone"), "forged": "sealed:1:00000000:AAAA", "too long": strings.Repeat("1", 41), "a number": 13800001234.0} {
		if _, _, err := edit("p-2", value); !errors.Is(err, assets.ErrInvalid) || strings.Contains(err.Error(), number) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
