package assets_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/format"
)

// stock is one asset of every kind, some with heights.
func stock() []*assets.Asset {
	ring := orb.Ring{{121.42, 31.23}, {121.43, 31.23}, {121.43, 31.24}, {121.42, 31.23}}
	out := []*assets.Asset{gauge(), camera()}
	for _, k := range []assets.Kind{assets.Area, assets.Water, assets.Bank, assets.Bridge, assets.Building, assets.Landmark, assets.Fixture, assets.Mover} {
		a := &assets.Asset{
			ID: assets.ID("310107" + string(k)), Kind: k, Class: assets.Generic(k), Lifecycle: assets.Planned, Name: "中 \"" + string(k),
			Shape:      assets.Shape{Geometry: geo.Solid{Plane: orb.Polygon{ring}, Z: []float64{1, 2, 3, 1}}, Height: 12.5},
			Properties: assets.Properties{{Key: "area", Value: 4.04}, {Key: "kind", Value: "x"}, {Key: "list", Value: []any{1.0, "b", nil}}},
		}
		out = append(out, a)
	}
	out[2].ID = "310107005" // a mere number must stay what it is
	return out
}

func each(all []*assets.Asset) iter.Seq2[*assets.Asset, error] {
	return func(yield func(*assets.Asset, error) bool) {
		for _, a := range all {
			if !yield(a, nil) {
				return
			}
		}
	}
}

// written is a file of assets in a format.
func written(t *testing.T, name, file string, all iter.Seq2[*assets.Asset, error]) string {
	t.Helper()
	var b bytes.Buffer
	if err := format.WriteAssets(context.Background(), name, &b, "", all); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, file, b.Bytes())
}

// backIn imports what was exported into a registry that holds the same: nothing
// may change; and into an empty one: everything must be there.
func backIn(t *testing.T, path string) {
	t.Helper()
	r, m := newRegistry(t)
	problem := func(p assets.Problem) { t.Errorf("%s: %v", filepath.Base(path), p) }
	rep, err := r.ImportFile(context.Background(), path, assets.ImportOptions{Problem: problem})
	if err != nil || rep.Created != len(stock()) {
		t.Fatalf("%+v, %v", rep, err)
	}
	for _, a := range stock() {
		if got := m.byID[a.ID]; got == nil || !assets.Equal(got, a) {
			t.Errorf("%s comes back as %+v, want %+v", a.ID, got, a)
		}
	}
}

// What is written in a format that Import knows comes back as the same assets.
func TestExportedIsImportedAsItWas(t *testing.T) {
	for name, file := range map[string]string{"geojson": "a.geojson", "geojsonseq": "a.geojsons", "csv": "a.csv", "gpkg": "a.gpkg"} {
		t.Run(name, func(t *testing.T) { backIn(t, written(t, name, file, each(stock()))) })
	}
}

func TestExportedGeoJSON(t *testing.T) {
	for _, all := range [][]*assets.Asset{stock(), nil} {
		b, err := os.ReadFile(written(t, "geojson", "a.geojson", each(all)))
		if err != nil {
			t.Fatal(err)
		}
		fc, err := geojson.UnmarshalFeatureCollection(b)
		if err != nil || len(fc.Features) != len(all) || all != nil && fc.Features[0].ID != "wl-1" {
			t.Fatalf("orb reads %v, %v", fc, err)
		}
	}
}

func TestExportedGeoPackage(t *testing.T) {
	db, err := sql.Open("sqlite", written(t, "gpkg", "a.gpkg", each(stock())))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var layers, boxes int
	var integrity string
	for query, into := range map[string]any{
		`SELECT count(*) FROM gpkg_contents WHERE min_x IS NOT NULL`: &layers,
		`SELECT count(*) FROM rtree_cameras_geom`:                    &boxes,
		`PRAGMA integrity_check`:                                     &integrity,
	} {
		if err := db.QueryRow(query).Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	if layers != len(assets.RegisteredKinds()) || boxes != 1 || integrity != "ok" {
		t.Errorf("%d layers, %d boxes, integrity %s", layers, boxes, integrity)
	}
}

func TestExportStopsAtAnError(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	wrong := errors.New("store is down")
	broken := func(yield func(*assets.Asset, error) bool) { _ = yield(gauge(), nil) && yield(nil, wrong) }
	for _, f := range format.Formats() {
		if err := format.WriteAssets(context.Background(), f.Name, io.Discard, "", broken); !errors.Is(err, wrong) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestImportGeoPackageLayers(t *testing.T) {
	path := written(t, "gpkg", "a.gpkg", each(stock()))
	got := importTwice(t, path, assets.ImportOptions{Layer: "cameras"})
	if got.err != nil || got.report.Created != 1 {
		t.Errorf("%+v, %v", got.report, got.err)
	}
	r, _ := newRegistry(t)
	_, err := r.ImportFile(context.Background(), path, assets.ImportOptions{Layer: "none"})
	if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), `"cameras"`) {
		t.Errorf("%v, want the layers there are", err)
	}
}

// A foreign table: no id, its own names, another plane, a row without geometry.
func TestImportForeignGeoPackage(t *testing.T) {
	path := written(t, "gpkg", "foreign.gpkg", each(nil))
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	blob := assets.EncodeGPKG(geo.Solid{Plane: orb.Point{13516412.57, 3663306.12}})
	for _, q := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO gpkg_spatial_ref_sys VALUES ('m', 3857, 'EPSG', 3857, 'm', '')`, nil},
		{`CREATE TABLE "my ""trees" (fid INTEGER PRIMARY KEY, shape BLOB, name TEXT, cm REAL, photo BLOB)`, nil},
		{`INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('my "trees', 'features', 'x', 3857)`, nil},
		{`INSERT INTO gpkg_geometry_columns VALUES ('my "trees', 'shape', 'POINT', 3857, 0, 0)`, nil},
		{`INSERT INTO "my ""trees" VALUES (5, ?, '香樟', 45, x'00')`, []any{blob}},
		{`INSERT INTO "my ""trees" VALUES (6, NULL, '香樟', 45, NULL)`, nil},
	} {
		if _, err := db.Exec(q.query, q.args...); err != nil {
			t.Fatalf("%s: %v", q.query, err)
		}
	}
	got := importTwice(t, path, assets.ImportOptions{Map: map[string]string{"cm": "girth_cm"}})
	if got.err != nil || got.report.Created != 1 {
		t.Fatalf("%+v, %v, %q", got.report, got.err, got.problems)
	}
	wantProblems(t, got.problems, "row 2|shape|empty geometry")
	a := got.store.byID["foreign:my--trees:5"]
	if a == nil || a.Name != "香樟" || len(a.Properties) != 1 || a.Properties[0] != (assets.Property{Key: "girth_cm", Value: 45.0}) {
		t.Fatalf("%+v in %v", a, got.store.byID)
	}
	if d := geo.Distance(a.Shape.Geometry.Plane.(orb.Point), orb.Point{121.42, 31.235}); d > 1 {
		t.Errorf("%v m off", d)
	}
}

func TestImportNoGeoPackage(t *testing.T) {
	for name, b := range map[string][]byte{"text": []byte("hello"), "empty": nil, "sqlite": append([]byte("SQLite format 3\x00"), make([]byte, 500)...)} {
		r, _ := newRegistry(t)
		_, err := r.ImportFile(context.Background(), writeFile(t, "a.gpkg", b), assets.ImportOptions{})
		if !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}
