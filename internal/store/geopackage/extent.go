package geopackage

import (
	"context"
	"database/sql"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// extent keeps the bounds in gpkg_contents right through one transaction.
type extent struct {
	in, out orb.Bound // of what is there now and of what is no longer
	ins     bool
	outs    bool
}

func (e *extent) entered(a *assets.Asset) { grow(&e.in, &e.ins, a) }

func (e *extent) left(a *assets.Asset) { grow(&e.out, &e.outs, a) }

func grow(b *orb.Bound, any *bool, a *assets.Asset) {
	g := a.Shape.Geometry.Plane
	switch {
	case g == nil:
	case *any:
		*b = b.Union(g.Bound())
	default:
		*b, *any = g.Bound(), true
	}
}

// write widens the bounds, or counts them anew if what left touched them.
func (e *extent) write(ctx context.Context, tx *sql.Tx) error {
	if !e.ins && !e.outs {
		return nil
	}
	if e.outs {
		touched, err := e.touched(ctx, tx)
		if err != nil {
			return err
		}
		if touched {
			_, err := tx.ExecContext(ctx, recountSQL)
			return err
		}
	}
	if !e.ins {
		_, err := tx.ExecContext(ctx, touchSQL)
		return err
	}
	return e.widen(ctx, tx, "assets")
}

// widen takes what entered into the bounds of the table.
func (e *extent) widen(ctx context.Context, tx *sql.Tx, table string) error {
	if !e.ins {
		return nil
	}
	_, err := tx.ExecContext(ctx, widenSQL, e.in.Min[0], e.in.Min[1], e.in.Max[0], e.in.Max[1], table)
	return err
}

func (e *extent) touched(ctx context.Context, tx *sql.Tx) (bool, error) {
	var minX, minY, maxX, maxY sql.NullFloat64
	err := tx.QueryRowContext(ctx, "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'assets'").Scan(&minX, &minY, &maxX, &maxY)
	if err != nil {
		return false, err
	}
	return e.out.Min[0] <= minX.Float64 || e.out.Min[1] <= minY.Float64 || e.out.Max[0] >= maxX.Float64 || e.out.Max[1] >= maxY.Float64, nil
}

const (
	touchSQL = `UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE table_name = 'assets'`
	widenSQL = `UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now'),
		min_x = min(ifnull(min_x, ?1), ?1), min_y = min(ifnull(min_y, ?2), ?2),
		max_x = max(ifnull(max_x, ?3), ?3), max_y = max(ifnull(max_y, ?4), ?4) WHERE table_name = ?5`
	recountSQL = `UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now'), (min_x, min_y, max_x, max_y) =
		(SELECT min(ST_MinX(geom)), min(ST_MinY(geom)), max(ST_MaxX(geom)), max(ST_MaxY(geom)) FROM assets) WHERE table_name = 'assets'`
)
