package tiles

import (
	"slices"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// gather fills dst with the clusters of the layer that the tile shows, from the
// counts that are kept if these can answer, and keeps t's position one that the
// tile is at least as new as.
func (d *renderer) gather(s *Server, l *layer, dst []cluster, r *Request, t *Response) []cluster {
	counts := s.clusters[l]
	at, full := counts.state()
	if full && r.plainSight() {
		t.Position = earlier(t.Position, at)
		d.shift.cover(r.Tile, func(tile geo.Tile) { dst = counts.within(dst, tile, r.Scope) })
	} else {
		things := d.seen(s.options.World, l, r)
		d.shift.cover(r.Tile, func(tile geo.Tile) { dst = append(dst, l.gather(things, tile)...) })
	}
	slices.SortFunc(dst, byID)
	return dst
}

// earlier is a position that whatever shows p and q is at least as new as.
func earlier(p, q twin.Position) twin.Position {
	if p.Epoch != q.Epoch {
		return twin.Position{Epoch: min(p.Epoch, q.Epoch)}
	}
	return twin.Position{Epoch: p.Epoch, Obs: min(p.Obs, q.Obs), Events: min(p.Events, q.Events)}
}

// seen searches what of the layer may lie in the tile and is seen.
func (d *renderer) seen(w World, l *layer, r *Request) []*twin.Thing {
	from := len(d.picker.found)
	d.picker.found = w.Within(d.picker.found, l.Kind, d.shift.source(r.Tile))
	things := slices.DeleteFunc(d.picker.found[from:], func(t *twin.Thing) bool { return !r.sees(&d.sight, t) })
	d.picker.found = d.picker.found[:from+len(things)]
	return things
}

// cluster appends one layer of clusters.
func (d *renderer) cluster(data []byte, w World, l *layer, clusters []cluster, r *Request, fields Properties) []byte {
	d.writer.begin(r.Tile, 0)
	for i := range clusters {
		d.clusterOr(w, &clusters[i], l, r, fields)
	}
	return d.writer.finish(data, l.Name)
}

// clusterOr writes a cluster, or in the place of a single thing that thing.
func (d *renderer) clusterOr(world World, c *cluster, l *layer, r *Request, fields Properties) {
	if c.count > 1 {
		if v, shows := d.spot(c.x, c.y); shows {
			d.writer.cluster(c, v, d.shown)
		}
		return
	}
	// By now it may be gone or another: then this tile is stale anyway.
	if t := world.ByFID(assets.FID(c.id)); t != nil && t.Asset.Kind == l.Kind && r.sees(&d.sight, t) {
		if v, shows := d.spot(middle(&t.Flat)); shows {
			d.writer.lone(t, v, fields)
		}
	}
}

// spot is where a point in world units is drawn, within the tile's edges: of a
// shifted datum the neighbours' points come as well, and go again here.
func (d *renderer) spot(x, y uint32) (v vertex, shows bool) {
	if d.shift.to == nil {
		return d.writer.frame.vertex(x, y).clamp(), true
	}
	v = d.writer.frame.vertex(geo.World32(d.shift.to.FromWGS84(geo.LonLat32(x, y))))
	return v, v == v.clamp()
}

// lone writes a thing as a point, whatever its geometry: so small as it is here,
// no tile cuts it in two.
func (w *layerWriter) lone(t *twin.Thing, v vertex, fields Properties) {
	start := len(w.data) + 1
	w.data = closeBytes(appendPoint(w.head(t, fields, false), v), start)
}

// cluster writes Layer.features{id, tags, type, geometry} of a cluster.
func (w *layerWriter) cluster(c *cluster, v vertex, shown Properties) {
	start := len(w.data) + 1
	d := append(w.data, 2<<3|wireBytes, 0, 1<<3|wireVarint)
	d = appendVarint(d, c.id)
	d = append(d, 2<<3|wireBytes, 0)
	at := len(d) - 1
	d = w.clusterTags(d, c, shown)
	d[at] = byte(len(d) - at - 1) // 18 pairs of at most 6 bytes
	w.count++
	w.data = closeBytes(appendPoint(d, v), start)
}

func (w *layerWriter) clusterTags(d []byte, c *cluster, shown Properties) []byte {
	d = w.pair(d, fieldCluster, w.values.flag(true))
	d = w.pair(d, fieldMembers, w.values.number(float64(c.count)))
	d = w.pair(d, fieldApart, w.values.number(float64(c.apart)))
	d = w.string(d, fieldClass, c.class, shown)
	if c.classes != "" && shown.tells(fieldClasses) {
		d = w.pair(d, fieldClasses, w.values.text(c.classes))
	}
	if shown.tells(fieldSeverity) {
		d = w.number(d, fieldSeverity, float64(c.worst()), shown)
		d = w.counts(d, fieldSeverities, c.severities[1:])
	}
	if !shown.tells(fieldStates) {
		return d
	}
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
