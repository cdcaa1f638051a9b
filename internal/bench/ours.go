package bench

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"

	"github.com/paulmach/orb"

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
func newServer(w tiles.World, h how) (*tiles.Server, error) {
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

// encoded makes tiles of things that lie ready for each, as byOrb does: it is told
// which things a tile shows, and makes their bytes alone.
func encoded(kind assets.Kind, lists map[geo.Tile][]*assets.Asset) (side, error) {
	ready := make(map[geo.Tile]side, len(lists))
	for t, list := range lists {
		s, err := newServer(shown(list), how{plain: true})
		if err != nil {
			return nil, err
		}
		r := tiles.Request{Layers: []string{kind.Layer()}, Tile: t, Scope: access.Open()}
		ready[t] = func(ctx context.Context, _ geo.Tile) ([]byte, error) { return s.Draw(ctx, r) }
	}
	return func(ctx context.Context, t geo.Tile) ([]byte, error) { return ready[t](ctx, t) }, nil
}

// things are a world of which every tile shows all.
type things []*twin.Thing

// shown makes things of assets, in order of their numbers.
func shown(list []*assets.Asset) things {
	out := make(things, len(list))
	for i, a := range list {
		out[i] = twin.NewThing(a)
	}
	slices.SortFunc(out, func(a, b *twin.Thing) int { return cmp.Compare(a.Label.FID, b.Label.FID) })
	return out
}

// Within implements tiles.World.
func (w things) Within(dst []*twin.Thing, _ assets.Kind, _ orb.Bound) []*twin.Thing {
	return append(dst, w...)
}

// Position implements tiles.World.
func (things) Position() twin.Position { return twin.Position{} }

// ByFID implements tiles.World; only clusters ask.
func (things) ByFID(assets.FID) *twin.Thing { return nil }

// face is the whole HTTP face with these tiles behind it; its other routes have
// no room behind them and are not asked.
func face(s *tiles.Server) http.Handler {
	return api.New(api.Deps{Live: api.Views{Tiles: s}, Gate: open{}})
}

// open lets everybody in.
type open struct{}

// Who implements api.Gate.
func (open) Who(*http.Request) (access.Principal, error) {
	return access.Principal{ID: "bench", Scope: access.Open()}, nil
}
