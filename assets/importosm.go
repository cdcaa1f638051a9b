package assets

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/osm"

	"suhe/geo"
)

// maxOSMRefs bounds what is held of an OSM file: the nodes of its ways and the
// members of its relations. 24 bytes each, so a country of 40 million is about
// 1 GB; a continent must be cut first.
const maxOSMRefs = 40_000_000

// osmFile reads an OSM PBF file in four passes, because ways name their nodes
// and relations their ways by number: relations, ways, nodes (which are yielded
// on the way), ways again (yielded), and last the relations held since the first.
type osmFile struct {
	ctx   context.Context
	f     *os.File
	n     int // rows so far
	held  int // against maxOSMRefs
	nodes nodeTable
	areas []osmArea
	parts map[int64]osmWay // ways that areas need
	yield func(row, error) bool
}

// osmArea is a multipolygon or boundary relation.
type osmArea struct {
	id           int64
	tags         osm.Tags
	outer, inner []int64 // ways
}

type osmWay struct {
	nodes []int64
	tags  osm.Tags
}

// osm yields the tagged nodes, ways, multipolygons and boundaries of a file.
// Other relations (routes, turn restrictions) have no shape and are left out.
func (im *importer) osm(ctx context.Context, f *os.File) (iter.Seq2[row, error], error) {
	return func(yield func(row, error) bool) {
		o := &osmFile{ctx: ctx, f: f, parts: map[int64]osmWay{}, yield: yield}
		for _, pass := range []func() error{o.readRelations, o.readWays, o.readNodes, o.yieldWays, o.yieldAreas} {
			err := pass()
			if errors.Is(err, errStopped) {
				return
			}
			if err != nil {
				yield(row{}, err)
				return
			}
		}
	}, nil
}

// scan runs through the whole file once.
func (o *osmFile) scan(want pbfKinds, each func(osm.Object) error) error {
	if _, err := o.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return readPBF(o.ctx, bufio.NewReaderSize(o.f, 1<<20), want, each)
}

func (o *osmFile) hold(n int) error {
	if o.held += n; o.held > maxOSMRefs {
		return fmt.Errorf("%w: osm.pbf: more than %d nodes and members, want a smaller extract", ErrInvalid, maxOSMRefs)
	}
	return nil
}

func (o *osmFile) readRelations() error {
	return o.scan(pbfKinds{relations: true}, func(x osm.Object) error {
		r, ok := x.(*osm.Relation)
		if !ok || !r.Polygon() {
			return nil
		}
		a := osmArea{id: int64(r.ID), tags: slices.DeleteFunc(slices.Clone(r.Tags), func(t osm.Tag) bool { return t.Key == "type" })}
		for _, m := range r.Members {
			if m.Type != osm.TypeWay {
				continue
			}
			o.parts[m.Ref] = osmWay{}
			if m.Role == "inner" {
				a.inner = append(a.inner, m.Ref)
			} else {
				a.outer = append(a.outer, m.Ref)
			}
		}
		o.areas = append(o.areas, a)
		return o.hold(len(r.Members))
	})
}

func (o *osmFile) readWays() error {
	err := o.scan(pbfKinds{ways: true}, func(x osm.Object) error {
		w, ok := x.(*osm.Way)
		if !ok {
			return nil
		}
		_, part := o.parts[int64(w.ID)]
		if !part && !w.Tags.AnyInteresting() {
			return nil
		}
		ids := make([]int64, len(w.Nodes))
		for i, n := range w.Nodes {
			ids[i] = int64(n.ID)
		}
		o.nodes.ids = append(o.nodes.ids, ids...)
		if part {
			o.parts[int64(w.ID)] = osmWay{ids, w.Tags}
		}
		return o.hold(len(ids))
	})
	o.nodes.ready()
	o.inherit()
	return err
}

// inherit gives areas without tags of their own those of their outer ways: so
// multipolygons were written until about 2016.
func (o *osmFile) inherit() {
	for i, a := range o.areas {
		if a.tags.AnyInteresting() {
			continue
		}
		for _, ref := range a.outer {
			if w := o.parts[ref]; w.tags.AnyInteresting() {
				o.areas[i].tags = w.tags
				break
			}
		}
	}
}

