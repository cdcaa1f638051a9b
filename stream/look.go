package stream

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// look is what a view looks at, and how it wants to be told. It is not changed
// once made.
type look struct {
	layers   []assets.Kind // as asked for
	kinds    []assets.Kind // of these, whose things are told one by one
	counted  []assets.Kind // of these, whose things are told as counts
	zoom     *float64      // nil: not said
	region   region
	filter   filter.Filter
	asked    fields // for
	fields   fields // of these, that are shown to who looks
	datum    datum
	interval time.Duration // between two deltas; 0: as often as the hub tells

	tiles []*Painted // layers whose tiles are told
	zooms [2]uint32  // of those tiles, first and last
}

// holds says whether the thing is told one by one in the view, to whoever sees it.
func (l *look) holds(t *twin.Thing) bool {
	return slices.Contains(l.kinds, t.Asset.Kind) && l.region.holds(t) && l.filter.Passes(t)
}

// plain says that kind and box alone say what is in view.
func (l *look) plain() bool {
	return l.filter.String() == "" && l.region.area == "" && l.region.reach == nil
}

// counts says whether the thing may be among what is counted.
func (l *look) counts(t *twin.Thing) bool {
	return slices.Contains(l.counted, t.Asset.Kind) && l.region.box.Intersects(t.Bound())
}

// painting is what the client has painted of tiles.
func (l *look) painting() painting { return painting{l.tiles, l.zooms, geo.BoxOf(l.region.box)} }

// key is equal for looks of which the same is told, and for no others.
func (l *look) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %v %v %d %s %v ", l.kinds, l.counted, l.region, l.fields, l.datum.name, l.interval)
	if len(l.counted) > 0 {
		fmt.Fprintf(&b, "z%d ", l.wholeZoom())
	}
	return b.String() + l.filter.String()
}

// wholeZoom is the zoom of the tiles that the view shows.
func (l *look) wholeZoom() uint32 {
	if l.zoom == nil {
		return geo.MaxZoom
	}
	return min(uint32(*l.zoom), geo.MaxZoom)
}

// region is where a view looks. All of it lies in the box; more than the box
// says one of the others, if any.
type region struct {
	box   orb.Bound // degrees WGS84
	area  string    // code of a 街镇
	reach *reach
}

// reach is a stretch of the creek: chainages, both included.
type reach struct{ from, to geo.Metres }

func (r region) String() string {
	s := fmt.Sprint(r.box, r.area)
	if r.reach != nil {
		s += fmt.Sprint(*r.reach)
	}
	return s
}

// holds says whether the thing is in the region: its box touches the box, or it
// belongs to the area, or it has its place along the creek within the reach.
func (r region) holds(t *twin.Thing) bool {
	switch {
	case r.area != "":
		return t.Location().Area == r.area
	case r.reach != nil:
		place := t.Location().Place
		return place != nil && place.Chainage >= r.reach.from && place.Chainage <= r.reach.to
	}
	return r.box.Intersects(t.Bound())
}

// datum is how a view wants its coordinates. The zero datum is WGS84.
type datum struct {
	name geo.CRS
	to   geo.Projector // nil: as they are
}

func (d datum) of(p orb.Point) orb.Point {
	if d.to == nil {
		return p
	}
	return d.to.FromWGS84(p)
}

// back is the box in WGS84 that surely holds one in the datum: the shifts bend
// its edges by far less than the margin.
func (d datum) back(b orb.Bound) orb.Bound {
	if d.to == nil {
		return b
	}
	const margin = 0.0005 // degrees
	out := d.to.ToWGS84(b.Min).Bound()
	for _, p := range []orb.Point{b.Max, b.LeftTop(), b.RightBottom()} {
		out = out.Extend(d.to.ToWGS84(p))
	}
	return out.Pad(margin)
}

// fields are those of an object that a view wants, a bit for each name in
// fieldNames.
type fields uint16

// The fields of an object; the fid is told always.
const (
	fieldID fields = 1 << iota
	fieldLayer
	fieldClass
	fieldName
	fieldLon
	fieldLat
	fieldState
	fieldSummary
	fieldSeverity
	fieldValues
	fieldTime
	allFields = 1<<iota - 1
)

var fieldNames = [...]string{"id", "layer", "class", "name", "lon", "lat", "state", "summary", "severity", "values", "time"}

// shownFields are those that may be told. The summary is a state in one word.
func shownFields(shows access.Fields) (f fields) {
	for i, name := range fieldNames {
		if name == "summary" {
			name = "state"
		}
		if shows(name) {
			f |= 1 << i
		}
	}
	return f
}

// fieldsOf reads names of fields.
func fieldsOf(names []string) (f fields, err error) {
	for _, name := range names {
		at := slices.Index(fieldNames[:], name)
		if at < 0 {
			return 0, fmt.Errorf("fields: %.40q is none of %s", name, strings.Join(fieldNames[:], ", "))
		}
		f |= 1 << at
	}
	return f, nil
}
