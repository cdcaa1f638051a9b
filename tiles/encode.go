package tiles

import (
	"suhe/geo"
	"suhe/twin"
)

// layerWriter writes one MVT layer. It is scratch: after some tiles it has grown
// enough and allocates no more.
type layerWriter struct {
	shaper
	data   []byte            // Layer.features fields
	tags   []byte            // of the feature being written
	keys   [fieldCount]uint8 // index of the field's key + 1
	used   int
	order  [fieldCount]field // the keys in order of first use
	values values
	last   [fieldCount]memo
	count  int
}

// memo remembers a field's last value.
type memo struct {
	text   string
	number float64
	value  uint32
}

func newLayerWriter() *layerWriter {
	return &layerWriter{values: newValues()}
}

// begin starts the layer of a tile.
func (w *layerWriter) begin(t geo.Tile, tolerance float64) {
	w.shaper.begin(t, tolerance)
	w.data = w.data[:0]
	w.keys, w.used, w.count = [fieldCount]uint8{}, 0, 0
	w.last = [fieldCount]memo{}
	w.values.reset()
}

// feature writes the thing if anything of it shows.
func (w *layerWriter) feature(t *twin.Thing, fields []field, truncated bool) {
	if !w.shape(&t.Flat) {
		return
	}
	w.tags = w.tags[:0]
	for _, f := range fields {
		w.tag(f, t)
	}
	if truncated && w.count == 0 {
		w.pair(fieldTruncated, w.values.flag(true))
	}
	w.count++
	w.write(uint64(t.Asset.FID), byte(t.Flat.Type))
}

// write writes Layer.features{id, tags, type, geometry}.
func (w *layerWriter) write(id uint64, geometryType byte) {
	d := append(w.data, 2<<3|wireBytes, 0)
	at := len(d) - 1
	d = append(d, 1<<3|wireVarint)
	d = appendVarint(d, id)
	if len(w.tags) > 0 {
		d = appendBytes(d, 2, w.tags)
	}
	d = append(d, 3<<3|wireVarint, geometryType)
	d = appendBytes(d, 4, w.out.data)
	w.data = closeBytes(d, at)
}

// pair adds a key and a value to the feature's tags.
func (w *layerWriter) pair(f field, value uint32) {
	if w.keys[f] == 0 {
		w.order[w.used] = f
		w.used++
		w.keys[f] = uint8(w.used)
	}
	w.tags = append(w.tags, w.keys[f]-1)
	w.tags = appendVarint(w.tags, uint64(value))
}

// finish returns the tile's bytes in a new slice, or nil if it has no feature.
// The layer's name and features come first, then keys, values, extent, version.
func (w *layerWriter) finish(name string) []byte {
	if w.count == 0 {
		return nil
	}
	size := 2 + len(name) + len(w.data) + len(w.values.data) + 5
	for _, f := range w.order[:w.used] {
		size += 2 + len(f.String())
	}
	out := make([]byte, 0, 1+varintLen(uint64(size))+size)
	out = appendTag(out, 3, wireBytes)
	out = appendVarint(out, uint64(size))
	out = appendBytes(out, 1, []byte(name))
	out = append(out, w.data...)
	for _, f := range w.order[:w.used] {
		out = appendBytes(out, 3, []byte(f.String()))
	}
	out = append(out, w.values.data...)
	out = append(out, 5<<3|wireVarint)
	out = appendVarint(out, Extent)
	return append(out, 15<<3|wireVarint, 2)
}
