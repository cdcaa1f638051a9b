package access

import "suhe/assets"

// Sight is a scope that remembers what it answered: for who asks it of many things
// at once, of which most are alike. The zero Sight sees nothing. It is one caller's.
type Sight struct {
	scope  Scope
	simple bool // the scope decides by so little that there is nothing to remember
	known  [sights]verdict
	n      int // of known
	next   int // to be forgotten
}

// sights is how many answers are remembered: things of one tile and layer are seldom
// of more facets.
const sights = 16

type verdict struct {
	class, area string
	kind        assets.Kind
	sensitivity assets.Sensitivity
	sees        bool
}

// By lets the sight be that of the scope.
func (s *Sight) By(scope Scope) {
	c := scope.is
	s.scope, s.n, s.next = scope, 0, 0
	s.simple = c == nil || c.everywhere && len(c.classes) == 0
}

// SeesAll is Scope.SeesAll.
func (s *Sight) SeesAll(k assets.Kind) bool { return s.scope.SeesAll(k) }

// Sees is Scope.Sees.
func (s *Sight) Sees(a *assets.Asset) bool {
	if s.simple || s.scope.is == nil {
		return s.scope.Sees(a)
	}
	for i := range s.known[:s.n] {
		if v := &s.known[i]; v.sensitivity == a.Sensitivity && v.area == a.Location.Area && v.class == a.Class && v.kind == a.Kind {
			return v.sees
		}
	}
	at := s.next
	if s.n < sights {
		at = s.n
		s.n++
	} else {
		s.next = (s.next + 1) % sights
	}
	s.known[at] = verdict{a.Class, a.Location.Area, a.Kind, a.Sensitivity, s.scope.Sees(a)}
	return s.known[at].sees
}
