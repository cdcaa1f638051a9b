package tiles

import (
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// Ground is what a layer's tiles show of the world, for who tells clients which
// of their tiles are stale.
type Ground struct {
	Layer       string
	Kind        assets.Kind
	First, Last uint32                    // zooms at which clients ask for the tiles, as TileJSON says
	Of          func(*twin.Thing) geo.Box // where a thing of the kind shows
}

// Grounds are those of all layers, in drawing order.
func (s *Server) Grounds() []Ground {
	var out []Ground
	for _, l := range s.catalogue.Layers {
		out = append(out, Ground{l.Name, l.Kind, l.MinZoom, l.MaxZoom, func(t *twin.Thing) geo.Box { return l.drawn(t).Box() }})
	}
	return out
}

// Calm says below which zoom a tile may be older than what it shows, and by how much.
func (s *Server) Calm() (below uint32, by time.Duration) {
	return s.catalogue.Calm.Below, max(0, s.options.Calm)
}
