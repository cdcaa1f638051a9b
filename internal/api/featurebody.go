package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
	"suhe/twin/filter"
)

// featureBody is a GeoJSON feature that somebody sends, as members of an asset's JSON;
// nil is null.
type featureBody struct {
	id      assets.ID // "": none
	members map[string]any
	derived []string // names that it has and that nobody sets, in order
	empty   []string // keys of the asset's own properties that have a field, and nothing in it
}

// settableMembers are the members of an asset's JSON that people set, but for its id,
// its geometry and its properties.
var settableMembers = []string{"kind", "class", "name", "base", "height", "orientation", "owner", "lifecycle", "camera", "sensor"}

// derivedMembers are those that nobody sets and no filter names.
var derivedMembers = []string{"fid", "offset", "revision", "changedAt", "changedBy", "why", "hidden"}

// ownProperties is the member, and with a dot the beginning of names, of an asset's own
// properties.
const ownProperties = "properties"

// readFeature reads a feature. Its properties are the members of an asset's JSON, the
// asset's own properties behind "properties." or in an object "properties", as items
// have them.
func readFeature(body []byte) (*featureBody, error) {
	var f struct {
		Type       string         `json:"type"`
		ID         *string        `json:"id"`
		Geometry   any            `json:"geometry"`
		Properties map[string]any `json:"properties"`
	}
	present := map[string]json.RawMessage{}
	if err := decodeOne(body, &present); err != nil {
		return nil, err
	}
	if err := decodeOne(body, &f); err != nil {
		return nil, err
	}
	if f.Type != "" && f.Type != "Feature" {
		return nil, fmt.Errorf("%w: type: %.40q, want Feature", assets.ErrInvalid, f.Type)
	}
	out := &featureBody{members: map[string]any{}}
	if _, has := present["geometry"]; has {
		out.members["geometry"] = f.Geometry
	}
	if f.ID != nil {
		out.id = assets.ID(*f.ID)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Properties)) {
		if err := out.take(name, f.Properties[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// decodeOne reads a body that is one JSON value.
func decodeOne(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%w: body: text behind the feature", assets.ErrInvalid)
	}
	return nil
}

// take puts one property of the feature where an asset has it.
func (f *featureBody) take(name string, v any) error {
	key, own := strings.CutPrefix(name, ownProperties+".")
	switch {
	case own:
		if v == nil {
			f.empty = append(f.empty, key)
		}
		return f.takeOwn(map[string]any{key: v})
	case name == ownProperties:
		all, isObject := v.(map[string]any)
		if !isObject && v != nil {
			return fmt.Errorf("%w: properties.properties: want an object", assets.ErrInvalid)
		}
		return f.takeOwn(all)
	case slices.Contains(settableMembers, name):
		f.members[name] = v
	case name == "id":
		id, isText := v.(string)
		if !isText || f.id != "" && f.id != assets.ID(id) {
			return fmt.Errorf("%w: properties.id: %.60v, want the text that is the feature's id", assets.ErrInvalid, v)
		}
		f.id = assets.ID(id)
	case slices.Contains(derivedMembers, name) || twin.IsQueryable(name):
		f.derived = append(f.derived, name)
	default:
		return fmt.Errorf("%w: properties.%.60s: want one of %s, or properties.KEY", assets.ErrInvalid, name, strings.Join(settableMembers, ", "))
	}
	return nil
}

// takeOwn adds properties of the asset's own; none stands for none.
func (f *featureBody) takeOwn(ps map[string]any) error {
	all, _ := f.members[ownProperties].(map[string]any)
	if all == nil {
		all = map[string]any{}
		f.members[ownProperties] = all
	}
	for key, v := range ps {
		if _, twice := all[key]; twice {
			return fmt.Errorf("%w: properties.%.60s: it comes twice", assets.ErrInvalid, key)
		}
		all[key] = v
	}
	return nil
}

// place puts the geometry into degrees WGS84, longitude first; nil: it is.
func (f *featureBody) place(to filter.Place) error {
	if to == nil || f.members["geometry"] == nil {
		return nil
	}
	text, err := json.Marshal(f.members["geometry"])
	if err != nil {
		return err
	}
	g, err := geo.DecodeGeoJSON(text)
	if err != nil {
		return fmt.Errorf("%w: geometry: %w", assets.ErrInvalid, err)
	}
	g.Plane = to(g.Plane)
	f.members["geometry"] = json.RawMessage(geo.AppendGeoJSON(nil, g))
	return nil
}

// asset is the asset of that id that the members make.
func (f *featureBody) asset(id assets.ID, kind assets.Kind) (*assets.Asset, error) {
	if k, given := f.members["kind"]; given && k != string(kind) {
		return nil, fmt.Errorf("%w: properties.kind: %.40v, want %s as the collection's", assets.ErrInvalid, k, kind)
	}
	f.members["kind"], f.members["id"] = string(kind), string(id)
	text, err := json.Marshal(f.members)
	if err != nil {
		return nil, err
	}
	a := new(assets.Asset)
	return a, a.UnmarshalJSON(text)
}

// whole is the body of what shall be and not of a change: what is empty is not there.
func (f *featureBody) whole() *featureBody {
	if own, ok := f.members[ownProperties].(map[string]any); ok {
		for _, key := range f.empty {
			delete(own, key)
		}
	}
	return f
}

// over is the body over what was: a merge patch (RFC 7396) of its members.
func (f *featureBody) over(was *assets.Asset) (*featureBody, error) {
	text, err := was.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	return &featureBody{id: was.ID, members: mergePatch(members, f.members)}, nil
}

// mergePatch is RFC 7396; target is changed.
func mergePatch(target, patch map[string]any) map[string]any {
	if target == nil {
		target = map[string]any{}
	}
	for name, v := range patch {
		inner, isObject := v.(map[string]any)
		switch {
		case v == nil:
			delete(target, name)
		case isObject:
			was, _ := target[name].(map[string]any)
			target[name] = mergePatch(was, inner)
		default:
			target[name] = v
		}
	}
	return target
}
