package tiles

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"suhe/geo"
)

const (
	gzipLevel = 5   // where size stops falling much
	gzipFrom  = 256 // bytes; less fits one packet anyway
	patience  = 512 // features between looks at the context
)

// renderer is the scratch of one render.
type renderer struct {
	picker picker
	writer *layerWriter
	packed bytes.Buffer
	gzip   *gzip.Writer
}

// renderers lends scratch.
type renderers struct{ pool sync.Pool }

func (p *renderers) get() *renderer {
	if r, ok := p.pool.Get().(*renderer); ok {
		return r
	}
	z, _ := gzip.NewWriterLevel(nil, gzipLevel) // fails for unknown levels only
	return &renderer{writer: newLayerWriter(), gzip: z}
}

// put takes scratch back. A render that panicked gives none back.
func (p *renderers) put(r *renderer) {
	r.picker.release()
	p.pool.Put(r)
}

// render makes the tile from the world as it is now, when one of the slots is
// free.
func (s *Server) render(ctx context.Context, l *layer, r Request) (Response, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return Response{}, ctx.Err()
	}
	start := time.Now()
	t := Response{Position: s.options.World.Position()}
	if r.Tile.Z >= l.MinZoom {
		scratch := s.renderers.get()
		var err error
		if t.Data, t.Left, err = scratch.draw(ctx, s.options, l, r); err != nil {
			s.renderers.put(scratch)
			return Response{}, err
		}
		if !s.options.Plain {
			t.Gzip = scratch.pack(t.Data)
		}
		s.renderers.put(scratch)
	}
	t.ETag = etag(t.Data)
	s.metrics.rendered(time.Since(start))
	return t, nil
}

// draw returns the tile's bytes in a slice of their own.
func (d *renderer) draw(ctx context.Context, o Options, l *layer, r Request) (data []byte, left int, err error) {
	d.picker.found = o.World.Within(d.picker.found[:0], l.Kind, r.Tile.Bound(reach))
	w := d.writer
	w.begin(r.Tile, tolerance(l, r.Tile))
	left = d.picker.pick(l, &w.frame, r.Tile.Z, r.Scope, o.Features)
	for i, p := range d.picker.list {
		if i%patience == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		w.feature(d.picker.found[p.at], l.fields, left > 0)
	}
	return w.finish(nil, r.Layer), left, nil
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

// etag names bytes by their SHA-256, cut to 128 bits.
func etag(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
