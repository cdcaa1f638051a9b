package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// The bounds of what a client may ask.
const (
	maxMessage = 512 << 10 // bytes; a resume names what is held
	maxViews   = 16        // of one session
	maxHeld    = 20_000    // objects of one view
	maxIDBytes = 64        // of a view's id
)

// request is a message of a client.
type request struct {
	Type     string         `json:"type"`
	ID       string         `json:"id"`
	Layers   []string       `json:"layers"`
	Tiles    []string       `json:"tiles"`
	Zooms    []uint32       `json:"zooms"`
	BBox     []float64      `json:"bbox"`
	Zoom     *float64       `json:"zoom"`
	Position *twin.Position `json:"position"`
	Held     []assets.FID   `json:"held"`
}

// parse reads a message. An error here is a bad message: the session ends.
func parse(b []byte) (request, error) {
	var r request
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, err
	}
	if d.More() {
		return r, fmt.Errorf("more behind the JSON object")
	}
	switch r.Type {
	case "subscribe", "update", "unsubscribe":
	default:
		return r, fmt.Errorf("type: %.40q, want subscribe, update or unsubscribe", r.Type)
	}
	if r.ID == "" || len(r.ID) > maxIDBytes {
		return r, fmt.Errorf("id: %d bytes, want 1 to %d", len(r.ID), maxIDBytes)
	}
	return r, nil
}

// scope is what a view looks at.
type scope struct {
	kinds []assets.Kind // whose things are told
	tiles []*Painted    // layers whose tiles are told
	zooms [2]uint32     // of those tiles, first and last
	box   orb.Bound
}

// painting is what the client has painted of tiles.
func (s scope) painting() painting { return painting{s.tiles, s.zooms, geo.BoxOf(s.box)} }

// look checks what a subscribe or update wants to see; was is what an update
// leaves out. An error here is answered, and the session goes on.
func (r request) look(was scope, painted []Painted) (scope, error) {
	out := was
	var err error
	if out.kinds, err = kindsOf(r.Layers, was.kinds); err != nil {
		return was, err
	}
	if out.tiles, err = tilesOf(painted, r.Tiles, was.tiles); err != nil {
		return was, err
	}
	if len(out.kinds)+len(out.tiles) == 0 {
		return was, fmt.Errorf("layers: none, want one or more, or tiles")
	}
	if r.BBox != nil {
		if out.box, err = bound(r.BBox); err != nil {
			return was, err
		}
	} else if r.Type == "subscribe" {
		return was, fmt.Errorf("bbox: none, want [west,south,east,north]")
	}
	if out.zooms, err = r.tileZooms(was.zooms); err != nil {
		return was, err
	}
	if len(r.Held) > maxHeld {
		return was, fmt.Errorf("held: %d fids, want at most %d", len(r.Held), maxHeld)
	}
	return out, nil
}

// tileZooms are the zooms of the tiles that the client has: as it says, else the
// whole number below its view's zoom, else as they were.
func (r request) tileZooms(was [2]uint32) ([2]uint32, error) {
	if r.Zoom != nil {
		if !(*r.Zoom >= 0 && *r.Zoom <= geo.MaxZoom+2) {
			return was, fmt.Errorf("zoom: %g out of [0,%d]", *r.Zoom, geo.MaxZoom+2)
		}
		z := min(uint32(*r.Zoom), geo.MaxZoom)
		was = [2]uint32{z, z}
	}
	if r.Zooms == nil {
		return was, nil
	}
	if len(r.Zooms) != 2 || r.Zooms[0] > r.Zooms[1] || r.Zooms[1] > geo.MaxZoom {
		return was, fmt.Errorf("zooms: %v, want the first and the last, in [0,%d]", r.Zooms, geo.MaxZoom)
	}
	return [2]uint32(r.Zooms), nil
}

// kindsOf reads names of layers, each once; nil leaves them as they were.
func kindsOf(layers []string, was []assets.Kind) ([]assets.Kind, error) {
	if layers == nil {
		return was, nil
	}
	var kinds []assets.Kind
	for _, layer := range layers {
		kind, ok := assets.KindOfLayer(layer)
		if !ok {
			return nil, fmt.Errorf("layers: %.40q is no layer", layer)
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds, nil
}

// tilesOf reads names of tile layers, each once; nil leaves them as they were.
func tilesOf(painted []Painted, names []string, was []*Painted) ([]*Painted, error) {
	if names == nil {
		return was, nil
	}
	var out []*Painted
	for _, name := range names {
		at := slices.IndexFunc(painted, func(l Painted) bool { return l.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("tiles: %.40q is no layer", name)
		}
		if !slices.Contains(out, &painted[at]) {
			out = append(out, &painted[at])
		}
	}
	return out, nil
}

func bound(b []float64) (orb.Bound, error) {
	if len(b) != 4 {
		return orb.Bound{}, fmt.Errorf("bbox: %d numbers, want 4: west, south, east, north", len(b))
	}
	for i, name := range []string{"west", "south", "east", "north"} {
		limit := 180 - 90*float64(i%2)
		if !(math.Abs(b[i]) <= limit) {
			return orb.Bound{}, fmt.Errorf("bbox: %s %g out of [-%g,%g]", name, b[i], limit, limit)
		}
	}
	if b[0] > b[2] || b[1] > b[3] {
		return orb.Bound{}, fmt.Errorf("bbox: %v, want west ≤ east and south ≤ north", b)
	}
	return orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}, nil
}

// holds says whether the thing is in what is looked at.
func (s scope) holds(t *twin.Thing) bool {
	for _, k := range s.kinds {
		if k == t.Asset.Kind {
			return s.box.Intersects(t.Bound())
		}
	}
	return false
}
