package geopackage

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/store"
)

// columns are those of an asset, in the order of row.targets. The driver would
// read changed_at as a time if it were not cast, and knows other formats than ours.
const columns = `a.fid, a.geom, a.id, a.kind, a.class, a.name, a.base, a.height, a.orientation,
	a.owner, a.area, a.chainage, a.bank, a.offset_m, a.lifecycle, a.properties, a.camera, a.sensor,
	a.revision, CAST(a.changed_at AS TEXT), a.changed_by, a.why`

// stamp is how GeoPackage writes a DATETIME.
const stamp = "2006-01-02T15:04:05.000Z"

// row is one row of assets as it lies there.
type row struct {
	fid, revision                                         sql.NullInt64
	geom                                                  []byte
	id, kind, class, name, owner, area, bank, lifecycle   sql.NullString
	base, height, orientation, chainage, offset           sql.NullFloat64
	properties, camera, sensor, changedAt, changedBy, why sql.NullString
}

func (r *row) targets() []any {
	return []any{&r.fid, &r.geom, &r.id, &r.kind, &r.class, &r.name, &r.base, &r.height, &r.orientation,
		&r.owner, &r.area, &r.chainage, &r.bank, &r.offset, &r.lifecycle, &r.properties, &r.camera, &r.sensor,
		&r.revision, &r.changedAt, &r.changedBy, &r.why}
}

// asset makes the asset of the row. With an error, which wraps
// assets.ErrInvalid, it is what could be read, and has no geometry.
func (r *row) asset(in *assets.Interner) (*assets.Asset, error) {
	a := &assets.Asset{
		FID:       assets.FID(r.fid.Int64),
		ID:        assets.ID(r.id.String),
		Kind:      assets.Kind(r.kind.String),
		Class:     r.class.String,
		Name:      r.name.String,
		Owner:     r.owner.String,
		Lifecycle: assets.Lifecycle(r.lifecycle.String),
		Location:  assets.Location{Area: r.area.String},
		Revision:  assets.Revision{N: r.revision.Int64, By: r.changedBy.String, Why: r.why.String},
		Shape: assets.Shape{
			Base:        geo.Metres(r.base.Float64),
			Height:      geo.Metres(r.height.Float64),
			Orientation: geo.Degrees(r.orientation.Float64),
		},
	}
	if r.chainage.Valid && r.offset.Valid {
		a.Location.Place = &geo.Place{
			Chainage: geo.Metres(r.chainage.Float64),
			Bank:     geo.Bank(r.bank.String),
			Offset:   geo.Metres(r.offset.Float64),
		}
	}
	if in != nil {
		in.Asset(a)
	}
	a.Revision.At = timeOf(r.changedAt.String)
	err := errors.Join(r.geometry(a), store.ReadDocuments(a, []byte(r.properties.String), []byte(r.camera.String), []byte(r.sensor.String), in))
	if err == nil {
		err = store.Sound(a)
	} else {
		err = fmt.Errorf("asset %s: %w: %w", a.ID, assets.ErrInvalid, err)
	}
	if err != nil {
		a.Shape.Geometry = geo.Solid{}
	}
	return a, err
}

func (r *row) geometry(a *assets.Asset) error {
	g, err := assets.DecodeGPKG(r.geom)
	if err != nil {
		return fmt.Errorf("geometry: %w", err)
	}
	a.Shape.Geometry = g
	return nil
}

// timeOf reads a DATETIME as tools write it; what cannot be read is the zero time.
func timeOf(s string) time.Time {
	for _, layout := range []string{stamp, time.RFC3339Nano, time.DateTime} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// args are the values of names for an asset, without its fid.
func args(a *assets.Asset) ([]any, error) {
	d, err := store.DocumentsOf(a)
	if err != nil {
		return nil, err
	}
	var chainage, bank, offset any
	if p := a.Location.Place; p != nil {
		chainage, offset = float64(p.Chainage), float64(p.Offset)
		if p.Bank != "" {
			bank = string(p.Bank)
		}
	}
	return []any{assets.EncodeGPKG(a.Shape.Geometry), string(a.ID), string(a.Kind), a.Class, a.Name,
		float64(a.Shape.Base), float64(a.Shape.Height), float64(a.Shape.Orientation), a.Owner, a.Location.Area,
		chainage, bank, offset, string(a.Lifecycle), d.Properties, d.Camera, d.Sensor,
		a.Revision.N, a.Revision.At.Format(stamp), a.Revision.By, a.Revision.Why}, nil
}
