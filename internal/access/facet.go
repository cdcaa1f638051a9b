package access

import "suhe/assets"

// Facet is all of an asset that a scope decides by. Counts are kept apart by it,
// so that they tell nothing of what is not seen; whatever else a scope is to
// decide by one day is a field more here.
type Facet struct {
	Kind        assets.Kind
	Class       string
	Sensitivity assets.Sensitivity
	Area        string // where it belongs: of a mover its home, wherever it is
}

// FacetOf is the asset's facet.
func FacetOf(a *assets.Asset) Facet {
	return Facet{a.Kind, a.Class, a.Sensitivity, a.Location.Area}
}

// Sees says whether the asset may be shown.
func (s Scope) Sees(a *assets.Asset) bool { return s.SeesFacet(FacetOf(a)) }

// SeesFacet says whether assets of the facet may be shown. What anybody may know
// of the ground itself (water, banks, areas, bridges, buildings, landmarks) is
// seen beyond one's areas: a map ends nowhere. Where a mover is, is known to those
// alone who send it.
func (s Scope) SeesFacet(f Facet) bool {
	c := s.is
	if c == nil || f.Sensitivity > c.sensitivity || f.Kind == assets.Mover && !c.movers || !c.has(f) {
		return false
	}
	return c.everywhere || c.holds(f.Area) || f.Sensitivity == assets.Public && f.Kind.Ground()
}

// SeesAll says whether every asset of the kind may be shown, so that none of them has to
// be looked at.
func (s Scope) SeesAll(k assets.Kind) bool {
	return s.is != nil && s.is.everywhere && len(s.is.classes) == 0 && s.SeesFacet(Facet{Kind: k, Sensitivity: assets.Personal})
}

// Reaches says whether the asset is of the kinds, classes and areas that the scope
// is for: only of these may one say something. It asks neither for what is seen of
// it, nor does it make an exception for the ground.
func (s Scope) Reaches(a *assets.Asset) bool {
	c := s.is
	return c != nil && c.has(FacetOf(a)) && (c.everywhere || c.holds(a.Location.Area))
}

// has says whether the facet's kind and class are in the scope.
func (c *compiled) has(f Facet) bool {
	_, ok := c.kinds[f.Kind]
	return ok && (len(c.classes) == 0 || c.hasClass(f.Class))
}

// SeesClass says whether assets of the class may be among those that are seen.
func (s Scope) SeesClass(k assets.Kind, class string) bool {
	c := s.is
	return c != nil && (k != assets.Mover || c.movers) && c.has(Facet{Kind: k, Class: class})
}
