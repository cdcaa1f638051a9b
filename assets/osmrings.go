package assets

import (
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// assemble joins the ways of an area into rings and puts the holes into the
// rings that hold them.
func (o *osmFile) assemble(a osmArea) (orb.Geometry, error) {
	outer, err := o.rings(a.outer)
	if err != nil {
		return nil, fmt.Errorf("outer ring: %w", err)
	}
	inner, err := o.rings(a.inner)
	if err != nil {
		return nil, fmt.Errorf("inner ring: %w", err)
	}
	if len(outer) == 0 {
		return nil, errors.New("no outer ring")
	}
	parts := make(orb.MultiPolygon, len(outer))
	for i, r := range outer {
		parts[i] = orb.Polygon{r}
	}
	for _, hole := range inner {
		i := 0
		if len(parts) > 1 {
			i = slices.IndexFunc(parts, func(p orb.Polygon) bool { return geo.Contains(p[:1], hole[0]) })
		}
		if i < 0 {
			return nil, fmt.Errorf("inner ring at %v lies in no outer ring", hole[0])
		}
		parts[i] = append(parts[i], hole)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

// rings joins ways, end to end, into closed rings.
func (o *osmFile) rings(refs []int64) ([]orb.Ring, error) {
	ends := map[int64][]int64{} // node → ways that begin or end there
	open := map[int64]bool{}
	for _, ref := range refs {
		ids := o.parts[ref].nodes
		if len(ids) == 0 {
			return nil, fmt.Errorf("way %d is not in the file", ref)
		}
		open[ref] = true
		ends[ids[0]] = append(ends[ids[0]], ref)
		ends[ids[len(ids)-1]] = append(ends[ids[len(ids)-1]], ref)
	}
	var out []orb.Ring
	for _, ref := range refs {
		if !open[ref] {
			continue
		}
		delete(open, ref)
		ids, err := o.close(slices.Clone(o.parts[ref].nodes), ends, open)
		if err != nil {
			return nil, err
		}
		ring := make(orb.Ring, len(ids))
		for i, id := range ids {
			p, ok := o.nodes.get(id)
			if !ok {
				return nil, fmt.Errorf("node %d is not in the file", id)
			}
			ring[i] = p
		}
		out = append(out, ring)
	}
	return out, nil
}

// close appends open ways to ids until it ends where it began.
func (o *osmFile) close(ids []int64, ends map[int64][]int64, open map[int64]bool) ([]int64, error) {
	for ids[0] != ids[len(ids)-1] {
		last := ids[len(ids)-1]
		i := slices.IndexFunc(ends[last], func(ref int64) bool { return open[ref] })
		if i < 0 {
			return nil, fmt.Errorf("open at node %d", last)
		}
		ref := ends[last][i]
		delete(open, ref)
		next := slices.Clone(o.parts[ref].nodes)
		if next[0] != last {
			slices.Reverse(next)
		}
		if ids = append(ids, next[1:]...); len(ids) > geo.MaxVertices {
			return nil, fmt.Errorf("more than %d vertices", geo.MaxVertices)
		}
	}
	return ids, nil
}
