package assets

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the database driver "sqlite"

	"suhe/geo"
)

// gpkgLayer is one feature table of a GeoPackage.
type gpkgLayer struct {
	table, column string
	crs           geo.CRS
}

// geopackage reads the feature tables of a GeoPackage in the order of their
// names, or only the layer of the options. The file is opened read-only.
func (im *importer) geopackage(ctx context.Context, path string) (iter.Seq2[row, error], error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: full, RawQuery: "mode=ro"}).String())
	if err != nil {
		return nil, err
	}
	layers, err := im.layers(ctx, db)
	if err != nil {
		_ = db.Close() // the first error is the one to tell
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return func(yield func(row, error) bool) {
		defer db.Close()
		n := 0
		for _, l := range layers {
			if !im.layer(ctx, db, l, &n, yield) {
				return
			}
		}
	}, nil
}

func (im *importer) layers(ctx context.Context, db *sql.DB) ([]gpkgLayer, error) {
	rows, err := db.QueryContext(ctx, `SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id
		FROM gpkg_contents c JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
		JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
		WHERE c.data_type = 'features' ORDER BY c.table_name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []gpkgLayer
	var names []string
	for rows.Next() {
		var l gpkgLayer
		var org string
		var code int
		if err := rows.Scan(&l.table, &l.column, &org, &code); err != nil {
			return nil, err
		}
		names = append(names, l.table)
		if im.o.Layer != "" && im.o.Layer != l.table {
			continue
		}
		if l.crs, err = im.layerCRS(org, code); err != nil {
			return nil, fmt.Errorf("layer %s: %w", l.table, err)
		}
		out = append(out, l)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("layer: %q, want one of %q", im.o.Layer, names)
	}
	return out, nil
}

// layerCRS is the CRS of the options, else the table's own. srs_id 0 and -1,
// "undefined", have the organization NONE and are read as WGS84.
func (im *importer) layerCRS(org string, code int) (geo.CRS, error) {
	if im.o.CRS != "" {
		return im.o.CRS, nil
	}
	if strings.EqualFold(org, "NONE") {
		return geo.WGS84, nil
	}
	return geo.ParseCRS(fmt.Sprintf("%s:%d", org, code))
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// layer yields the rows of one table, and says whether to go on.
func (im *importer) layer(ctx context.Context, db *sql.DB, l gpkgLayer, n *int, yield func(row, error) bool) bool {
	fail := func(err error) bool {
		yield(row{}, fmt.Errorf("layer %s: %w", l.table, err))
		return false
	}
	if err := im.project(l.crs); err != nil {
		return fail(err)
	}
	rows, err := db.QueryContext(ctx, "SELECT rowid, * FROM "+quoted(l.table)+" ORDER BY rowid")
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return fail(err)
	}
	if len(names) > MaxRowFields {
		return fail(fmt.Errorf("%d columns, want at most %d", len(names), MaxRowFields))
	}
	values := make([]any, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return fail(err)
		}
		*n++
		if !yield(l.row(*n, slug(im.o.Name), names, values), nil) {
			return false
		}
	}
	if err := rows.Err(); err != nil {
		return fail(err)
	}
	return true
}

// row reads one row; the first column is the rowid. The id is made of file, table and
// rowid, which stay the same when other rows come and go.
func (l gpkgLayer) row(n int, file string, names []string, values []any) row {
	rw := row{n: n, fields: make(map[string]any, len(names))}
	for i, name := range names[1:] {
		v := values[i+1]
		if name == l.column {
			b, _ := v.([]byte)
			var err error
			if rw.shape, err = DecodeGPKG(b); err != nil {
				rw.bad = Problem{Field: name, Reason: err.Error()}
			}
			continue
		}
		if v = sqlValue(v); v != nil && name != "" {
			rw.fields[name] = v
		}
	}
	rw.id = fmt.Sprintf("%s:%s:%v", file, slug(l.table), values[0])
	delete(rw.fields, "fid") // the primary key
	return rw
}

func sqlValue(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64, string, bool:
		return v
	case time.Time:
		return v.Format(time.RFC3339)
	}
	return nil // NULL, and blobs, which are no property
}
