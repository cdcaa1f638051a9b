package bench

import (
	"context"
	"math"
	"net/http"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/tiles"
	"suhe/twin"
)

// This file is all that the measurements know of tiles.Server.

// gzipLevel is the level at which both sides compress.
const gzipLevel = tiles.GzipLevel

// how a server of ours is to serve.
type how struct {
	plain bool // without gzip
	keep  bool // in a cache
}

// newServer serves the world. Nothing is left out of a tile for its size: the
// rivals leave nothing out.
func newServer(w *twin.World, h how) (*tiles.Server, error) {
	o := tiles.Options{World: w, Plain: h.plain, Features: math.MaxInt32, Bytes: math.MaxInt32, Cache: -1}
	if h.keep {
		o.Cache = 256 << 20
	}
	s, err := tiles.New(o)
	if err == nil {
		s.Took(twin.Batch{}) // a world begins: what low zooms show is counted
	}
	return s, err
}

// ours makes tiles of the kind's layer: compressed if the server compresses.
func ours(s *tiles.Server, kind assets.Kind) side {
	layers := []string{kind.Layer()}
	return func(ctx context.Context, t geo.Tile) ([]byte, error) {
		r, err := s.Tile(ctx, tiles.Request{Layers: layers, Tile: t, Scope: access.Open()})
		if r.Gzip != nil {
			return r.Gzip, err
		}
		return r.Data, err
	}
}

// face is the whole HTTP face with these tiles behind it; its other routes have
// no room behind them and are not asked.
func face(s *tiles.Server) http.Handler { return api.New(api.Deps{Tiles: s, Gate: open{}}) }

// open lets everybody in.
type open struct{}

// Who implements api.Gate.
func (open) Who(*http.Request) (access.Principal, error) {
	return access.Principal{ID: "bench", Scope: access.Open()}, nil
}
