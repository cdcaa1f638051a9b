package bench

import (
	"context"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"suhe/assets"
	"suhe/geo"
)

// buffer is how far tiles of every side reach beyond their edge, in units.
const buffer, extent = 64, 4096

// byOrb makes tiles of things that lie ready for each: it clones, projects, clips
// and encodes them. Which things a tile shows it is told.
func byOrb(layer string, things map[geo.Tile][]*assets.Asset) side {
	properties := map[geo.Tile][]geojson.Properties{}
	for t, list := range things {
		for _, a := range list {
			properties[t] = append(properties[t], propertiesOf(a))
		}
	}
	return func(_ context.Context, t geo.Tile) ([]byte, error) {
		fc := geojson.NewFeatureCollection()
		fc.Features = make([]*geojson.Feature, 0, len(things[t]))
		for i, a := range things[t] {
			f := geojson.NewFeature(orb.Clone(a.Shape.Geometry.Plane))
			f.ID, f.Properties = float64(a.FID), properties[t][i]
			fc.Append(f)
		}
		l := mvt.NewLayer(layer, fc)
		l.Version = 2
		layers := mvt.Layers{l}
		layers.ProjectToTile(maptile.New(t.X, t.Y, maptile.Zoom(t.Z)))
		layers.Clip(orb.Bound{Min: orb.Point{-buffer, -buffer}, Max: orb.Point{extent + buffer, extent + buffer}})
		return mvt.Marshal(layers)
	}
}

// propertiesOf are those that our tiles have.
func propertiesOf(a *assets.Asset) geojson.Properties {
	p := geojson.Properties{"id": string(a.ID), "class": a.Class}
	if a.Name != "" {
		p["name"] = a.Name
	}
	if a.Shape.Height != 0 {
		p["height"] = float64(a.Shape.Height)
	}
	return p
}

// features is how many features a tile has.
func features(data []byte) (int, error) {
	layers, err := mvt.Unmarshal(data)
	n := 0
	for _, l := range layers {
		n += len(l.Features)
	}
	return n, err
}
