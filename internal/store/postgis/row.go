package postgis

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/store"
)

// columns are those of an asset, in the order of the constants below.
const columns = `a.fid, a.id, a.kind, a.class, a.name, a.geom, a.base, a.height, a.orientation,
	a.owner, a.area, a.chainage, a.bank, a.offset_m, a.lifecycle, a.properties, a.camera, a.sensor,
	a.revision, a.changed_at, a.changed_by, a.why`

const (
	colFID = iota
	colID
	colKind
	colClass
	colName
	colGeom
	colBase
	colHeight
	colOrientation
	colOwner
	colArea
	colChainage
	colBank
	colOffset
	colLifecycle
	colProperties
	colCamera
	colSensor
	colRevision
	colChangedAt
	colChangedBy
	colWhy
	columnCount
)

// binaryRows asks for every column in binary format, in which a geometry is EWKB.
var binaryRows = pgx.QueryResultFormats{pgx.BinaryFormatCode}

// scanner reads assets out of binary rows without pgx's reflection, which would
// cost more than all else.
type scanner struct{ in *assets.Interner }

// asset reads one row. With an error, which wraps assets.ErrInvalid, the asset
// is what could be read, and has no geometry.
func (s scanner) asset(raw [][]byte) (*assets.Asset, error) {
	a := &assets.Asset{
		FID:       assets.FID(int8Of(raw[colFID])),
		ID:        assets.ID(raw[colID]),
		Kind:      assets.Kind(s.in.Bytes(raw[colKind])),
		Class:     s.in.Bytes(raw[colClass]),
		Name:      string(raw[colName]),
		Owner:     s.in.Bytes(raw[colOwner]),
		Lifecycle: assets.Lifecycle(s.in.Bytes(raw[colLifecycle])),
		Location:  assets.Location{Area: s.in.Bytes(raw[colArea])},
		Revision: assets.Revision{
			N:   int8Of(raw[colRevision]),
			At:  timeOf(raw[colChangedAt]),
			By:  s.in.Bytes(raw[colChangedBy]),
			Why: s.in.Bytes(raw[colWhy]),
		},
	}
	a.Shape.Base = geo.Metres(float8Of(raw[colBase]))
	a.Shape.Height = geo.Metres(float8Of(raw[colHeight]))
	a.Shape.Orientation = geo.Degrees(float8Of(raw[colOrientation]))
	s.place(a, raw)
	err := errors.Join(s.geometry(a, raw[colGeom]), store.ReadDocuments(a, jsonOf(raw[colProperties]), jsonOf(raw[colCamera]), jsonOf(raw[colSensor]), s.in))
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

func (s scanner) place(a *assets.Asset, raw [][]byte) {
	if raw[colChainage] == nil || raw[colOffset] == nil {
		return
	}
	a.Location.Place = &geo.Place{
		Chainage: geo.Metres(float8Of(raw[colChainage])),
		Bank:     geo.Bank(s.in.Bytes(raw[colBank])),
		Offset:   geo.Metres(float8Of(raw[colOffset])),
	}
}

func (s scanner) geometry(a *assets.Asset, b []byte) error {
	if b == nil {
		return nil // store.Sound says it
	}
	g, err := geo.DecodeEWKB(b)
	if err != nil {
		return fmt.Errorf("geometry: %w", err)
	}
	a.Shape.Geometry = g
	return nil
}

// jsonOf takes the version byte off the binary form of a jsonb.
func jsonOf(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b[1:]
}

func int8Of(b []byte) int64 {
	if len(b) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b))
}

func float8Of(b []byte) float64 { return math.Float64frombits(uint64(int8Of(b))) }

// year2000 is PostgreSQL's zero of time, in Unix microseconds.
const year2000 = 946_684_800_000_000

// timeOf reads a timestamptz; NULL and the infinities are the zero time.
func timeOf(b []byte) time.Time {
	us := int8Of(b)
	if b == nil || us == math.MinInt64 || us == math.MaxInt64 {
		return time.Time{}
	}
	return time.UnixMicro(us + year2000).UTC()
}
