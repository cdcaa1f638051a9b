package format

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/paulmach/orb"
	_ "modernc.org/sqlite" // the database driver "sqlite"

	"suhe/assets"
	"suhe/geo"
)

//go:embed gpkgsql/base.sql
var gpkgBase string

//go:embed gpkgsql/layer.sql
var gpkgLayerSQL string

//go:embed gpkgsql/triggers.sql
var gpkgTriggers string

// GeoPackage is a GeoPackage 1.3 file on its way (OGC 12-128r18): layers with a
// spatial index each, which GDAL and QGIS open and edit. It is a temporary file until
// Close sends it.
type GeoPackage struct {
	ctx    context.Context
	out    io.Writer
	file   string // alone in its folder
	db     *sql.DB
	tx     *sql.Tx
	layers []*Layer
}

// NewGeoPackage begins a file that goes to w when it is whole. Whoever asks for one
// ends it by Close or Discard; what is done to it after ctx has ended fails.
func NewGeoPackage(ctx context.Context, w io.Writer) (*GeoPackage, error) {
	dir, err := os.MkdirTemp("", "suhe-gpkg-*")
	if err != nil {
		return nil, err
	}
	g := &GeoPackage{ctx: ctx, out: w, file: filepath.Join(dir, "out.gpkg")}
	u := url.URL{Scheme: "file", Path: g.file, RawQuery: "_pragma=journal_mode(off)&_pragma=synchronous(off)"}
	if g.db, err = sql.Open("sqlite", u.String()); err == nil {
		g.db.SetMaxOpenConns(1) // the pragmas belong to the connection
		err = g.begin()
	}
	if err != nil {
		g.Discard()
		return nil, err
	}
	return g, nil
}

func (g *GeoPackage) begin() error {
	if _, err := g.db.ExecContext(g.ctx, strings.ReplaceAll(gpkgBase, "WGS84WKT", wgs84WKT)); err != nil {
		return err
	}
	var err error
	g.tx, err = g.db.BeginTx(g.ctx, nil)
	return err
}

// Layer is one table of a GeoPackage.
type Layer struct {
	g        *GeoPackage
	h        Head
	name     string
	srs      int32
	key      int // the column that is the primary key, or -1
	cols     []Field
	row, box *sql.Stmt
	bound    orb.Bound
	shapes   int
	values   []any
	args     []any
}

// citySRS is the srs_id of the city's plane, which no authority has numbered.
const citySRS = 990001

// Layer adds a layer; its name must differ from those before. A field fid of whole
// numbers becomes the primary key.
func (g *GeoPackage) Layer(h Head) (*Layer, error) {
	f, err := Find("gpkg")
	if err != nil {
		return nil, err
	}
	if err := f.check(&h); err != nil {
		return nil, fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	}
	l := &Layer{g: g, h: h, name: tableName(h.Name), cols: h.table(), key: -1}
	if l.srs, err = g.reference(&h); err != nil {
		return nil, err
	}
	if err := l.create(); err != nil {
		return nil, fmt.Errorf("layer %s: %w", l.name, err)
	}
	g.layers = append(g.layers, l)
	return l, nil
}

// tableName is a name that needs no care in SQL but quotation marks.
func tableName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' {
			return r
		}
		return '_'
	}, name)
}

// reference makes sure that the file defines the reference system, and returns its srs_id.
func (g *GeoPackage) reference(h *Head) (int32, error) {
	d := define(h.crs(), h.City)
	if d.code == 4326 {
		return 4326, nil
	}
	id, org, number := d.code, "EPSG", d.code
	if d.code == 0 {
		id, org, number = citySRS, "CITY", 1
	}
	_, err := g.tx.ExecContext(g.ctx, `INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,NULL)`, d.name, id, org, number, d.wkt)
	return int32(id), err
}

// create makes the table and prepares what fills it.
func (l *Layer) create() error {
	var columns strings.Builder
	for i, name := range l.names() {
		if i != l.key {
			columns.WriteString(",\n  " + quoted(name) + " " + gpkgTypes[l.cols[i].Type])
		}
	}
	z := "0"
	if l.h.Z {
		z = "2"
	}
	query := strings.NewReplacer("LAYER", l.name, "TITLE", strings.ReplaceAll(l.h.Title, "'", "''"), "SRS", strconv.Itoa(int(l.srs)),
		"COLUMNS", columns.String(), "ZRULE", z).Replace(gpkgLayerSQL)
	if _, err := l.g.tx.ExecContext(l.g.ctx, query); err != nil {
		return err
	}
	places := 2 + len(l.cols)
	if l.key >= 0 {
		places--
	}
	var err error
	if l.row, err = l.g.tx.PrepareContext(l.g.ctx, `INSERT INTO "`+l.name+`" VALUES (?`+strings.Repeat(",?", places-1)+`)`); err != nil {
		return err
	}
	l.box, err = l.g.tx.PrepareContext(l.g.ctx, `INSERT INTO "rtree_`+l.name+`_geom" VALUES (?,?,?,?,?)`)
	return err
}

