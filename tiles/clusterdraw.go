package tiles

import (
	"slices"

	"suhe/assets"
	"suhe/twin"
)

// drawClusters returns the bytes of a tile at a zoom at which its layer
// clusters, and a position that it is at least as new as.
func (d *renderer) drawClusters(w World, c *clusters, r Request) ([]byte, twin.Position) {
	at, full := c.state()
	if full {
		d.clusters = c.within(d.clusters[:0], r.Tile, r.Scope)
	} else {
		at = w.Position()
		d.clusters = c.layer.gather(d.seen(w, c.layer.Kind, r), r.Tile)
	}
	d.writer.begin(r.Tile, 0)
	for i := range d.clusters {
		d.writer.clusterOr(w, &d.clusters[i], c.layer, r.Scope)
	}
	return d.writer.finish(nil, r.Layer), at
}

// seen searches what of the kind lies in the tile and is seen.
func (d *renderer) seen(w World, kind assets.Kind, r Request) []*twin.Thing {
	d.picker.found = w.Within(d.picker.found[:0], kind, r.Tile.Bound(reach))
	d.picker.found = slices.DeleteFunc(d.picker.found, func(t *twin.Thing) bool { return !r.Scope.Sees(t.Asset) })
	return d.picker.found
}

// clusterOr writes a cluster, or in the place of a single thing that thing.
func (w *layerWriter) clusterOr(world World, c *cluster, l *layer, scope seer) {
	if c.count > 1 {
		w.cluster(c)
		return
	}
	// By now it may be gone or another: then this tile is stale anyway.
	if t := world.ByFID(assets.FID(c.id)); t != nil && t.Asset.Kind == l.Kind && scope.Sees(t.Asset) {
		w.lone(t, l.fields)
	}
}

// lone writes a thing as a point in its middle, whatever its geometry: so small
// as it is here, no tile cuts it in two.
func (w *layerWriter) lone(t *twin.Thing, fields fieldSet) {
	v := w.frame.vertex(middle(&t.Flat))
	if v.inside() {
		start := len(w.data) + 1
		w.data = closeBytes(appendPoint(w.head(t, fields, false), v.clamp()), start)
	}
}

// cluster writes Layer.features{id, tags, type, geometry} of a cluster.
func (w *layerWriter) cluster(c *cluster) {
	start := len(w.data) + 1
	d := append(w.data, 2<<3|wireBytes, 0, 1<<3|wireVarint)
	d = appendVarint(d, c.id)
	d = append(d, 2<<3|wireBytes, 0)
	at := len(d) - 1
	d = w.clusterTags(d, c)
	d[at] = byte(len(d) - at - 1) // 18 pairs of at most 6 bytes
	w.count++
	w.data = closeBytes(appendPoint(d, w.frame.vertex(c.x, c.y).clamp()), start)
}

func (w *layerWriter) clusterTags(d []byte, c *cluster) []byte {
	d = w.pair(d, fieldCluster, w.values.flag(true))
	d = w.pair(d, fieldMembers, w.values.number(float64(c.count)))
	d = w.pair(d, fieldApart, w.values.number(float64(c.apart)))
	if c.class != "" {
		d = w.pair(d, fieldClass, w.values.text(c.class))
	}
	if c.classes != "" {
		d = w.pair(d, fieldClasses, w.values.text(c.classes))
	}
	if worst := c.worst(); worst != 0 {
		d = w.pair(d, fieldSeverity, w.values.number(float64(worst)))
	}
	d = w.counts(d, fieldSeverities, c.severities[1:])
	return w.counts(d, fieldStates, c.states[:])
}

// counts writes the counts that are not 0 as the fields from first on.
func (w *layerWriter) counts(d []byte, first field, counts []uint32) []byte {
	for i, n := range counts {
		if n > 0 {
			d = w.pair(d, first+field(i), w.values.number(float64(n)))
		}
	}
	return d
}

// clamp moves a vertex that rounding put on the tile's far edge back into it:
// clients draw points on that edge in the next tile only, which has no cluster
// of this one.
func (v vertex) clamp() vertex {
	return vertex{max(0, min(v.x, Extent-1)), max(0, min(v.y, Extent-1))}
}
