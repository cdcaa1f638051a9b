package survey

import (
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// Ask says which things are asked about, and in whose name. The zero Ask sees nothing.
type Ask struct {
	Sees    func(*assets.Asset) bool
	SeesAll func(assets.Kind) bool // says that Sees is true of all of a kind; nil: that is known of none
	Shows   access.Fields          // nil: nothing but what everybody is told of what is seen
	Kinds   []assets.Kind          // empty: all
	Classes []string               // with all below them: "sensor" has "sensor.flow"; empty: all
	Filter  filter.Filter
	Region  Region
	Put     func(orb.Point) orb.Point // converts the places of the answer, but for lon and lat; nil: they are degrees, longitude first
}

// put is a point as the answer tells it.
func (a *Ask) put(p orb.Point) orb.Point {
	if a.Put != nil {
		return a.Put(p)
	}
	return orb.Point{fine(p[0], 1e7), fine(p[1], 1e7)}
}

func (a *Ask) kinds() []assets.Kind {
	if len(a.Kinds) == 0 {
		return assets.Kinds()
	}
	return a.Kinds
}

// takes says whether the thing is one of those; the kind is known to fit.
func (a *Ask) takes(t *twin.Thing) bool { return a.known(t.Asset.Kind, -1).takes(t) }

// known is the question about things of which something is known: their kind, and a test
// of the region that all of them pass, -1: none.
func (a *Ask) known(kind assets.Kind, but int) asking {
	return asking{Ask: a, all: a.SeesAll != nil && a.SeesAll(kind), but: but}
}

// asking is a question about some of the things.
type asking struct {
	*Ask
	all bool // all of them are seen
	but int  // the test that all of them pass
}

func (a asking) takes(t *twin.Thing) bool {
	return (len(a.Classes) == 0 || a.classed(t.Asset.Class)) && (a.all || a.Sees != nil && a.Sees(t.Asset)) && a.Region.has(t, a.but) && a.Filter.Passes(t)
}

func (a *Ask) classed(class string) bool {
	return len(a.Classes) == 0 || slices.ContainsFunc(a.Classes, func(c string) bool { return under(class, c) })
}

// under says whether the class is the one or below it.
func under(class, of string) bool {
	rest, ok := strings.CutPrefix(class, of)
	return ok && (rest == "" || rest[0] == '.')
}

func (a *Ask) shows(field string) bool { return a.Shows != nil && a.Shows(field) }

// named is the same question about other kinds and classes, without filter.
func (a Ask) named(classes []string, kinds ...assets.Kind) *Ask {
	a.Kinds, a.Classes, a.Filter = kinds, classes, filter.Filter{}
	return &a
}

// Row is what a list tells of a thing; what who asks is not shown is left out.
type Row struct {
	ID       assets.ID      `json:"id"`
	Kind     assets.Kind    `json:"kind"`
	Class    string         `json:"class"`
	Name     string         `json:"name,omitempty"`
	NameEn   string         `json:"nameEn,omitempty"`
	Area     string         `json:"area,omitempty"`
	Chainage *geo.Metres    `json:"chainage,omitempty"`
	Bank     geo.Bank       `json:"bank,omitempty"`
	Offset   *geo.Metres    `json:"offset,omitempty"` // from the creek's line
	State    string         `json:"state,omitempty"`
	Severity *twin.Severity `json:"severity,omitempty"`
	Lon      float64        `json:"lon"`
	Lat      float64        `json:"lat"`
	At       *orb.Point     `json:"at,omitempty"`       // the same as Ask.Put converts it
	Distance *geo.Metres    `json:"distance,omitempty"` // on the ground, from what was asked of
}

func (a *Ask) row(t *twin.Thing) Row {
	r := Row{ID: t.Asset.ID, Kind: t.Asset.Kind, Class: t.Asset.Class, Lon: fine(t.Anchor[0], 1e7), Lat: fine(t.Anchor[1], 1e7)}
	if a.Put != nil {
		p := a.Put(place(t))
		r.At = &p
	}
	at := t.Location()
	if a.shows("name") {
		r.Name, r.NameEn = t.Asset.Name, twin.EnglishName(t.Asset)
	}
	if a.shows("area") {
		r.Area = at.Area
	}
	if p := at.Place; p != nil {
		if a.shows("chainage") {
			r.Chainage, r.Offset = metre(p.Chainage), metre(p.Offset)
		}
		if a.shows("bank") {
			r.Bank = p.Bank
		}
	}
	if a.shows("state") {
		r.State = t.Summary()
	}
	if a.shows("severity") {
		r.Severity = &t.Severity
	}
	return r
}

// metre is a length as it is told: to the centimetre.
func metre(m geo.Metres) *geo.Metres {
	m = geo.Metres(fine(float64(m), 100))
	return &m
}

// fine rounds to so many parts of one.
func fine(v, parts float64) float64 { return math.Round(v*parts) / parts }

// place is the point that stands for the thing.
func place(t *twin.Thing) orb.Point { return orb.Point(t.Anchor) }