// names are the names of the columns; one that is the primary key sets key.
func (l *Layer) names() []string {
	for i, f := range l.cols {
		if f.Name == "fid" && f.Type == Integer {
			l.key = i
			return unique(l.cols, []string{"geom"}, whole)
		}
	}
	return unique(l.cols, []string{"geom", "fid"}, whole)
}

var gpkgTypes = [...]string{Text: "TEXT", Integer: "INTEGER", Number: "DOUBLE", Bool: "BOOLEAN", Time: "DATETIME", JSON: "TEXT"}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Write adds a row.
func (l *Layer) Write(f *Feature) error {
	if err := l.h.fits(f); err != nil {
		return err
	}
	s := l.h.shape(f)
	if err := l.fill(f, s); err != nil {
		return fmt.Errorf("feature %q: %w", f.ID, err)
	}
	done, err := l.row.ExecContext(l.g.ctx, l.args...)
	if err != nil || s.Plane == nil {
		return err
	}
	fid, err := done.LastInsertId()
	if err != nil {
		return err
	}
	b := s.Plane.Bound()
	if b.IsEmpty() {
		return nil
	}
	if l.shapes++; l.shapes == 1 {
		l.bound = b
	}
	l.bound = l.bound.Union(b)
	_, err = l.box.ExecContext(l.g.ctx, fid, b.Min[0], b.Max[0], b.Min[1], b.Max[1])
	return err
}

// fill sets args: primary key, geometry, columns.
func (l *Layer) fill(f *Feature, s geo.Solid) error {
	l.values = l.h.row(l.values[:0], f)
	l.args = append(l.args[:0], nil, nil)
	if s.Plane != nil {
		l.args[1] = assets.AppendGPKG(nil, s, l.srs)
	}
	for i, field := range l.cols {
		v, err := plain(field, l.values[i])
		if err != nil {
			return err
		}
		if t, ok := v.(time.Time); ok {
			v = t.UTC().Format("2006-01-02T15:04:05.000Z") // the one form that the standard has
		}
		if i == l.key {
			l.args[0] = v
		} else {
			l.args = append(l.args, v)
		}
	}
	return nil
}

// finish writes the layer's extent and the triggers of its index.
func (l *Layer) finish() error {
	if l.shapes > 0 {
		if _, err := l.g.tx.ExecContext(l.g.ctx, `UPDATE gpkg_contents SET min_x=?, min_y=?, max_x=?, max_y=? WHERE table_name=?`,
			l.bound.Min[0], l.bound.Min[1], l.bound.Max[0], l.bound.Max[1], l.name); err != nil {
			return err
		}
	}
	_, err := l.g.tx.ExecContext(l.g.ctx, strings.ReplaceAll(gpkgTriggers, "LAYER", l.name))
	return err
}

// Close completes the file and sends it. After an error nothing, or a part, was sent.
func (g *GeoPackage) Close() error {
	defer g.Discard()
	for _, l := range g.layers {
		if err := l.finish(); err != nil {
			return fmt.Errorf("layer %s: %w", l.name, err)
		}
	}
	if err := g.tx.Commit(); err != nil {
		return err
	}
	if err := g.db.Close(); err != nil {
		return err
	}
	f, err := os.Open(g.file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(g.out, f)
	return err
}

// Discard removes the file; what goes wrong with that is the system's to clean up.
func (g *GeoPackage) Discard() {
	if g.tx != nil {
		_ = g.tx.Rollback() // nothing, if it was committed
	}
	if g.db != nil {
		_ = g.db.Close()
	}
	_ = os.RemoveAll(filepath.Dir(g.file))
}

// onePackage is a GeoPackage of one layer.
type onePackage struct{ *Layer }

func newGeoPackage(w io.Writer, h Head) (Writer, error) {
	g, err := NewGeoPackage(context.Background(), w)
	if err != nil {
		return nil, err
	}
	l, err := g.Layer(h)
	if err != nil {
		g.Discard()
		return nil, err
	}
	return onePackage{l}, nil
}

func (p onePackage) Close() error { return p.g.Close() }
func (p onePackage) Discard()     { p.g.Discard() }
