package alarm

import (
	"cmp"
	"slices"

	"suhe/assets"
	"suhe/geo"
)

// spot is a place of members: a carrier (a cabinet, a pole), or a single thing.
type spot struct {
	carrier assets.ID
	at      *Condition
	gather  geo.Metres
	across  bool // its rule looks into other areas
}

// carrier is what carries the condition's thing, or the thing itself.
func (c *Condition) carrier() assets.ID {
	switch {
	case c.MountedOn != "":
		return c.MountedOn
	case c.Asset != "":
		return c.Asset
	}
	return c.About
}

func spotOf(c *Condition) spot {
	s := spot{carrier: c.carrier(), at: c}
	if c.rule != nil {
		s.gather, s.across = c.rule.Gather, c.rule.Across
	}
	return s
}

// joins says whether two spots belong together: the same carrier, or near enough for
// the rule of either.
func (s spot) joins(o spot) bool {
	if s.carrier == o.carrier {
		return true
	}
	within := max(s.gather, o.gather)
	return within > 0 && near(s.at, o.at, within)
}

// kin is what conditions must have in common to be gathered.
type kin struct{ cause, area string }

func (c *Condition) kin() kin { return kin{c.Cause, c.Area} }

// cluster is new conditions that belong together, and the packs that they touch.
type cluster struct {
	conditions []*Condition
	spots      []spot
	packs      []*pack
}

// gather sorts new conditions into clusters, each with the open alarms that it joins.
// It does not depend on the order in which they came.
func gather(fresh []*Condition, open map[kin][]*pack) []*cluster {
	byKin := map[kin][]*Condition{}
	for _, c := range fresh {
		byKin[c.kin()] = append(byKin[c.kin()], c)
	}
	var out []*cluster
	for k, all := range byKin {
		out = append(out, gatherKin(all, open[k])...)
	}
	slices.SortFunc(out, func(a, b *cluster) int { return compare(a.conditions[0], b.conditions[0]) })
	return out
}

func compare(a, b *Condition) int {
	return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.About, b.About))
}

// gatherKin gathers conditions of one cause in one area: by carrier first, so that
// 300 sensors of a cabinet are one place.
func gatherKin(all []*Condition, packs []*pack) []*cluster {
	slices.SortFunc(all, compare)
	byCarrier := map[assets.ID]*cluster{}
	var places []*cluster
	for _, c := range all {
		s := spotOf(c)
		p := byCarrier[s.carrier]
		if p == nil {
			p = &cluster{}
			byCarrier[s.carrier] = p
			places = append(places, p)
		}
		p.conditions = append(p.conditions, c)
		if !slices.ContainsFunc(p.spots, func(o spot) bool { return o.gather >= s.gather }) {
			p.spots = append(p.spots, s)
		}
	}
	for _, p := range places {
		for _, k := range packs {
			if k.is.State != IsCleared && touch(p.spots, k.spots) {
				p.packs = append(p.packs, k)
			}
		}
	}
	return merge(places)
}

func touch(a, b []spot) bool {
	for _, s := range a {
		if slices.ContainsFunc(b, s.joins) {
			return true
		}
	}
	return false
}

// merge joins clusters that touch each other or the same pack, until none do.
func merge(all []*cluster) []*cluster {
	var out []*cluster
	for _, c := range all {
		apart := out[:0:0]
		for _, o := range out {
			if !c.together(o) {
				apart = append(apart, o)
				continue
			}
			c.conditions = append(o.conditions, c.conditions...)
			c.spots = append(o.spots, c.spots...)
			for _, k := range o.packs {
				if !slices.Contains(c.packs, k) {
					c.packs = append(c.packs, k)
				}
			}
		}
		out = append(apart, c)
	}
	return out
}

func (c *cluster) together(o *cluster) bool {
	return slices.ContainsFunc(c.packs, func(k *pack) bool { return slices.Contains(o.packs, k) }) || touch(c.spots, o.spots)
}
