package format

import (
	"context"
	"fmt"
	"io"
	"iter"

	"suhe/assets"
)

// AssetFields are the columns of an asset as AssetValues fills them; they are called
// as in its JSON. Import reads them back as the same asset.
func AssetFields() []Field {
	return []Field{
		{"fid", Integer}, {"kind", Text}, {"class", Text}, {"name", Text},
		{"base", Number}, {"height", Number}, {"orientation", Number},
		{"area", Text}, {"chainage", Number}, {"bank", Text}, {"offset", Number},
		{"owner", Text}, {"lifecycle", Text},
		{"revision", Integer}, {"changedAt", Time}, {"changedBy", Text}, {"why", Text},
		{"camera", JSON}, {"sensor", JSON}, {"properties", JSON},
	}
}

// AssetValues appends the values of AssetFields.
func AssetValues(dst []any, a *assets.Asset) []any {
	var fid, chainage, bank, offset, changed, camera, sensor any
	if a.FID != 0 {
		fid = int64(a.FID)
	}
	if p := a.Location.Place; p != nil {
		chainage, bank, offset = float64(p.Chainage), orNull(string(p.Bank)), float64(p.Offset)
	}
	if !a.Revision.At.IsZero() {
		changed = a.Revision.At
	}
	if a.Camera != nil {
		camera = a.Camera
	}
	if a.Sensor != nil {
		sensor = a.Sensor
	}
	return append(dst,
		fid, string(a.Kind), a.Class, a.Name,
		float64(a.Shape.Base), float64(a.Shape.Height), float64(a.Shape.Orientation),
		orNull(a.Location.Area), chainage, bank, offset,
		orNull(a.Owner), string(a.Lifecycle),
		a.Revision.N, changed, orNull(a.Revision.By), orNull(a.Revision.Why),
		camera, sensor, a.Properties)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// assetHead is the head of files of assets.
func assetHead(name string, encoding string) Head {
	return Head{Name: name, Fields: AssetFields(), Z: true, Encoding: encoding}
}

// WriteAssets writes assets to w in the format of that name, in the order of seq; a
// GeoPackage has a layer for each kind. An error of seq, or one of w, ends it.
func WriteAssets(ctx context.Context, name string, w io.Writer, encoding string, seq iter.Seq2[*assets.Asset, error]) error {
	if name == "gpkg" {
		return packAssets(ctx, w, seq)
	}
	to, err := New(name, w, assetHead("assets", encoding))
	if err != nil {
		return err
	}
	defer to.Discard()
	if err := eachAsset(seq, func(_ *assets.Asset, f *Feature) error { return to.Write(f) }); err != nil {
		return err
	}
	return to.Close()
}

// eachAsset makes a feature of each asset, which is good until write returns.
func eachAsset(seq iter.Seq2[*assets.Asset, error], write func(*assets.Asset, *Feature) error) error {
	var f Feature
	for a, err := range seq {
		if err != nil {
			return err
		}
		f.ID, f.Geometry, f.Values = string(a.ID), a.Shape.Geometry, AssetValues(f.Values[:0], a)
		if err := write(a, &f); err != nil {
			return fmt.Errorf("asset %s: %w", a.ID, err)
		}
	}
	return nil
}

// packAssets writes a GeoPackage with a layer for each kind.
func packAssets(ctx context.Context, w io.Writer, seq iter.Seq2[*assets.Asset, error]) error {
	g, err := NewGeoPackage(ctx, w)
	if err != nil {
		return err
	}
	defer g.Discard()
	layers := map[assets.Kind]*Layer{}
	err = eachAsset(seq, func(a *assets.Asset, f *Feature) error {
		l := layers[a.Kind]
		if l == nil {
			if _, err := assets.ParseKind(string(a.Kind)); err != nil {
				return err
			}
			var err error
			if l, err = g.Layer(assetHead(a.Kind.Layer(), "")); err != nil {
				return err
			}
			layers[a.Kind] = l
		}
		return l.Write(f)
	})
	if err != nil {
		return err
	}
	return g.Close()
}
