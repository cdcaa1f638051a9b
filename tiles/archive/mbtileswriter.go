package archive

import (
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the database driver "sqlite"

	"suhe/assets"
	"suhe/geo"
)

//go:embed mbtiles.sql
var mbtilesSchema string

// mbtilesIndex comes last: sorting once costs less than keeping it sorted.
const mbtilesIndex = "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)"

// mbtilesWriter writes one transaction into a file that nobody else has;
// SQLite's page cache bounds what is in memory.
type mbtilesWriter struct {
	order
	whole  *part
	db     *sql.DB
	tx     *sql.Tx
	insert *sql.Stmt
	err    error // of Put, which ends the archive
}

func createMBTiles(path string, m Meta) (Writer, error) {
	whole, err := createPart(path)
	if err != nil {
		return nil, err
	}
	w := &mbtilesWriter{order: order{meta: m}, whole: whole}
	if err := w.begin(); err != nil {
		w.Abort()
		return nil, fmt.Errorf("archive %s: %w", filepath.Base(path), err)
	}
	return w, nil
}

// begin makes the tables. The journal is off, as a file that fails is thrown away.
func (w *mbtilesWriter) begin() (err error) {
	if w.db, err = openSQLite(w.whole.Name(), "_pragma=journal_mode(off)&_pragma=synchronous(off)"); err != nil {
		return err
	}
	w.db.SetMaxOpenConns(1) // the pragmas belong to the connection
	if w.tx, err = w.db.Begin(); err != nil {
		return err
	}
	if _, err = w.tx.Exec(mbtilesSchema); err != nil {
		return err
	}
	w.insert, err = w.tx.Prepare("INSERT INTO tiles VALUES (?, ?, ?, ?)")
	return err
}

// openSQLite opens the file with what the driver is told in query.
func openSQLite(path, query string) (*sql.DB, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "file", Path: full, RawQuery: query}
	return sql.Open("sqlite", u.String())
}

// Put implements Writer.
func (w *mbtilesWriter) Put(t geo.Tile, gzipped []byte) error {
	if w.err != nil {
		return w.err
	}
	if _, w.err = w.take(t, gzipped); w.err == nil {
		_, w.err = w.insert.Exec(t.Z, t.X, flipped(t), gzipped)
	}
	return w.err
}

// flipped is the tile's row in the Tile Map Service scheme, counted from the south.
func flipped(t geo.Tile) uint32 { return 1<<t.Z - 1 - t.Y }

// Close implements Writer.
func (w *mbtilesWriter) Close() error {
	defer w.Abort()
	if w.err != nil {
		return w.err
	}
	if w.next == 0 {
		return fmt.Errorf("archive: %w: it has no tile", assets.ErrInvalid)
	}
	if err := w.describe(); err != nil {
		return err
	}
	if _, err := w.tx.Exec(mbtilesIndex); err != nil {
		return err
	}
	if err := errors.Join(w.insert.Close(), w.tx.Commit(), w.db.Close()); err != nil {
		return err
	}
	return w.whole.place()
}

// describe fills the metadata. The format is pbf, the older of the two names for
// the same thing: there are readers that do not know the other.
func (w *mbtilesWriter) describe() error {
	m := w.meta
	layers, err := json.Marshal(struct {
		Layers []Layer `json:"vector_layers"`
	}{typed(m.layers())})
	if err != nil {
		return err
	}
	center := m.Bounds.Center()
	for _, row := range [][2]string{
		{"name", m.Name}, {"format", "pbf"}, {"scheme", "tms"}, {"type", "overlay"},
		{"minzoom", fmt.Sprint(m.MinZoom)}, {"maxzoom", fmt.Sprint(m.MaxZoom)},
		{"bounds", fmt.Sprintf("%.7f,%.7f,%.7f,%.7f", m.Bounds.Min[0], m.Bounds.Min[1], m.Bounds.Max[0], m.Bounds.Max[1])},
		{"center", fmt.Sprintf("%.7f,%.7f,%d", center[0], center[1], m.MinZoom)},
		{"description", m.Description}, {"attribution", m.Attribution}, {"version", m.Version},
		{"json", string(layers)},
	} {
		if row[1] == "" {
			continue
		}
		if _, err := w.tx.Exec("INSERT INTO metadata VALUES (?, ?)", row[0], row[1]); err != nil {
			return err
		}
	}
	return nil
}

// typed puts types in the place of the fields' descriptions, as MBTiles wants
// where TileJSON takes any text. A description tells the type at its end.
func typed(layers []Layer) []Layer {
	for _, l := range layers {
		for name, text := range l.Fields {
			l.Fields[name] = "String"
			for _, other := range []string{"Number", "Boolean"} {
				if strings.HasSuffix(text, "("+other+")") {
					l.Fields[name] = other
				}
			}
		}
	}
	return layers
}

// Abort implements Writer.
func (w *mbtilesWriter) Abort() {
	if w.tx != nil {
		w.tx.Rollback() // after Commit it does nothing
	}
	if w.db != nil {
		w.db.Close()
	}
	w.whole.drop()
	if w.err == nil {
		w.err = errClosed
	}
}
