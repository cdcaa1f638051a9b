package tiles

import (
	"context"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// draw fills t with the tile's bytes.
func (d *renderer) draw(ctx context.Context, s *Server, layers []*layer, r *Request, t *Response) (err error) {
	d.layers, d.shown = layers, s.shown(r.Scope)
	d.sight.By(r.Scope)
	if d.shift.to, err = projector(r.Datum); err != nil {
		return err
	}
	d.find(s, r, t)
	if len(d.picker.found) <= s.options.Features {
		data, err := d.whole(ctx, s.options.World, r)
		if err != nil || d.answer(&s.options, t, data) <= s.options.Bytes {
			return err
		}
	}
	return d.drawLess(ctx, s, r, t)
}

// answer puts the tile's bytes into t and returns how many are to be sent.
func (d *renderer) answer(o *Options, t *Response, data []byte) (size int) {
	t.Data, t.Gzip = data, nil
	if !o.Plain {
		t.Gzip = d.pack(data)
	}
	if t.Gzip != nil {
		return len(t.Gzip)
	}
	return len(data)
}

// drawLess draws a tile of too much: first fewer of the things that nothing is
// wrong with, then the others without what can be asked elsewhere.
func (d *renderer) drawLess(ctx context.Context, s *Server, r *Request, t *Response) error {
	o, frame, box := &s.options, frameOf(r.Tile), d.shift.source(r.Tile)
	d.picker.reset()
	for at, l := range d.layers {
		d.picker.pick(d.ranges[at], l, at, box, r, &d.sight)
	}
	d.picker.touching(&frame, d.flat)
	all := len(d.picker.list)
	d.picker.keep(o.Features)
	for asked := r.Properties; ; {
		t.Left = all - len(d.picker.list)
		data, err := d.picked(ctx, o.World, r, asked, t.Left > 0)
		if err != nil {
			return err
		}
		size := d.answer(o, t, data)
		if size <= o.Bytes {
			return nil
		}
		harmless := d.picker.harmless()
		switch {
		case harmless > 0:
			fewer := harmless * o.Bytes / size * 9 / 10
			d.picker.keep(len(d.picker.list) - harmless + min(fewer, harmless-1))
		case asked != bare:
			asked = bare
		default:
			return nil // trouble is not left out
		}
	}
}

// bare are the properties without which a feature says nothing.
const bare = Properties(1<<fieldState | 1<<fieldSeverity)

// find searches what may show of each layer.
func (d *renderer) find(s *Server, r *Request, t *Response) {
	d.picker.found = d.picker.found[:0]
	box := d.shift.source(r.Tile)
	for at, l := range d.layers {
		d.clusters[at] = d.clusters[at][:0]
		from := len(d.picker.found)
		switch {
		case r.Tile.Z < l.MinZoom:
		case l.clusters(r.Tile.Z):
			d.clusters[at] = d.gather(s, l, d.clusters[at], r, t)
			from = len(d.picker.found)
		default:
			d.picker.found = s.options.World.Within(d.picker.found, l.Kind, l.search(box))
		}
		d.ranges[at] = [2]int{from, len(d.picker.found)}
	}
}

// whole returns a tile of all that was found and is seen: a block at a time, so
// that what is picked is drawn while it is near.
func (d *renderer) whole(ctx context.Context, w World, r *Request) (data []byte, err error) {
	box := d.shift.source(r.Tile)
	for at, l := range d.layers {
		if len(d.clusters[at]) > 0 {
			data = d.cluster(data, w, l, d.clusters[at], r, l.properties(r.Properties)&d.shown)
			continue
		}
		d.writer.begin(r.Tile, tolerance(l, r.Tile))
		for from, to := d.ranges[at][0], d.ranges[at][1]; from < to; from += block {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			some := [2]int{from, min(from+block, to)}
			if l.simple(r.Tile.Z) {
				d.all(some, l, r)
				continue
			}
			d.picker.reset()
			d.picker.pick(some, l, at, box, r, &d.sight)
			d.things(l, d.picker.list, l.properties(r.Properties)&d.shown, false)
		}
		data = d.writer.finish(data, l.Name)
	}
	return data, nil
}

// picked returns a tile of what was picked.
func (d *renderer) picked(ctx context.Context, w World, r *Request, asked Properties, truncated bool) (data []byte, err error) {
	list := d.picker.list
	for at, l := range d.layers {
		if len(d.clusters[at]) > 0 {
			data = d.cluster(data, w, l, d.clusters[at], r, l.properties(asked)&d.shown)
			continue
		}
		d.writer.begin(r.Tile, tolerance(l, r.Tile))
		for len(list) > 0 && list[0].layer == int16(at) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			n := 0
			for n < min(block, len(list)) && list[n].layer == int16(at) {
				n++
			}
			d.things(l, list[:n], l.properties(asked)&d.shown, truncated)
			list = list[n:]
		}
		data = d.writer.finish(data, l.Name)
	}
	return data, nil
}

// all writes what the request sees of things of one layer that leaves none out.
func (d *renderer) all(of [2]int, l *layer, r *Request) {
	found, fields := d.picker.found[of[0]:of[1]], l.properties(r.Properties)&d.shown
	d.picker.warmth += warm(found)
	here := d.here(l)
	for _, t := range found {
		if r.sees(&d.sight, t) {
			d.thing(t, l, here, fields, false)
		}
	}
}

// things writes things of one layer.
func (d *renderer) things(l *layer, list []picked, fields Properties, truncated bool) {
	here := d.here(l)
	for _, p := range list {
		d.thing(d.picker.found[p.at], l, here, fields, truncated)
	}
}

// here says whether things of the layer are drawn where they are.
func (d *renderer) here(l *layer) bool { return l.Drawn == "" && d.shift.to == nil }

func (d *renderer) thing(t *twin.Thing, l *layer, here bool, fields Properties, truncated bool) {
	switch {
	case here && t.Label.Point:
		d.writer.point(t, t.Label.At, fields, truncated)
	case l.Kind == assets.Area:
		d.writer.area(t, d.shift.own(&t.Flat), fields, truncated)
	default:
		d.writer.feature(t, d.shift.of(l.drawn(t)), fields, truncated)
	}
}

// flat is the geometry that a thing is drawn with; good until the next call.
func (d *renderer) flat(e picked) *geo.Flat {
	return d.shift.of(d.layers[e.layer].drawn(d.picker.found[e.at]))
}
