package tiles

import "suhe/assets"

// Zooms are the first and the last zoom at which clients ask for the tiles of
// the kind's layer, as its TileJSON says.
func (s *Server) Zooms(kind assets.Kind) (first, last uint32) {
	l := s.catalogue.of(kind)
	return l.MinZoom, l.MaxZoom
}
