package incident

import (
	"cmp"
	"iter"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// World is what advice asks of the twin; *twin.World is one.
type World interface {
	Nearest(dst []twin.Near, kind assets.Kind, p orb.Point, n int, limit geo.Metres) []twin.Near
}

// Advice is to whom an incident may be dispatched, the best first.
type Advice struct {
	Units  []UnitAdvice   `json:"units"`
	People []PersonAdvice `json:"people"`
}

// UnitAdvice is a unit, and why it: it owns what stands there (owner), it is in charge
// of the class in the area (area), or everywhere (class).
type UnitAdvice struct {
	Unit string    `json:"unit"`
	Why  string    `json:"why"`
	Of   assets.ID `json:"of,omitempty"` // owner: of what
	Load int       `json:"load"`         // open incidents that it has
}

// PersonAdvice is somebody on duty nearby.
type PersonAdvice struct {
	Person   string     `json:"person"` // to dispatch to
	Mover    assets.ID  `json:"mover"`
	Name     string     `json:"name"`
	Unit     string     `json:"unit,omitempty"`
	Distance geo.Metres `json:"distance"`
	Load     int        `json:"load"` // open incidents that he has
}

const (
	owned      geo.Metres = 30   // how near an asset is that an incident is about
	nearby     geo.Metres = 5000 // how far somebody is sent
	candidates            = 64   // of each class that are looked at
	people                = 8    // that are named
	perTask    geo.Metres = 400  // farther to go than who is free: what one task more counts
)

// AccountProperty is the property of a mover that names the account of who it is.
const AccountProperty = "account"

// Advise says to whom the incident may be dispatched, as far as who asks sees it. open
// are all open incidents.
func (t Tables) Advise(in *Incident, w World, who access.Principal, open iter.Seq[Incident]) Advice {
	units, persons := map[string]int{}, map[string]int{}
	for o := range open {
		units[o.Task.Unit]++
		persons[o.Task.Person]++
	}
	a := Advice{Units: []UnitAdvice{}, People: []PersonAdvice{}}
	add := func(unit, why string, of assets.ID) {
		if unit != "" && !slices.ContainsFunc(a.Units, func(u UnitAdvice) bool { return u.Unit == unit }) {
			a.Units = append(a.Units, UnitAdvice{unit, why, of, units[unit]})
		}
	}
	at := orb.Point(in.What.Place)
	for _, near := range w.Nearest(nil, assets.Fixture, at, 3, owned) {
		if thing := near.Thing.Asset; who.Scope.Sees(thing) && who.Scope.Shows("owner", assets.Internal) {
			add(thing.Owner, "owner", thing.ID)
		}
	}
	c, err := t.Classes.Class(in.What.Class)
	if err != nil {
		c = &Class{}
	}
	if unit, everywhere := c.unit(in.What.Area), c.Units["*"]; unit != everywhere {
		add(unit, "area", "")
	}
	add(c.Units["*"], "class", "")
	for _, near := range w.Nearest(nil, assets.Mover, at, candidates, nearby) {
		p, ok := c.suits(near, who)
		twice := slices.ContainsFunc(a.People, func(q PersonAdvice) bool { return q.Person == p.Person }) // by what carries him nearest
		if ok && !twice {
			p.Load = persons[p.Person]
			a.People = append(a.People, p)
		}
	}
	slices.SortFunc(a.People, func(x, y PersonAdvice) int {
		far := func(p PersonAdvice) geo.Metres { return p.Distance + geo.Metres(p.Load)*perTask }
		return cmp.Or(cmp.Compare(far(x), far(y)), cmp.Compare(x.Mover, y.Mover))
	})
	a.People = a.People[:min(len(a.People), people)]
	return a
}

// suits says whether a mover is of a class that is sent, on duty and seen.
func (c *Class) suits(near twin.Near, who access.Principal) (PersonAdvice, bool) {
	m := near.Thing
	classes := c.Movers
	if len(classes) == 0 {
		classes = []string{"mover.patrol"}
	}
	onDuty := m.Live != nil && m.State.Communication == twin.Online && m.State.Service == twin.Normal
	if !slices.Contains(classes, m.Asset.Class) || !onDuty || !who.Scope.Sees(m.Asset) {
		return PersonAdvice{}, false
	}
	p := PersonAdvice{Person: m.Asset.Properties.Text(AccountProperty), Mover: m.Asset.ID, Name: m.Asset.Name,
		Unit: m.Asset.Properties.Text("unit"), Distance: near.Distance}
	if p.Person == "" {
		p.Person = string(m.Asset.ID)
	}
	return p, true
}
