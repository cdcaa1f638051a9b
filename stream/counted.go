package stream

import (
	"slices"
	"sync"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// Clusters counts things for views that are zoomed out.
type Clusters interface {
	// Below is the zoom below which things of the kind are counted; 0: at none.
	Below(kind assets.Kind) (zoom uint32)
	// Clusters returns what tiles of the zoom show of the kind in the box to the
	// scope, of what passes the filter, in order of Cell.
	Clusters(kind assets.Kind, zoom uint32, box geo.Box, scope access.Scope, f filter.Filter) []Cluster
}

// counted is what a lens tells of a kind in place of its things. It is counted
// when somebody is to be told.
type counted struct {
	kind assets.Kind
	lens *lens
	at   twin.Position

	once  sync.Once
	cells []Cluster

	written [formats]struct {
		once sync.Once
		part *shared
	}
}

// recounted hands out new counts; the caller holds the hub's marking lock.
func (l *lens) recounted() {
	for _, kind := range l.look.counted {
		c := &counted{kind: kind, lens: l, at: l.at}
		for v := range l.members {
			v.count(c)
		}
	}
}

// count counts, once.
func (c *counted) count(from Clusters) []Cluster {
	c.once.Do(func() {
		l := c.lens.look
		c.cells = from.Clusters(c.kind, l.wholeZoom(), geo.BoxOf(l.region.box), c.lens.scope, l.filter)
	})
	return c.cells
}

// part is the frame that tells the counts.
func (c *counted) part(f format) *shared {
	w := &c.written[f]
	w.once.Do(func() {
		w.part = share(f, f.write(clustersFrame{c.lens.id, c.at, c.kind.Layer(), c.cells, c.lens.look}, nil), twin.Position{})
	})
	return w.part
}

// tally is what a view has been told and has yet to be told of counts.
type tally struct {
	due  []*counted
	last map[assets.Kind]*counted
}

// owe replaces what is due of the kind.
func (t *tally) owe(c *counted) {
	t.due = slices.DeleteFunc(t.due, func(d *counted) bool { return d.kind == c.kind })
	t.due = append(t.due, c)
}

// next returns the next frame, or nil if all is told or nothing changed.
func (t *tally) next(h *Hub, f format) *shared {
	for len(t.due) > 0 {
		c := t.due[0]
		t.due = t.due[1:]
		cells := c.count(h.o.Clusters)
		if last := t.last[c.kind]; last != nil && last.lens.look.datum.name == c.lens.look.datum.name && slices.Equal(cells, last.cells) {
			continue
		}
		if t.last == nil {
			t.last = make(map[assets.Kind]*counted)
		}
		t.last[c.kind] = c
		return c.part(f)
	}
	return nil
}

// again makes all due that was told: the client is to begin anew.
func (t *tally) again() {
	for kind, c := range t.last {
		if !slices.ContainsFunc(t.due, func(d *counted) bool { return d.kind == kind }) {
			t.due = append(t.due, c)
		}
	}
	t.last = nil
}

// stop forgets the kinds that are no longer counted and returns those of which
// the client holds counts.
func (t *tally) stop(counted []assets.Kind) (gone []assets.Kind) {
	t.due = nil
	for kind := range t.last {
		if !slices.Contains(counted, kind) {
			gone = append(gone, kind)
			delete(t.last, kind)
		}
	}
	slices.Sort(gone)
	return gone
}
