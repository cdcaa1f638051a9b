package alarm

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"suhe/geo"
)

// A storm is trouble of one cause that goes over areas: each area has an alarm of its
// own, since the area of a marker decides who sees it, and all of them bear the name of
// the storm. So who sees several may be shown one, and who sees a single area is told
// nothing of the others but that there are some.

// widen notes which causes began somewhere by rules that look over areas.
func (k *Keeper) widen(fresh []*Condition) {
	for _, c := range fresh {
		if c.rule != nil && c.rule.Across && !slices.Contains(k.wide, c.Cause) {
			k.wide = append(k.wide, c.Cause)
		}
	}
}

// storms names what has come to touch across areas since it was asked last.
func (k *Keeper) storms(now time.Time) {
	for _, cause := range k.wide {
		var all []*pack
		for _, p := range k.byAge() {
			if p.is.Cause == cause && p.is.Open() && p.is.State != IsCleared {
				all = append(all, p)
			}
		}
		for _, storm := range together(all) {
			name := stormOf(storm)
			for _, p := range storm {
				if p.is.Storm != name {
					k.do(p, Step{Verb: Storm, By: Rules, At: now, Storm: name, Why: "it goes on in other areas"})
				}
			}
		}
	}
	k.wide = nil
}

// stormOf is the name that the oldest has, or else one by its cause and day. It does not
// tell the number of an alarm, which not everybody sees.
func stormOf(storm []*pack) string {
	for _, p := range storm {
		if p.is.Storm != "" {
			return p.is.Storm
		}
	}
	h := fnv.New32a()
	h.Write([]byte(storm[0].is.ID))
	return fmt.Sprintf("%s-%s-%08x", storm[0].is.Cause, storm[0].is.Raised.In(shanghai).Format("20060102"), h.Sum32())
}

// together sorts packs of one cause into those that touch, or are of one storm already;
// what stands alone is left out. The oldest is first.
func together(all []*pack) [][]*pack {
	of := make([]int, len(all)) // the first of those that the pack is together with
	for i, p := range all {
		of[i] = i
		for j, o := range all[:i] {
			if of[i] == of[j] || !p.storms(o) {
				continue
			}
			from, to := max(of[i], of[j]), min(of[i], of[j])
			for n := range all[:i+1] {
				if of[n] == from {
					of[n] = to
				}
			}
		}
	}
	byFirst := make([][]*pack, len(all))
	for i, p := range all {
		byFirst[of[i]] = append(byFirst[of[i]], p)
	}
	return slices.DeleteFunc(byFirst, func(storm []*pack) bool { return len(storm) < 2 })
}

// storms says whether two packs are of one storm: they are already, or touch from area
// to area, and the rules of both look that far.
func (p *pack) storms(o *pack) bool {
	if p.is.Storm != "" && p.is.Storm == o.is.Storm {
		return true
	}
	if p.is.Area == o.is.Area {
		return false
	}
	for i := range p.spots {
		s := &p.spots[i]
		if s.across && slices.ContainsFunc(o.spots, func(t spot) bool { return t.across && near(s.at, t.at, geo.Metres(max(s.gather, t.gather))) }) {
			return true
		}
	}
	return false
}