func (o *osmFile) readNodes() error {
	return o.scan(pbfKinds{nodes: true}, func(x osm.Object) error {
		n, ok := x.(*osm.Node)
		if !ok {
			return nil
		}
		p := orb.Point{n.Lon, n.Lat}
		o.nodes.put(int64(n.ID), p)
		if !n.Tags.AnyInteresting() {
			return nil
		}
		return o.row("node", int64(n.ID), n.Tags, p, nil)
	})
}

func (o *osmFile) yieldWays() error {
	told := o.toldByAreas()
	return o.scan(pbfKinds{ways: true}, func(x osm.Object) error {
		w, ok := x.(*osm.Way)
		if !ok || !w.Tags.AnyInteresting() || told[int64(w.ID)] {
			return nil
		}
		line := make(orb.LineString, len(w.Nodes))
		for i, n := range w.Nodes {
			p, ok := o.nodes.get(int64(n.ID))
			if !ok {
				return o.row("way", int64(w.ID), w.Tags, nil, fmt.Errorf("node %d is not in the file", n.ID))
			}
			line[i] = p
		}
		var g orb.Geometry = line
		if w.Polygon() {
			g = orb.Polygon{orb.Ring(line)}
		}
		return o.row("way", int64(w.ID), w.Tags, g, nil)
	})
}

// toldByAreas are the outer ways that say nothing that their area does not say.
func (o *osmFile) toldByAreas() map[int64]bool {
	told := map[int64]bool{}
	for _, a := range o.areas {
		for _, ref := range a.outer {
			if within := !slices.ContainsFunc(o.parts[ref].tags, func(t osm.Tag) bool { return a.tags.Find(t.Key) != t.Value }); within {
				told[ref] = true
			}
		}
	}
	return told
}

func (o *osmFile) yieldAreas() error {
	for _, a := range o.areas {
		if !a.tags.AnyInteresting() {
			continue
		}
		g, err := o.assemble(a)
		if err := o.row("relation", a.id, a.tags, g, err); err != nil {
			return err
		}
	}
	return nil
}

// row yields one row; what is wrong with its shape makes it a bad one.
func (o *osmFile) row(kind string, id int64, tags osm.Tags, g orb.Geometry, wrong error) error {
	o.n++
	rw := row{n: o.n, id: fmt.Sprintf("osm:%s:%d", kind, id), wgs84: true, fields: make(map[string]any, len(tags))}
	for _, t := range tags {
		key := t.Key
		if key == "id" {
			key = "tag:id" // the element's number is the id
		}
		rw.fields[key] = t.Value
	}
	if wrong != nil {
		rw.bad = Problem{Field: "geometry", Value: rw.id, Reason: wrong.Error()}
	} else {
		rw.shape = geo.Solid{Plane: g}
		rw.kind, rw.class = osmKind(tags, g)
		rw.base, rw.height = osmHeights(tags, rw.kind)
	}
	if !o.yield(rw, nil) {
		return errStopped
	}
	return nil
}

// nodeTable keeps the places of many nodes: 16 bytes each, in 10^-7 degrees as
// in the file.
type nodeTable struct {
	ids []int64 // sorted once ready
	at  [][2]int32
}

// noPlace marks a node that was named but not found; no longitude is that big.
const noPlace = 1<<31 - 1

func (t *nodeTable) ready() {
	slices.Sort(t.ids)
	t.ids = slices.Clip(slices.Compact(t.ids))
	t.at = make([][2]int32, len(t.ids))
	for i := range t.at {
		t.at[i][0] = noPlace
	}
}

func (t *nodeTable) put(id int64, p orb.Point) {
	// Beyond the globe a place does not fit into 32 bits: it counts as not there.
	if i, ok := slices.BinarySearch(t.ids, id); ok && math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90 {
		t.at[i] = [2]int32{int32(math.Round(p[0] * 1e7)), int32(math.Round(p[1] * 1e7))}
	}
}

func (t *nodeTable) get(id int64) (orb.Point, bool) {
	i, ok := slices.BinarySearch(t.ids, id)
	if !ok || t.at[i][0] == noPlace {
		return orb.Point{}, false
	}
	return orb.Point{float64(t.at[i][0]) / 1e7, float64(t.at[i][1]) / 1e7}, true
}
