package geopackage_test

import (
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/store/geopackage"
	"suhe/internal/store/storetest"
	"suhe/twin"
)

func publish(t testing.TB, s *geopackage.Store) (got, bad []string) {
	t.Helper()
	_, err := s.Publish(t.Context(), 0, func(a *assets.Asset) (*assets.Asset, error) { return a, nil }, func(e twin.Event) error {
		name := ""
		if e.Asset != nil {
			name = e.Asset.Name
		}
		got = append(got, fmt.Sprintf("%d %s %s %s", e.Seq, e.Type, e.ID, name))
		return nil
	}, func(_ assets.FID, err error) { bad = append(bad, err.Error()) })
	if err != nil {
		t.Fatal(err)
	}
	return got, bad
}

// GDAL opens the file as it is; what it edits arrives.
func TestGDAL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "creek.gpkg")
	s := open(t, path)
	storetest.Fill(t, s, 20)
	publish(t, s)
	summary := run(t, "ogrinfo", "-al", "-so", path)
	for _, want := range []string{"Layer name: assets", "Layer name: latest", "Feature Count: 20",
		"Extent: (121.350000, 31.210000) - (121.351900, 31.210000)", "Geometry Column = geom", "name: String"} {
		if !strings.Contains(summary, want) {
			t.Errorf("ogrinfo does not say %q:\n%s", want, summary)
		}
	}
	if strings.Contains(strings.ToLower(summary), "warning") || strings.Contains(summary, "outbox") {
		t.Errorf("ogrinfo warns, or shows what is ours:\n%s", summary)
	}
	if got := run(t, "ogrinfo", "-ro", "-q", "-spat", "121.3509", "31.2", "121.3511", "31.3", path, "assets"); strings.Count(got, "OGRFeature") != 2+1 {
		t.Errorf("a search by box finds\n%s", got)
	}
	run(t, "ogrinfo", path, "-sql", "UPDATE assets SET name = 'by GDAL' WHERE id = 'lamp-0000003'")
	run(t, "ogrinfo", path, "-sql", "DELETE FROM assets WHERE id = 'lamp-0000004'")
	added := filepath.Join(t.TempDir(), "added.geojson")
	if err := os.WriteFile(added, []byte(`{"type":"Feature","properties":{"id":"new","kind":"landmark","name":"新"},"geometry":{"type":"Point","coordinates":[121.5,31.3,2]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "ogr2ogr", "-append", path, added, "-nln", "assets")
	got, bad := publish(t, s)
	want := "[21 asset.put lamp-0000003 by GDAL 22 asset.removed lamp-0000004  23 asset.put new 新]"
	if fmt.Sprint(got) != want || bad != nil {
		t.Errorf("published %v, want %v; bad %v", got, want, bad)
	}
}

func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// The bounds and the R-tree are those of what is there, after any edits.
func TestExtentAndIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "creek.gpkg")
	s, db := open(t, path), connect(t, path)
	r := rand.New(rand.NewPCG(3, 4))
	there := map[assets.ID]orb.Bound{}
	for range 60 {
		id := assets.ID(fmt.Sprint("a", r.IntN(6)))
		e := assets.Edit{Remove: id, WasRev: assets.AnyRev}
		if _, ok := there[id]; !ok || r.IntN(3) > 0 {
			a := &assets.Asset{ID: id, Kind: assets.Bank, Lifecycle: assets.InUse}
			line := orb.LineString{{121 + r.Float64(), 31 + r.Float64()}, {121 + r.Float64(), 31 + r.Float64()}}
			a.Shape.Geometry = geo.Solid{Plane: line}
			e = assets.Edit{Asset: a, WasRev: assets.AnyRev}
			there[id] = line.Bound()
		} else {
			delete(there, id)
		}
		err := s.Commit(t.Context(), func(yield func(assets.Edit, error) bool) { yield(e, nil) }, func(*assets.Asset, assets.Verdict) {})
		if err != nil {
			t.Fatal(err)
		}
		compareExtent(t, db, there)
	}
}

func compareExtent(t *testing.T, db *sql.DB, there map[assets.ID]orb.Bound) {
	t.Helper()
	var want orb.Bound
	first := true
	for _, b := range there {
		if first {
			want, first = b, false
		}
		want = want.Union(b)
	}
	var minX, minY, maxX, maxY sql.NullFloat64
	err := db.QueryRow("SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'assets'").Scan(&minX, &minY, &maxX, &maxY)
	if err != nil {
		t.Fatal(err)
	}
	got := orb.Bound{Min: orb.Point{minX.Float64, minY.Float64}, Max: orb.Point{maxX.Float64, maxY.Float64}}
	if minX.Valid == (len(there) == 0) || !got.Equal(want) {
		t.Fatalf("bounds %v (%v), want %v", got, minX.Valid, want)
	}
	var indexed int
	err = db.QueryRow(`SELECT count(*) FROM assets a JOIN rtree_assets_geom r ON r.id = a.fid
		WHERE r.minx <= ST_MinX(a.geom) AND r.maxx >= ST_MaxX(a.geom) AND r.miny <= ST_MinY(a.geom) AND r.maxy >= ST_MaxY(a.geom)`).Scan(&indexed)
	if err != nil || indexed != len(there) {
		t.Fatalf("%d of %d are indexed: %v", indexed, len(there), err)
	}
	if err := db.QueryRow("SELECT count(*) FROM rtree_assets_geom").Scan(&indexed); err != nil || indexed != len(there) {
		t.Fatalf("%d indexed, %d there: %v", indexed, len(there), err)
	}
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.gpkg")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(dir, "plain.sqlite")
	db := connect(t, plain)
	if _, err := db.Exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "foreign.gpkg")
	run(t, "ogr2ogr", foreign, gpkg(t, dir), "assets")
	for _, path := range []string{text, plain, foreign, filepath.Join(dir, "no", "such", "folder.gpkg")} {
		before, _ := os.ReadFile(path)
		if _, err := geopackage.Open(t.Context(), path, geopackage.Options{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
		if path == foreign {
			continue // SQLite has noted its journal mode in it
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s was changed", path)
		}
	}
}

// gpkg makes a GeoPackage of ours.
func gpkg(t *testing.T, dir string) string {
	path := filepath.Join(dir, "ours.gpkg")
	storetest.Fill(t, open(t, path), 2)
	return path
}

func TestRefusedSQL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "creek.gpkg")
	s, db := open(t, path), connect(t, path)
	storetest.Fill(t, s, 1)
	publish(t, s)
	mercator := assets.EncodeGPKG(geo.Solid{Plane: orb.Point{13e6, 3e6}})
	copy(mercator[4:], []byte{0x11, 0x0f, 0, 0}) // srs_id 3857
	for _, c := range []struct {
		column string
		value  any
	}{
		{"geom", mercator}, {"geom", "POINT(121 31)"}, {"geom", []byte("GP")},
		{"height", "high"}, {"base", []byte{1}}, {"revision", "x"}, {"bank", "north"},
	} {
		if _, err := db.Exec("UPDATE assets SET "+c.column+" = ?", c.value); err == nil {
			t.Errorf("%s = %v: taken", c.column, c.value)
		}
	}
	for _, c := range []struct {
		column string
		value  any
	}{
		{"geom", append(assets.EncodeGPKG(geo.Solid{Plane: orb.Point{1, 2}})[:8], 1, 2, 3)}, {"properties", "[1]"}, {"properties", "{"}, {"sensor", "7"},
		{"geom", assets.EncodeGPKG(geo.Solid{Plane: orb.Point{math.NaN(), 2}})},
	} {
		if _, err := db.Exec("UPDATE assets SET "+c.column+" = ?", c.value); err != nil {
			t.Fatal(err)
		}
		if got, bad := publish(t, s); len(got) != 0 || len(bad) != 1 {
			t.Errorf("%s = %v: events %v, bad %v", c.column, c.value, got, bad)
		}
	}
}

func TestOldOutboxRowsGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "creek.gpkg")
	s, db := open(t, path), connect(t, path)
	storetest.Fill(t, s, 3)
	publish(t, s)
	if _, err := db.Exec("UPDATE outbox SET at_ms = at_ms - 8*86400000 WHERE fid < 3"); err != nil {
		t.Fatal(err)
	}
	publish(t, open(t, path))
	var left int
	if err := db.QueryRow("SELECT count(*) FROM outbox").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d rows are left: %v", left, err)
	}
}
