package store_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/store"
	"suhe/twin"
)

func lamp(name string) *assets.Asset {
	return &assets.Asset{
		ID: "a", Kind: assets.Fixture, Name: name, Lifecycle: assets.InUse,
		Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121, 31}, Z: []float64{1}}},
	}
}

func TestJudge(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	stored := lamp("stored")
	stored.FID, stored.Revision = 7, assets.Revision{N: 3, By: "li"}
	edit := lamp("new")
	edit.FID, edit.Revision = 99, assets.Revision{N: 50, By: "zhang"}
	for _, c := range []struct {
		name   string
		edit   assets.Edit
		stored *assets.Asset
		want   assets.Verdict
		fid    assets.FID
		rev    int64
		err    error
	}{
		{"created", assets.Edit{Asset: edit, WasRev: assets.AnyRev}, nil, assets.Created, 0, 1, nil},
		{"created new", assets.Edit{Asset: edit}, nil, assets.Created, 0, 1, nil},
		{"changed", assets.Edit{Asset: edit, WasRev: 3}, stored, assets.Changed, 7, 4, nil},
		{"same", assets.Edit{Asset: lamp("stored"), WasRev: 3}, stored, assets.Same, 7, 3, nil},
		{"removed", assets.Edit{Remove: "a", WasRev: 3}, stored, assets.Removed, 7, 3, nil},
		{"conflict", assets.Edit{Asset: edit, WasRev: 2}, stored, "", 0, 0, assets.ErrConflict},
		{"conflict of new", assets.Edit{Asset: edit}, stored, "", 0, 0, assets.ErrConflict},
		{"conflict of same", assets.Edit{Asset: lamp("stored")}, stored, "", 0, 0, assets.ErrConflict},
		{"conflict of none", assets.Edit{Asset: edit, WasRev: 1}, nil, "", 0, 0, assets.ErrConflict},
		{"remove none", assets.Edit{Remove: "a", WasRev: 1}, nil, "", 0, 0, assets.ErrNotFound},
		{"no subject", assets.Edit{}, stored, "", 0, 0, assets.ErrInvalid},
	} {
		is, verdict, err := store.Judge(c.edit, c.stored, 0, now)
		if !errors.Is(err, c.err) || verdict != c.want {
			t.Errorf("%s: %s, %v", c.name, verdict, err)
			continue
		}
		if err == nil && (is.FID != c.fid || is.Revision.N != c.rev) {
			t.Errorf("%s: fid %d, revision %d", c.name, is.FID, is.Revision.N)
		}
		if (verdict == assets.Created || verdict == assets.Changed) && (!is.Revision.At.Equal(now) || is.Revision.By != "zhang") {
			t.Errorf("%s: %+v", c.name, is.Revision)
		}
	}
	if edit.FID != 99 || edit.Revision.N != 50 {
		t.Errorf("the caller's asset was changed: %+v", edit)
	}
}

func TestSound(t *testing.T) {
	for name, change := range map[string]func(*assets.Asset){
		"id":          func(a *assets.Asset) { a.ID = "" },
		"kind":        func(a *assets.Asset) { a.Kind = "boat" },
		"base":        func(a *assets.Asset) { a.Shape.Base = geo.Metres(math.Inf(-1)) },
		"height":      func(a *assets.Asset) { a.Shape.Height = geo.Metres(math.NaN()) },
		"orientation": func(a *assets.Asset) { a.Shape.Orientation = geo.Degrees(math.NaN()) },
		"no geometry": func(a *assets.Asset) { a.Shape.Geometry = geo.Solid{} },
		"empty":       func(a *assets.Asset) { a.Shape.Geometry = geo.Solid{Plane: orb.Collection{orb.Polygon{}}} },
		"NaN":         func(a *assets.Asset) { a.Shape.Geometry.Plane = orb.Collection{orb.MultiPoint{{math.NaN(), 0}}} },
		"infinite":    func(a *assets.Asset) { a.Shape.Geometry.Plane = orb.Point{0, math.Inf(1)} },
		"z":           func(a *assets.Asset) { a.Shape.Geometry.Z = []float64{math.NaN()} },
		"two z":       func(a *assets.Asset) { a.Shape.Geometry.Z = []float64{1, 2} },
	} {
		a := lamp("x")
		if err := store.Sound(a); err != nil {
			t.Fatal(err)
		}
		change(a)
		if err := store.Sound(a); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNumber(t *testing.T) {
	dull, full := errors.New("dull"), errors.New("full")
	a := lamp("a")
	for _, c := range []struct {
		name    string
		pending []store.Pending
		fates   string
		events  string
		last    uint64
		err     error
	}{
		{"nothing", nil, "[]", "", 10, nil},
		{"in order", []store.Pending{{Row: 3, FID: 1, Is: a}, {Row: 5, FID: 2, Is: a}},
			"[{3 11 } {5 12 }]", "11 asset.put 1, 12 asset.put 2, ", 12, nil},
		{"last of an asset", []store.Pending{{Row: 3, FID: 1, Is: a}, {Row: 5, FID: 2, Is: a}, {Row: 6, FID: 1, Is: a}},
			"[{3 0 } {5 11 } {6 12 }]", "11 asset.put 2, 12 asset.put 1, ", 12, nil},
		{"gone, its removal not yet here", []store.Pending{{Row: 3, FID: 1}}, "[{3 0 }]", "", 10, nil},
		{"gone", []store.Pending{{Row: 3, FID: 1}, {Row: 4, FID: 1, Removed: true}}, "[{3 0 } {4 11 }]", "11 asset.removed 1, ", 11, nil},
		{"unreadable", []store.Pending{{Row: 3, FID: 1, Err: dull}, {Row: 4, FID: 2, Is: a}}, "[{3 0 dull} {4 11 }]", "bad 1, 11 asset.put 2, ", 11, nil},
		{"refused", []store.Pending{{Row: 3, FID: 66, Is: &assets.Asset{FID: 66}}, {Row: 4, FID: 2, Is: a}}, "[{3 0 dull} {4 11 }]", "bad 66, 11 asset.put 2, ", 11, nil},
		{"put fails", []store.Pending{{Row: 3, FID: 1, Is: a}, {Row: 4, FID: 77, Is: a}, {Row: 5, FID: 2, Is: a}}, "[{3 11 }]", "11 asset.put 1, ", 11, full},
	} {
		told := ""
		fates, last, err := store.Number(c.pending, 10, store.Numbering{
			Prepare: func(a *assets.Asset) (*assets.Asset, error) {
				if a.FID == 66 {
					return nil, dull
				}
				return a, nil
			},
			Put: func(e twin.Event) error {
				if e.FID == 77 {
					return full
				}
				told += fmt.Sprintf("%d %s %d, ", e.Seq, e.Type, e.FID)
				return nil
			},
			Bad: func(fid assets.FID, _ error) { told += fmt.Sprintf("bad %d, ", fid) },
		})
		if fmt.Sprint(fates) != c.fates || told != c.events || last != c.last || !errors.Is(err, c.err) {
			t.Errorf("%s: fates %v, events %s, last %d: %v", c.name, fates, told, last, err)
		}
	}
}
