package tiles

import (
	"slices"

	"suhe/geo"
	"suhe/twin"
)

// layerWriter writes one MVT layer. It is scratch: after some tiles it has grown
// enough and allocates no more.
type layerWriter struct {
	shaper
	data   []byte            // Layer.features fields
	keys   [fieldCount]uint8 // index of the field's key + 1
	used   int
	order  [fieldCount]field // the keys in order of first use
	values values
	count  int
	mosaic mosaic
}

func newLayerWriter() *layerWriter {
	w := &layerWriter{values: newValues()}
	w.weave.limit = weaveWork
	return w
}

// begin starts the layer of a tile.
func (w *layerWriter) begin(t geo.Tile, tolerance float64) {
	w.shaper.begin(t, tolerance)
	w.data = w.data[:0]
	w.keys, w.used, w.count = [fieldCount]uint8{}, 0, 0
	w.values.reset()
	w.mosaic.reset()
}

// feature writes Layer.features{id, tags, type, geometry} of a thing drawn as g,
// if anything of that shows.
func (w *layerWriter) feature(t *twin.Thing, g *geo.Flat, fields Properties, truncated bool) {
	w.write(t, g.Type, fields, truncated, w.shape(g))
}

// area is feature of an area. Areas wait for finish, which draws them together:
// until then their g must stay as it is.
func (w *layerWriter) area(t *twin.Thing, g *geo.Flat, fields Properties, truncated bool) {
	w.mosaic.pieces = append(w.mosaic.pieces, piece{t, g, fields, truncated})
}

// point is feature of a thing that is one point, at a place in world units.
func (w *layerWriter) point(t *twin.Thing, at [2]uint32, fields Properties, truncated bool) {
	if v := w.frame.vertex(at[0], at[1]); v.inside() {
		start := len(w.data) + 1
		w.data = closeBytes(appendPoint(w.head(t, fields, truncated), v), start)
	}
}

// write writes a feature with the geometry in out, if it shows.
func (w *layerWriter) write(t *twin.Thing, drawn geo.FlatType, fields Properties, truncated, shows bool) {
	if !shows {
		return
	}
	start := len(w.data) + 1
	d := append(w.head(t, fields, truncated), 3<<3|wireVarint, byte(drawn))
	w.data = closeBytes(appendBytes(d, 4, w.out.data), start)
}

// appendPoint writes type and geometry of a single point, as nearly all
// features are, in one go.
func appendPoint(d []byte, v vertex) []byte {
	d = append(d, 3<<3|wireVarint, byte(geo.FlatPoint), 4<<3|wireBytes, 0, 1<<3|moveTo)
	at := len(d) - 2
	d = appendVarint(d, zigzag(int32(v.x)))
	d = appendVarint(d, zigzag(int32(v.y)))
	d[at] = byte(len(d) - at - 1)
	return d
}

// head begins a feature, with a byte for its length, and writes id and tags.
func (w *layerWriter) head(t *twin.Thing, fields Properties, truncated bool) []byte {
	d := append(w.data, 2<<3|wireBytes, 0, 1<<3|wireVarint)
	d = appendVarint(d, uint64(t.Label.FID))
	d = append(d, 2<<3|wireBytes, 0)
	at := len(d) - 1
	d = w.tags(d, t, fields)
	if truncated && w.count == 0 {
		d = w.pair(d, fieldTruncated, w.values.flag(true))
	}
	w.count++
	d[at] = byte(len(d) - at - 1) // 17 pairs of at most 6 bytes; 18 of a cluster
	if d[at] == 0 {
		d = d[:at-1]
	}
	return d
}

// pair appends a key and a value to a feature's tags.
func (w *layerWriter) pair(d []byte, f field, value uint32) []byte {
	k := w.keys[f]
	if k == 0 {
		k = w.key(f)
	}
	if value < 1<<7 {
		return append(d, k-1, byte(value))
	}
	if value < 1<<14 {
		return append(d, k-1, byte(value)|0x80, byte(value>>7))
	}
	return appendVarint(append(d, k-1), uint64(value))
}

// key gives a field the next place in the layer's keys.
func (w *layerWriter) key(f field) uint8 {
	w.order[w.used] = f
	w.used++
	w.keys[f] = uint8(w.used)
	return w.keys[f]
}

// finish appends the tile's bytes to dst: nothing if it has no feature. The
// layer's name and features come first, then keys, values, extent, version.
func (w *layerWriter) finish(dst []byte, name string) []byte {
	w.drawAreas()
	if w.count == 0 {
		return dst
	}
	size := 1 + varintLen(uint64(len(name))) + len(name) + len(w.data) + len(w.values.data) + 5
	for _, f := range w.order[:w.used] {
		size += 2 + len(f.String())
	}
	dst = slices.Grow(dst, 1+varintLen(uint64(size))+size)
	dst = appendTag(dst, 3, wireBytes)
	dst = appendVarint(dst, uint64(size))
	dst = appendText(dst, 1, name)
	dst = append(dst, w.data...)
	for _, f := range w.order[:w.used] {
		dst = appendText(dst, 3, f.String())
	}
	dst = append(dst, w.values.data...)
	dst = append(dst, 5<<3|wireVarint)
	dst = appendVarint(dst, Extent)
	return append(dst, 15<<3|wireVarint, 2)
}
