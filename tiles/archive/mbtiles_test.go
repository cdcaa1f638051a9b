package archive

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// ask reads one value of an SQLite file with the driver alone.
func ask(t *testing.T, path, question string) (answer string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(question).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return answer
}

// The file is as the specification has it, which the reader here could hide:
// rows count from the south (its own example), and there is the index.
func TestMBTilesAsSpecified(t *testing.T) {
	path := place(t, "mbtiles")
	write(t, path, sample(), []geo.Tile{{Z: 11, X: 327, Y: 791}}, own)
	for question, want := range map[string]string{
		"SELECT zoom_level || '/' || tile_column || '/' || tile_row FROM tiles":                  "11/327/1256",
		"SELECT hex(substr(tile_data, 1, 2)) FROM tiles":                                         "1F8B",
		"SELECT count(*) FROM pragma_index_list('tiles') WHERE name='tile_index' AND \"unique\"": "1",
		"SELECT count(*) FROM pragma_index_list('metadata') WHERE \"unique\"":                    "1",
		"PRAGMA application_id":                                                                "1297105496",
		"PRAGMA integrity_check":                                                               "ok",
		"SELECT value FROM metadata WHERE name = 'format'":                                     "pbf",
		"SELECT value FROM metadata WHERE name = 'bounds'":                                     "121.3500000,31.2100000,121.4600000,31.2700000",
		"SELECT value FROM metadata WHERE name = 'center'":                                     "121.4050000,31.2400000,0",
		"SELECT value FROM metadata WHERE name = 'maxzoom'":                                    "16",
		"SELECT json_array_length(value, '$.vector_layers') FROM metadata WHERE name = 'json'": "2",
	} {
		if got := ask(t, path, question); got != want {
			t.Errorf("%s: %s, want %s", question, got, want)
		}
	}
}

// makeSQLite makes a file of statements.
func makeSQLite(t testing.TB, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.mbtiles")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return path
}

const (
	someTiles = "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)"
	someMeta  = "CREATE TABLE metadata (name, value)"
	pictures  = "INSERT INTO metadata VALUES ('format', 'png'), ('name', 'Pictures')"
	forEver   = `CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
		SELECT i AS zoom_level, i AS tile_column, i AS tile_row, x'01' AS tile_data FROM n WHERE abs(i) < 0`
)

// Files of others lack some rows and have views for tables.
func TestMBTilesOfOthers(t *testing.T) {
	f := read(t, makeSQLite(t, someMeta, pictures,
		"CREATE TABLE images (id, data)", "CREATE TABLE map (z, x, y, id)",
		"CREATE VIEW tiles AS SELECT z AS zoom_level, x AS tile_column, y AS tile_row, data AS tile_data FROM map JOIN images USING (id)",
		"INSERT INTO images VALUES (1, x'89504e47')", "INSERT INTO map VALUES (2, 1, 3, 1), (4, 1, 3, 1)"))
	m := f.Meta()
	if m.Format != PNG || m.Name != "Pictures" || m.MinZoom != 2 || m.MaxZoom != 4 || m.Bounds != world {
		t.Errorf("meta %+v", m)
	}
	if data, gzipped, err := f.Tile(t.Context(), geo.Tile{Z: 2, X: 1, Y: 0}); string(data) != "\x89PNG" || gzipped || err != nil {
		t.Errorf("%q, gzipped %v, error %v", data, gzipped, err)
	}
}

func TestBoundsOfOthers(t *testing.T) {
	for text, want := range map[string]orb.Bound{
		"1, 2,3,4":        {Min: orb.Point{1, 2}, Max: orb.Point{3, 4}},
		"3,2,1,4":         world,
		"NaN,NaN,1,Inf":   world,
		"-180,-90,180,90": {Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}},
	} {
		f := read(t, makeSQLite(t, someMeta, someTiles, pictures, "INSERT INTO metadata VALUES ('bounds', '"+text+"')"))
		if got := f.Meta().Bounds; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestMBTilesHostile(t *testing.T) {
	for name, statements := range map[string][]string{
		"no tables":        {"CREATE TABLE other (a)"},
		"no tiles":         {someMeta, pictures},
		"no metadata":      {someTiles},
		"no format":        {someMeta, someTiles},
		"unknown format":   {someMeta, someTiles, "INSERT INTO metadata VALUES ('format', 'exe')"},
		"no zoom":          {someMeta, someTiles, pictures, "INSERT INTO metadata VALUES ('minzoom', '-1'), ('maxzoom', 'x')"},
		"zooms inside out": {someMeta, someTiles, pictures, "INSERT INTO metadata VALUES ('minzoom', '9'), ('maxzoom', '3')"},
		"no bounds":        {someMeta, someTiles, pictures, "INSERT INTO metadata VALUES ('bounds', '1,2')"},
		"bad json":         {someMeta, someTiles, pictures, "INSERT INTO metadata VALUES ('json', '[')"},
		"many layers":      {someMeta, someTiles, pictures, "INSERT INTO metadata VALUES ('json', '{\"vector_layers\":[" + strings.Repeat("{},", maxLayers) + "{}]}')"},
		"much metadata":    {someMeta, someTiles, pictures, "INSERT INTO metadata VALUES ('json', zeroblob(5000000))"},
		"for ever":         {someMeta, pictures, "INSERT INTO metadata VALUES ('minzoom', '0'), ('maxzoom', '3')", forEver},
		"without a bound": {someMeta, pictures, "INSERT INTO metadata VALUES ('minzoom', '0'), ('maxzoom', '3')",
			"CREATE VIEW tiles AS SELECT 0 AS zoom_level, 0 AS tile_column, 0 AS tile_row, zeroblob(900000000) AS tile_data"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			f, err := Open(t.Context(), makeSQLite(t, statements...))
			if !errors.Is(err, ErrBroken) {
				t.Errorf("%v, want %v", err, ErrBroken)
			}
			if f != nil {
				f.Close()
			}
			if took := time.Since(began); took > 10*askTime {
				t.Errorf("took %v", took)
			}
		})
	}
}

// A question that goes on for ever ends with its caller.
func TestMBTilesHonoursTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Open(ctx, makeSQLite(t, someMeta, pictures, "INSERT INTO metadata VALUES ('minzoom', '0'), ('maxzoom', '3')", forEver))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want %v", err, context.DeadlineExceeded)
	}
}
