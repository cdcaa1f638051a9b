package tiles

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/gzip"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
)

// GzipLevel is the level at which tiles are compressed: 5 takes half as long
// again for a fifteenth less.
const GzipLevel = 3

const gzipFrom = 256 // bytes; less fits one packet anyway

// renderer is the scratch of one render.
type renderer struct {
	layers   []*layer
	picker   picker
	ranges   [maxLayers][2]int    // of each layer's things among those found
	clusters [maxLayers][]cluster // of those layers that cluster at the zoom
	shift    shift
	shown    Properties // to who asks
	sight    access.Sight
	writer   *layerWriter
	packed   bytes.Buffer
	gzip     *gzip.Writer
}

// renderers lends scratch.
type renderers struct{ pool sync.Pool }

func (p *renderers) get() *renderer {
	if r, ok := p.pool.Get().(*renderer); ok {
		return r
	}
	z, _ := gzip.NewWriterLevel(nil, GzipLevel) // fails for unknown levels only
	return &renderer{writer: newLayerWriter(), gzip: z}
}

// put takes scratch back. A render that panicked gives none back.
func (p *renderers) put(r *renderer) {
	r.picker.release()
	r.writer.mosaic.reset()
	p.pool.Put(r)
}

// render makes the tile from the world as it is now, when one of the slots is
// free. Too many who wait for one are assets.ErrBusy.
func (s *Server) render(ctx context.Context, layers []*layer, r *Request) (Response, error) {
	if err := s.slot(ctx); err != nil {
		return Response{}, err
	}
	defer func() { <-s.slots }()
	start := time.Now()
	t := Response{Position: s.options.World.Position()}
	scratch := s.renderers.get()
	err := scratch.draw(ctx, s, layers, r, &t)
	s.renderers.put(scratch)
	if err != nil {
		return Response{}, err
	}
	t.ETag = etag(t.Data)
	s.metrics.rendered(time.Since(start))
	return t, nil
}

// Draw makes the bytes of a tile from the world as it is now, and nothing beside
// them: whoever needs no ETag and keeps tiles itself, or measures what these cost.
// Its errors are those of Tile.
func (s *Server) Draw(ctx context.Context, r Request) ([]byte, error) {
	layers, err := s.wanted(make([]*layer, 0, maxLayers), &r)
	if err != nil {
		return nil, err
	}
	var t Response
	scratch := s.renderers.get()
	err = scratch.draw(ctx, s, layers, &r, &t)
	s.renderers.put(scratch)
	return t.Data, err
}

// slot waits for the right to render, unless too many do.
func (s *Server) slot(ctx context.Context) error {
	select {
	case s.slots <- struct{}{}:
		return nil
	default:
	}
	if s.waiting.Add(1) > int64(s.options.Waiting) {
		s.waiting.Add(-1)
		return fmt.Errorf("tiles: %w: %d renders wait", assets.ErrBusy, s.options.Waiting)
	}
	defer s.waiting.Add(-1)
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reach is how much of the world around a tile is searched, as a share of its
// width: its buffer, and a unit for rounding.
const reach = (Buffer + 1.0) / Extent

// tolerance is how far lines and rings may be thinned, in units: an eighth of a
// pixel, but nothing where the layer's tiles are magnified.
func tolerance(l *layer, t geo.Tile) float64 {
	if t.Z >= l.MaxZoom {
		return 0
	}
	return 1
}

// pack compresses a tile, or returns nil if that is not worth it.
func (d *renderer) pack(data []byte) []byte {
	if len(data) < gzipFrom {
		return nil
	}
	d.packed.Reset()
	d.gzip.Reset(&d.packed)
	d.gzip.Write(data) // a bytes.Buffer takes all
	d.gzip.Close()
	if d.packed.Len() >= len(data) {
		return nil
	}
	return bytes.Clone(d.packed.Bytes())
}

// etag names bytes by their XXH64 and their length. It tells apart what one
// address had at different times; nobody gains by making two alike.
func etag(data []byte) string {
	name := binary.BigEndian.AppendUint64(make([]byte, 0, 12), xxhash.Sum64(data))
	name = binary.BigEndian.AppendUint32(name, uint32(len(data)))
	return base64.RawURLEncoding.EncodeToString(name)
}
