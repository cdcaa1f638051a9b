package filter

import (
	"encoding/json"
	"fmt"

	"github.com/paulmach/orb"

	"suhe/geo"
)

func (p *jsonParser) spatial(r relation, args []json.RawMessage, path string) (node, error) {
	if err := wantArgs(string(r), args, 2); err != nil {
		return nil, err
	}
	var shapes [2]orb.Geometry // nil is the property
	for i, raw := range args {
		var err error
		if shapes[i], err = p.shape(raw, at(path, i)); err != nil {
			return nil, err
		}
	}
	switch {
	case (shapes[0] == nil) == (shapes[1] == nil):
		return nil, fmt.Errorf("%s: want the property geometry and a literal", r)
	case shapes[0] != nil:
		r, shapes[1] = r.turned(), shapes[0]
	}
	return spatial(r, shapes[1], p.place)
}

// shape reads the property geometry, which is nil, or a literal: GeoJSON or a bbox.
func (p *jsonParser) shape(raw json.RawMessage, path string) (orb.Geometry, error) {
	if err := p.count(path); err != nil {
		return nil, err
	}
	var o object
	if err := strict(raw, &o); err != nil { // GeoJSON has other members
		s, err := geo.DecodeGeoJSON(raw)
		if err != nil {
			return nil, strange(path, "%w; want the property geometry, a GeoJSON geometry or a bbox", err)
		}
		return s.Plane, nil
	}
	switch {
	case o.Property != nil && *o.Property == geometryName:
		return nil, nil
	case o.BBox != nil:
		b, err := boxOf(o.BBox)
		return b, placed(path, err)
	}
	return nil, strange(path, "%.40s, want the property geometry, a GeoJSON geometry or a bbox", raw)
}

func (p *jsonParser) temporal(f during, args []json.RawMessage, path string) (node, error) {
	if err := wantArgs(string(f), args, 2); err != nil {
		return nil, err
	}
	var both [2]period
	for i, raw := range args {
		var err error
		if both[i], err = p.period(raw, at(path, i)); err != nil {
			return nil, err
		}
	}
	return temporal(f, both[0], both[1]), nil
}

func (p *jsonParser) period(raw json.RawMessage, path string) (period, error) {
	o, err := p.object(raw, path, "a property, a date, a timestamp or an interval")
	if err != nil {
		return period{}, err
	}
	if o.Interval == nil {
		of, err := p.operand(raw, path)
		if err == nil && (of.folded || of.isLiteral() && of.value.kind != TypeTime) {
			err = strange(path, "want a property, a date, a timestamp or an interval")
		}
		return instant(momentOf(of)), err
	}
	if len(o.Interval) != 2 {
		return period{}, strange(path, "interval: %d ends, want 2", len(o.Interval))
	}
	var ends [2]moment
	for i, raw := range o.Interval {
		if ends[i], err = p.end(raw, fmt.Sprintf("%s.interval[%d]", path, i), i == 1); err != nil {
			return period{}, err
		}
	}
	out, err := periodOf(ends[0], ends[1])
	return out, placed(path, err)
}

// end reads an end of an interval: a time, "..", or a property.
func (p *jsonParser) end(raw json.RawMessage, path string, last bool) (moment, error) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		one, err := p.period(raw, path)
		if err == nil && !one.instant {
			err = strange(path, "an interval in an interval, want a time or a property")
		}
		return one.from, err
	}
	if err := p.count(path); err != nil {
		return moment{}, err
	}
	m, err := readMoment(text, last)
	return m, placed(path, err)
}

func (p *jsonParser) arrays(f arrayFunction, args []json.RawMessage, path string) (node, error) {
	if err := wantArgs(string(f), args, 2); err != nil {
		return nil, err
	}
	var both [2]array
	for i, raw := range args {
		var err error
		if both[i], err = p.array(raw, at(path, i)); err != nil {
			return nil, err
		}
	}
	return compareArrays(f, both[0], both[1]), nil
}

func (p *jsonParser) array(raw json.RawMessage, path string) (array, error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && list != nil {
		items, err := p.items(list, path, 1)
		return newArray(items), err
	}
	o, err := p.operand(raw, path)
	if err == nil && (o.folded || o.isLiteral()) {
		err = strange(path, "want a property or an array")
	}
	return array{name: o.name}, err
}

func (p *jsonParser) items(list []json.RawMessage, path string, depth int) (items []any, err error) {
	if depth > MaxDepth {
		return nil, strange(path, "arrays nest deeper than %d", MaxDepth)
	}
	items = []any{}
	for _, raw := range list {
		var nested []json.RawMessage
		if json.Unmarshal(raw, &nested) == nil && nested != nil {
			inner, err := p.items(nested, path, depth+1)
			if err != nil {
				return nil, err
			}
			items = append(items, inner)
			continue
		}
		if err := p.count(path); err != nil {
			return nil, err
		}
		v, is, err := scalar(raw)
		if err == nil && !is {
			err = fmt.Errorf("%.40s, want texts, numbers, booleans and arrays of these as items", raw)
		}
		if err != nil {
			return nil, placed(path, err)
		}
		item, _ := v.item()
		items = append(items, item)
	}
	return items, nil
}
