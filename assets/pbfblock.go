package assets

import (
	"github.com/paulmach/osm"
	"google.golang.org/protobuf/encoding/protowire"
)

// pbfBlock is one PrimitiveBlock: elements that share a table of texts.
type pbfBlock struct {
	texts          [][]byte
	granularity    int64 // of coordinates, nanodegrees
	latOff, lonOff int64 // nanodegrees
	want           pbfKinds
	each           func(osm.Object) error
}

func readPBFBlock(b []byte, want pbfKinds, each func(osm.Object) error) error {
	block := &pbfBlock{granularity: 100, want: want, each: each}
	var groups [][]byte
	err := pbfFields(b, func(n protowire.Number, b []byte, v uint64) error {
		switch n {
		case 1:
			return pbfFields(b, func(n protowire.Number, b []byte, _ uint64) error {
				if n == 1 {
					block.texts = append(block.texts, b)
				}
				return nil
			})
		case 2:
			groups = append(groups, b)
		case 17:
			block.granularity = int64(v)
		case 19:
			block.latOff = int64(v)
		case 20:
			block.lonOff = int64(v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := pbfFields(g, block.element); err != nil {
			return err
		}
	}
	return nil
}

func (p *pbfBlock) element(n protowire.Number, b []byte, _ uint64) error {
	switch {
	case n == 1 && p.want.nodes:
		return p.node(b)
	case n == 2 && p.want.nodes:
		return p.dense(b)
	case n == 3 && p.want.ways:
		return p.way(b)
	case n == 4 && p.want.relations:
		return p.relation(b)
	}
	return nil
}

// varints walks packed numbers without unpacking them all.
type varints struct {
	b    []byte
	last int64 // of delta coded numbers
}

func (v *varints) more() bool { return len(v.b) > 0 }

func (v *varints) next() (uint64, error) {
	n, size := protowire.ConsumeVarint(v.b)
	if size < 0 {
		return 0, pbfBroken("packed numbers: %w", protowire.ParseError(size))
	}
	v.b = v.b[size:]
	return n, nil
}

// delta reads a signed number that counts from the one before.
func (v *varints) delta() (int64, error) {
	n, err := v.next()
	v.last += protowire.DecodeZigZag(n)
	return v.last, err
}

func (p *pbfBlock) text(i uint64) (string, error) {
	if i >= uint64(len(p.texts)) {
		return "", pbfBroken("text %d of %d", i, len(p.texts))
	}
	return string(p.texts[i]), nil
}

func (p *pbfBlock) tag(key, value uint64) (osm.Tag, error) {
	k, err := p.text(key)
	if err != nil {
		return osm.Tag{}, err
	}
	v, err := p.text(value)
	return osm.Tag{Key: k, Value: v}, err
}

func (p *pbfBlock) tags(keys, values varints) (osm.Tags, error) {
	var out osm.Tags
	for keys.more() {
		k, err := keys.next()
		if err != nil {
			return nil, err
		}
		v, err := values.next()
		if err != nil {
			return nil, err
		}
		t, err := p.tag(k, v)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (p *pbfBlock) place(id, lat, lon int64, tags osm.Tags) *osm.Node {
	return &osm.Node{
		ID:  osm.NodeID(id),
		Lat: float64(p.latOff+p.granularity*lat) / 1e9,
		Lon: float64(p.lonOff+p.granularity*lon) / 1e9, Tags: tags,
	}
}

func (p *pbfBlock) node(b []byte) error {
	var id, lat, lon int64
	var keys, values varints
	err := pbfFields(b, func(n protowire.Number, b []byte, v uint64) error {
		switch n {
		case 1:
			id = protowire.DecodeZigZag(v)
		case 2:
			keys.b = b
		case 3:
			values.b = b
		case 8:
			lat = protowire.DecodeZigZag(v)
		case 9:
			lon = protowire.DecodeZigZag(v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	tags, err := p.tags(keys, values)
	if err != nil {
		return err
	}
	return p.each(p.place(id, lat, lon, tags))
}

// dense reads nodes whose members come in columns.
func (p *pbfBlock) dense(b []byte) error {
	var ids, lats, lons, kv varints
	err := pbfFields(b, func(n protowire.Number, b []byte, _ uint64) error {
		switch n {
		case 1:
			ids.b = b
		case 8:
			lats.b = b
		case 9:
			lons.b = b
		case 10:
			kv.b = b
		}
		return nil
	})
	if err != nil {
		return err
	}
	for ids.more() {
		id, err := ids.delta()
		if err != nil {
			return err
		}
		lat, err := lats.delta()
		if err != nil {
			return err
		}
		lon, err := lons.delta()
		if err != nil {
			return err
		}
		tags, err := p.denseTags(&kv)
		if err != nil {
			return err
		}
		if err := p.each(p.place(id, lat, lon, tags)); err != nil {
			return err
		}
	}
	return nil
}

// denseTags reads key, value … up to the 0 that ends a node's tags.
func (p *pbfBlock) denseTags(kv *varints) (osm.Tags, error) {
	var out osm.Tags
	for kv.more() {
		k, err := kv.next()
		if err != nil || k == 0 {
			return out, err
		}
		v, err := kv.next()
		if err != nil {
			return nil, err
		}
		t, err := p.tag(k, v)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (p *pbfBlock) way(b []byte) error {
	w := &osm.Way{}
	var keys, values, refs varints
	err := pbfFields(b, func(n protowire.Number, b []byte, v uint64) error {
		switch n {
		case 1:
			w.ID = osm.WayID(v)
		case 2:
			keys.b = b
		case 3:
			values.b = b
		case 8:
			refs.b = b
		}
		return nil
	})
	if err != nil {
		return err
	}
	for refs.more() {
		id, err := refs.delta()
		if err != nil {
			return err
		}
		w.Nodes = append(w.Nodes, osm.WayNode{ID: osm.NodeID(id)})
	}
	if w.Tags, err = p.tags(keys, values); err != nil {
		return err
	}
	return p.each(w)
}

func (p *pbfBlock) relation(b []byte) error {
	r := &osm.Relation{}
	var keys, values, roles, refs, types varints
	err := pbfFields(b, func(n protowire.Number, b []byte, v uint64) error {
		switch n {
		case 1:
			r.ID = osm.RelationID(v)
		case 2:
			keys.b = b
		case 3:
			values.b = b
		case 8:
			roles.b = b
		case 9:
			refs.b = b
		case 10:
			types.b = b
		}
		return nil
	})
	if err != nil {
		return err
	}
	for refs.more() {
		m, err := p.member(&roles, &refs, &types)
		if err != nil {
			return err
		}
		r.Members = append(r.Members, m)
	}
	if r.Tags, err = p.tags(keys, values); err != nil {
		return err
	}
	return p.each(r)
}

func (p *pbfBlock) member(roles, refs, types *varints) (osm.Member, error) {
	ref, err := refs.delta()
	if err != nil {
		return osm.Member{}, err
	}
	role, err := roles.next()
	if err != nil {
		return osm.Member{}, err
	}
	kind, err := types.next()
	if err != nil {
		return osm.Member{}, err
	}
	name, err := p.text(role)
	if err != nil {
		return osm.Member{}, err
	}
	if kind > 2 {
		return osm.Member{}, pbfBroken("member type %d, want 0 to 2", kind)
	}
	return osm.Member{Type: []osm.Type{osm.TypeNode, osm.TypeWay, osm.TypeRelation}[kind], Ref: ref, Role: name}, nil
}
