package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/store"
)

// work is what one chunk of edits comes to.
type work struct {
	all              []*assets.Asset
	verdicts         []assets.Verdict
	created, changed table
	removed          []int64
	removals         []removal
	now              time.Time
}

func (w *work) add(a *assets.Asset, v assets.Verdict, e assets.Edit) (err error) {
	w.all, w.verdicts = append(w.all, a), append(w.verdicts, v)
	switch v {
	case assets.Created:
		err = w.created.add(a)
	case assets.Changed:
		err = w.changed.add(a)
	case assets.Removed:
		w.removed = append(w.removed, int64(a.FID))
		w.removals = append(w.removals, removal{string(a.ID), a.Revision.N + 1, e.By, e.Why})
	}
	return err
}

// write sends each verdict's rows as one statement, so that the triggers run once for all.
func (w *work) write(ctx context.Context, tx pgx.Tx) error {
	if len(w.created.assets) > 0 {
		if err := w.created.number(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insertSQL, w.created.args()...); err != nil {
			return fmt.Errorf("insert: %w", err)
		}
	}
	if len(w.changed.assets) > 0 {
		if _, err := tx.Exec(ctx, updateSQL, w.changed.args()...); err != nil {
			return fmt.Errorf("update: %w", err)
		}
	}
	if len(w.removed) > 0 {
		if _, err := tx.Exec(ctx, "DELETE FROM suhe.assets WHERE fid = ANY($1)", w.removed); err != nil {
			return fmt.Errorf("delete: %w", err)
		}
		return explain(ctx, tx, w.removals, w.now)
	}
	return nil
}

const (
	names = `fid, id, kind, class, name, geom, base, height, orientation, owner, area,
	chainage, bank, offset_m, lifecycle, properties, camera, sensor, revision, changed_at, changed_by, why`
	values = `SELECT fid, id, kind, class, name, geom::geometry, base, height, orientation, owner, area,
	chainage, bank, offset_m, lifecycle, properties::jsonb, camera::jsonb, sensor::jsonb, revision, changed_at, changed_by, why
	FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::float8[], $8::float8[], $9::float8[],
	$10::text[], $11::text[], $12::float8[], $13::text[], $14::float8[], $15::text[], $16::text[], $17::text[], $18::text[],
	$19::bigint[], $20::timestamptz[], $21::text[], $22::text[]) AS r (` + names + `)`
	insertSQL = `INSERT INTO suhe.assets (` + names + `) ` + values
	updateSQL = `UPDATE suhe.assets a SET (kind, class, name, geom, base, height, orientation, owner, area,
	chainage, bank, offset_m, lifecycle, properties, camera, sensor, revision, changed_at, changed_by, why) =
	(r.kind, r.class, r.name, r.geom, r.base, r.height, r.orientation, r.owner, r.area,
	r.chainage, r.bank, r.offset_m, r.lifecycle, r.properties, r.camera, r.sensor, r.revision, r.changed_at, r.changed_by, r.why)
	FROM (` + values + `) r WHERE a.fid = r.fid`
)

// table is rows of suhe.assets by column, as unnest takes them.
type table struct {
	assets                                        []*assets.Asset
	fid, revision                                 []int64
	id, kind, class, name, owner, area, lifecycle []string
	geom                                          [][]byte
	base, height, orientation                     []float64
	chainage, offset                              []*float64
	bank, camera, sensor                          []*string
	properties, by, why                           []string
	at                                            []time.Time
}

// number gives the assets their FIDs.
func (t *table) number(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, "SELECT nextval('suhe.assets_fid_seq') FROM generate_series(1, $1::int)", len(t.assets))
	if err != nil {
		return fmt.Errorf("fid: %w", err)
	}
	if t.fid, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
		return fmt.Errorf("fid: %w", err)
	}
	for i, a := range t.assets {
		a.FID = assets.FID(t.fid[i])
	}
	return nil
}

func (t *table) add(a *assets.Asset) error {
	geom, err := geo.EncodeEWKB(a.Shape.Geometry)
	if err != nil {
		return fmt.Errorf("asset %s: %w: %w", a.ID, assets.ErrInvalid, err)
	}
	documents, err := store.DocumentsOf(a)
	if err != nil {
		return err
	}
	t.assets = append(t.assets, a)
	t.fid, t.revision = append(t.fid, int64(a.FID)), append(t.revision, a.Revision.N)
	t.id, t.kind = append(t.id, string(a.ID)), append(t.kind, string(a.Kind))
	t.class, t.name = append(t.class, a.Class), append(t.name, a.Name)
	t.owner, t.area = append(t.owner, a.Owner), append(t.area, a.Location.Area)
	t.lifecycle = append(t.lifecycle, string(a.Lifecycle))
	t.geom = append(t.geom, geom)
	t.base = append(t.base, float64(a.Shape.Base))
	t.height = append(t.height, float64(a.Shape.Height))
	t.orientation = append(t.orientation, float64(a.Shape.Orientation))
	t.properties = append(t.properties, documents.Properties)
	t.camera, t.sensor = append(t.camera, documents.Camera), append(t.sensor, documents.Sensor)
	t.at, t.by, t.why = append(t.at, a.Revision.At), append(t.by, a.Revision.By), append(t.why, a.Revision.Why)
	t.place(a.Location.Place)
	return nil
}

func (t *table) place(p *geo.Place) {
	if p == nil {
		t.chainage, t.bank, t.offset = append(t.chainage, nil), append(t.bank, nil), append(t.offset, nil)
		return
	}
	chainage, offset := float64(p.Chainage), float64(p.Offset)
	var bank *string
	if p.Bank != "" {
		b := string(p.Bank)
		bank = &b
	}
	t.chainage, t.bank, t.offset = append(t.chainage, &chainage), append(t.bank, bank), append(t.offset, &offset)
}

func (t *table) args() []any {
	return []any{t.fid, t.id, t.kind, t.class, t.name, t.geom, t.base, t.height, t.orientation, t.owner, t.area,
		t.chainage, t.bank, t.offset, t.lifecycle, t.properties, t.camera, t.sensor, t.revision, t.at, t.by, t.why}
}
