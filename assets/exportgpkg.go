package assets

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/paulmach/orb"
)

//go:embed gpkgsql/base.sql
var gpkgBase string

//go:embed gpkgsql/layer.sql
var gpkgLayerSQL string

//go:embed gpkgsql/triggers.sql
var gpkgTriggers string

// ExportGeoPackage writes the assets to a new GeoPackage 1.3 file at path, one
// layer per kind with a spatial index, which GDAL and QGIS open and edit. A file
// that is there is replaced, but only when the new one is complete. Import reads
// it back as the same assets.
func ExportGeoPackage(ctx context.Context, path string, seq iter.Seq2[*Asset, error]) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("export: %w", err)
	}
	if err := writeGPKG(ctx, part, seq); err != nil {
		_ = os.Remove(part) // the first error is the one to tell
		return fmt.Errorf("export %s: %w", filepath.Base(path), err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func writeGPKG(ctx context.Context, path string, seq iter.Seq2[*Asset, error]) (err error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	u := url.URL{Scheme: "file", Path: full, RawQuery: "_pragma=journal_mode(off)&_pragma=synchronous(off)"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return err
	}
	defer func() {
		if e := db.Close(); err == nil {
			err = e
		}
	}()
	db.SetMaxOpenConns(1) // the pragmas belong to the connection
	if _, err := db.ExecContext(ctx, gpkgBase); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	x := &gpkgExport{ctx: ctx, tx: tx, layers: map[Kind]*gpkgOut{}}
	if err := x.all(seq); err != nil {
		_ = tx.Rollback() // the file is thrown away
		return err
	}
	return tx.Commit()
}

type gpkgExport struct {
	ctx    context.Context
	tx     *sql.Tx
	layers map[Kind]*gpkgOut
}

// gpkgOut is one layer being written.
type gpkgOut struct {
	row, box *sql.Stmt
	bound    orb.Bound
	n        int
}

func (x *gpkgExport) all(seq iter.Seq2[*Asset, error]) error {
	for a, err := range seq {
		if err != nil {
			return err
		}
		if err := x.put(a); err != nil {
			return fmt.Errorf("asset %s: %w", a.ID, err)
		}
	}
	for _, k := range RegisteredKinds() {
		l := x.layers[k]
		if l == nil {
			continue
		}
		if err := x.finish(k.Layer(), l); err != nil {
			return fmt.Errorf("layer %s: %w", k.Layer(), err)
		}
	}
	return nil
}

func (x *gpkgExport) exec(query string, layer string) error {
	_, err := x.tx.ExecContext(x.ctx, strings.ReplaceAll(query, "LAYER", layer))
	return err
}

func (x *gpkgExport) layer(k Kind) (*gpkgOut, error) {
	if l := x.layers[k]; l != nil {
		return l, nil
	}
	if _, err := ParseKind(string(k)); err != nil {
		return nil, err
	}
	name := k.Layer()
	if err := x.exec(gpkgLayerSQL, name); err != nil {
		return nil, err
	}
	row, err := x.tx.PrepareContext(x.ctx, `INSERT INTO "`+name+`" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`)
	if err != nil {
		return nil, err
	}
	box, err := x.tx.PrepareContext(x.ctx, `INSERT INTO "rtree_`+name+`_geom" VALUES (?,?,?,?,?)`)
	if err != nil {
		return nil, err
	}
	x.layers[k] = &gpkgOut{row: row, box: box}
	return x.layers[k], nil
}

func (x *gpkgExport) put(a *Asset) error {
	l, err := x.layer(a.Kind)
	if err != nil {
		return err
	}
	values, err := gpkgValues(a)
	if err != nil {
		return err
	}
	done, err := l.row.ExecContext(x.ctx, values...)
	if err != nil {
		return err
	}
	fid, err := done.LastInsertId()
	if err != nil || a.Shape.Geometry.Plane == nil {
		return err
	}
	b := a.Shape.Geometry.Plane.Bound()
	if l.n++; l.n == 1 {
		l.bound = b
	}
	l.bound = l.bound.Union(b)
	_, err = l.box.ExecContext(x.ctx, fid, b.Min[0], b.Max[0], b.Min[1], b.Max[1])
	return err
}

// gpkgValues are the columns of gpkgsql/layer.sql in their order.
func gpkgValues(a *Asset) ([]any, error) {
	w := a.wire()
	props, err := a.Properties.AppendJSON(nil)
	if err != nil {
		return nil, err
	}
	camera, err := optionalJSON(w.Camera)
	if err != nil {
		return nil, err
	}
	sensor, err := optionalJSON(w.Sensor)
	if err != nil {
		return nil, err
	}
	var fid, changed, chainage, offset any
	if a.FID != 0 {
		fid = int64(a.FID)
	}
	if w.ChangedAt != nil {
		changed = w.ChangedAt.UTC().Format(time.RFC3339Nano)
	}
	if w.Chainage != nil {
		chainage, offset = float64(*w.Chainage), float64(*w.Offset)
	}
	return []any{
		fid, EncodeGPKG(a.Shape.Geometry), string(a.ID), string(a.Kind), a.Class, a.Name,
		float64(a.Shape.Base), float64(a.Shape.Height), float64(a.Shape.Orientation),
		orNull(w.Area), chainage, orNull(string(w.Bank)), offset, orNull(a.Owner), string(a.Lifecycle),
		a.Revision.N, changed, orNull(a.Revision.By), orNull(a.Revision.Why), camera, sensor, string(props),
	}, nil
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func optionalJSON[T any](v *T) (any, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// finish writes the layer's extent and the triggers of its index.
func (x *gpkgExport) finish(name string, l *gpkgOut) error {
	if l.n > 0 {
		if _, err := x.tx.ExecContext(x.ctx, `UPDATE gpkg_contents SET min_x=?, min_y=?, max_x=?, max_y=? WHERE table_name=?`,
			l.bound.Min[0], l.bound.Min[1], l.bound.Max[0], l.bound.Max[1], name); err != nil {
			return err
		}
	}
	return x.exec(gpkgTriggers, name)
}
