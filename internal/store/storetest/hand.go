package storetest

import (
	"errors"
	"math"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// handEdits changes rows past the store: each change arrives as an event.
func handEdits(t *testing.T, h House) {
	s, hand := h.Open(t), h.Hand(t)
	was := put(t, s, sample("a", assets.Sensor))[0]
	published(t, s)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	must(hand.Set("a", "name", "by hand"))
	e := published(t, s)
	if len(e) != 1 || e[0].Asset == nil || e[0].Asset.Name != "by hand" {
		t.Fatalf("a new name came as %+v", e)
	}
	if r := e[0].Asset.Revision; r.N != 2 || r.By == was.Revision.By || r.Why != "" || r.At.Before(was.Revision.At) {
		t.Errorf("a new name has the revision %+v", r)
	}
	if got, err := s.Get(t.Context(), "a"); err != nil || differs(got, e[0].Asset) != "" {
		t.Errorf("get: %v %s", err, differs(got, e[0].Asset))
	}

	must(hand.Set("a", "name", "by hand"))
	if e := published(t, s); len(e) != 0 {
		t.Errorf("an update that changes nothing came as %+v", e)
	}

	moved := geo.Solid{Plane: orb.Point{121.45, 31.25}, Z: []float64{9}}
	must(hand.Set("a", "geom", moved))
	if e := published(t, s); len(e) != 1 || e[0].Asset.Shape.Geometry.Plane != moved.Plane || e[0].Asset.Shape.Geometry.Z[0] != 9 || e[0].Asset.Revision.N != 3 {
		t.Errorf("a move came as %+v", e)
	}

	must(hand.Set("a", "name", nil))
	if e := published(t, s); len(e) != 1 || e[0].Asset.Name != "" {
		t.Errorf("no name came as %+v", e)
	}

	must(hand.Insert(map[string]any{"id": "new", "kind": "asset", "geom": moved}))
	e = published(t, s)
	if len(e) != 1 || e[0].Asset == nil || e[0].ID != "new" || e[0].FID <= was.FID || e[0].Asset.Lifecycle != assets.InUse || e[0].Asset.Revision.N != 1 {
		t.Errorf("a new row came as %+v", e)
	}

	must(hand.Delete("a"))
	if e := published(t, s); len(e) != 1 || e[0].Type != twin.AssetRemoved || e[0].FID != was.FID || e[0].ID != "a" {
		t.Errorf("a deleted row came as %+v", e)
	}
	if all, at := loaded(t, s); len(all) != 1 || at != 6 {
		t.Errorf("loaded %d at %d", len(all), at)
	}
}

// handHazards puts what is no asset into a row: it takes no number, is told
// once, and is as if it were not there until it is mended.
func handHazards(t *testing.T, h House) {
	s, hand := h.Open(t), h.Hand(t)
	for _, c := range []struct {
		name, column string
		value        any
	}{
		{"no geometry", "geom", nil},
		{"empty geometry", "geom", geo.Solid{Plane: orb.LineString{}}},
		{"NaN longitude", "geom", geo.Solid{Plane: orb.LineString{{math.NaN(), 31}, {121, 31}}}},
		{"infinite latitude", "geom", geo.Solid{Plane: orb.LineString{{121, 31}, {121, math.Inf(1)}}}},
		{"NaN height", "geom", geo.Solid{Plane: orb.Point{121, 31}, Z: []float64{math.NaN()}}},
		{"infinite height of the top", "height", math.Inf(1)},
		{"camera that is none", "camera", `{"azimuth":"north"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := put(t, s, sample("a", assets.Camera), sample("b", assets.Camera))[0]
			published(t, s)
			if err := hand.Set("a", c.column, c.value); err != nil {
				t.Fatal(err)
			}
			events, bad := publishing(t, s)
			if len(events) != 0 || len(bad) != 1 || !errors.Is(bad[a.FID], assets.ErrInvalid) {
				t.Fatalf("events %+v, bad %v", events, bad)
			}
			if events := published(t, s); len(events) != 0 {
				t.Errorf("seen again: %+v", events)
			}
			if all, _ := loaded(t, s); len(all) != 1 || all[0].ID != "b" {
				t.Errorf("loaded %v", all)
			}
			if _, err := s.Get(t.Context(), "a"); !errors.Is(err, assets.ErrInvalid) {
				t.Errorf("get: %v", err)
			}
			if _, v, err := commit(t.Context(), s, assets.Edit{Asset: sample("a", assets.Camera), WasRev: assets.AnyRev}); err != nil || v[0] != assets.Changed {
				t.Errorf("mended: %v %v", v, err)
			}
			if e := published(t, s); len(e) != 1 || e[0].Asset == nil || e[0].FID != a.FID {
				t.Errorf("mended, it came as %+v", e)
			}
		})
	}
}

// handRefused tries what the database itself refuses.
func handRefused(t *testing.T, h House) {
	s, hand := h.Open(t), h.Hand(t)
	a := put(t, s, sample("a", assets.Bank), sample("b", assets.Bank))[0]
	published(t, s)
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"unknown kind", func() error { return hand.Set("a", "kind", "boat") }},
		{"unknown lifecycle", func() error { return hand.Set("a", "lifecycle", "lost") }},
		{"other id", func() error { return hand.Set("a", "id", "c") }},
		{"other fid", func() error { return hand.Set("a", "fid", 999) }},
		{"no kind", func() error { return hand.Set("a", "kind", nil) }},
		{"no revision", func() error { return hand.Set("a", "revision", nil) }},
		{"id twice", func() error { return hand.Insert(map[string]any{"id": "b", "kind": "bank"}) }},
		{"id with a space", func() error { return hand.Insert(map[string]any{"id": "a b", "kind": "bank"}) }},
		{"own fid", func() error { return hand.Insert(map[string]any{"fid": 1 << 40, "id": "c", "kind": "bank"}) }},
	} {
		if err := c.do(); err == nil {
			t.Errorf("%s: taken", c.name)
		}
	}
	if got, err := s.Get(t.Context(), "a"); err != nil || differs(got, a) != "" {
		t.Errorf("%v %s", err, differs(got, a))
	}
	if e := published(t, s); len(e) != 0 {
		t.Errorf("what was refused came as %+v", e)
	}
}
