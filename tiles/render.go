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
)

const (
	gzipLevel = 5   // where size stops falling much
	gzipFrom  = 256 // bytes; less fits one packet anyway
	patience  = 512 // features between looks at the context
)

// renderer is the scratch of one render.
type renderer struct {
	layers   []*layer
	picker   picker
	clusters [maxLayers][]cluster // of those layers that cluster at the zoom
	shift    shift
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
	z, _ := gzip.NewWriterLevel(nil, gzipLevel) // fails for unknown levels only
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

// draw fills t with the tile's bytes. What is too many or too large it draws
// again with less: first fewer of the things that nothing is wrong with, then
// the others without what can be asked elsewhere.
func (d *renderer) draw(ctx context.Context, s *Server, layers []*layer, r *Request, t *Response) (err error) {
	o := &s.options
	d.layers = layers
	if d.shift.to, err = projector(r.Datum); err != nil {
		return err
	}
	frame := frameOf(r.Tile)
	d.find(s, r, t)
	all := len(d.picker.list)
	if all > o.Features {
		d.picker.touching(&frame, d.flat)
		all = len(d.picker.list)
		d.picker.keep(o.Features)
	}
	for asked := r.Properties; ; {
		t.Left = all - len(d.picker.list)
		if t.Data, err = d.write(ctx, o.World, r, asked, t.Left > 0); err != nil {
			return err
		}
		if !o.Plain {
			t.Gzip = d.pack(t.Data)
		}
		size := len(t.Data)
		if t.Gzip != nil {
			size = len(t.Gzip)
		}
		if size <= o.Bytes {
			return nil
		}
		harmless := d.picker.harmless()
		switch {
		case harmless > 0:
			fewer := harmless * o.Bytes / size * 9 / 10
			d.picker.keep(len(d.picker.list) - harmless + fewer)
		case asked != bare:
			asked = bare
		default:
			return nil // trouble is not left out
		}
	}
}

// bare are the properties without which a feature says nothing.
const bare = Properties(1<<fieldState | 1<<fieldSeverity)

// find collects what the request sees of all layers.
func (d *renderer) find(s *Server, r *Request, t *Response) {
	d.picker.reset()
	d.picker.found = d.picker.found[:0]
	box := d.shift.source(r.Tile)
	for at, l := range d.layers {
		d.clusters[at] = d.clusters[at][:0]
		switch {
		case r.Tile.Z < l.MinZoom:
		case l.clusters(r.Tile.Z):
			d.clusters[at] = d.gather(s, l, d.clusters[at], r, t)
		default:
			from := len(d.picker.found)
			d.picker.found = s.options.World.Within(d.picker.found, l.Kind, l.search(box))
			d.picker.pick(from, l, at, box, r)
		}
	}
}

// flat is the geometry that a thing is drawn with; good until the next call.
func (d *renderer) flat(e picked) *geo.Flat {
	return d.shift.of(d.layers[e.layer].drawn(d.picker.found[e.at]))
}

// write returns what was picked as a tile.
func (d *renderer) write(ctx context.Context, w World, r *Request, asked Properties, truncated bool) (data []byte, err error) {
	list := d.picker.list
	for at, l := range d.layers {
		if len(d.clusters[at]) > 0 {
			data = d.cluster(data, w, l, d.clusters[at], r, l.properties(asked))
			continue
		}
		n := 0
		for n < len(list) && list[n].layer == int16(at) {
			n++
		}
		if n > 0 {
			if data, err = d.layer(ctx, data, l, r.Tile, list[:n], l.properties(asked), truncated); err != nil {
				return nil, err
			}
		}
		list = list[n:]
	}
	return data, nil
}

// layer appends the things of one layer.
func (d *renderer) layer(ctx context.Context, data []byte, l *layer, tile geo.Tile, list []picked, fields Properties, truncated bool) ([]byte, error) {
	w := d.writer
	w.begin(tile, tolerance(l, tile))
	here := l.Drawn == "" && d.shift.to == nil // things are drawn where they are
	for i, p := range list {
		if i%patience == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t := d.picker.found[p.at]
		if here && t.Label.Point {
			w.point(t, t.Label.At, fields, truncated)
			continue
		}
		g := d.flat(p)
		if l.Kind == assets.Area { // these wait until all are there
			g = d.shift.own(l.drawn(t))
		}
		w.feature(t, g, fields, truncated)
	}
	return w.finish(data, l.Name), nil
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
