package tiles

import (
	"slices"

	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// seer decides what is seen; access.Scope is one.
type seer interface{ SeesFacet(access.Facet) bool }

var _ seer = access.Scope{}

// group is what the members of one tally have in common.
type group struct {
	access.Facet
	state    string        // Thing.Summary of devices; empty for all else
	severity twin.Severity // 0–4
}

func groupOf(t *twin.Thing) group {
	g := group{Facet: access.FacetOf(t.Asset)}
	if t.Device() {
		g.state = t.Summary()
	}
	if t.Severity < severities {
		g.severity = t.Severity
	}
	return g
}

// severities is how many values a severity has, 0 included.
const severities = 5

// trait is a group as clusters count it.
type trait struct {
	class    int    // index in groups.classes
	state    int    // index in twin.Summaries, or -1
	severity int    //
	singly   uint32 // zoom from which its members show singly
	facet    int    // index in groups.facets
}

// groups numbers the groups of one layer, in order of first use. There are no
// more of them than classes × sensitivities × areas × states × severities; none is forgotten.
type groups struct {
	layer   *layer
	numbers map[group]uint32
	traits  []trait
	classes []string
	facets  []access.Facet
	known   map[access.Facet]int
}

func newGroups(l *layer) *groups {
	return &groups{layer: l, numbers: make(map[group]uint32), known: make(map[access.Facet]int)}
}

// number is the group's number, a new one if need be.
func (g *groups) number(of group) uint32 {
	n, ok := g.numbers[of]
	if !ok {
		n = uint32(len(g.traits))
		g.numbers[of] = n
		g.traits = append(g.traits, trait{
			class:    g.class(of.Class),
			state:    slices.Index(twin.Summaries(), of.state),
			severity: int(of.severity),
			singly:   g.layer.from(of.Class),
			facet:    g.facet(of.Facet),
		})
	}
	return n
}

func (g *groups) class(code string) int {
	at := slices.Index(g.classes, code)
	if at < 0 {
		at = len(g.classes)
		g.classes = append(g.classes, code)
	}
	return at
}

func (g *groups) facet(f access.Facet) int {
	at, ok := g.known[f]
	if !ok {
		at = len(g.facets)
		g.known[f] = at
		g.facets = append(g.facets, f)
	}
	return at
}

// seen says for each group whether who asks sees its members. It asks once per
// facet.
func (g *groups) seen(who seer) []bool {
	facets := make([]bool, len(g.facets))
	for i, f := range g.facets {
		facets[i] = who.SeesFacet(f)
	}
	out := make([]bool, len(g.traits))
	for i := range g.traits {
		out[i] = facets[g.traits[i].facet]
	}
	return out
}

// member is a thing as clusters see it: a point, a number and a group.
type member struct {
	x, y  uint32 // world units
	fid   uint64
	group uint32
}

func (g *groups) member(t *twin.Thing) member {
	x, y := middle(&t.Flat)
	return member{x, y, uint64(t.Asset.FID), g.number(groupOf(t))}
}

// middle is the point at which a geometry is counted: that of its box, so that
// whoever knows the box's ground knows the cluster's.
func middle(f *geo.Flat) (x, y uint32) {
	return f.Min[0] + (f.Max[0]-f.Min[0])/2, f.Min[1] + (f.Max[1]-f.Min[1])/2
}
