package tiles

import (
	"suhe/internal/access"
	"suhe/twin"
)

// shown are the properties that the scope is shown of things, whoever asks for
// them. A tile's key has the scope's class, so they need not be in it.
func (s *Server) shown(scope access.Scope) (all Properties) {
	shows := scope.Fields(s.options.Sensitivity)
	for f := range fieldTruncated {
		if twin.Shown(f.String(), shows) {
			all |= 1 << f
		}
	}
	return all
}

// tells says whether a field may be told where these are shown: of a cluster those
// that sum up what its members show.
func (s Properties) tells(f field) bool {
	switch {
	case f.ofThings():
		return s.has(f)
	case f == fieldClasses:
		return s.has(fieldClass)
	case f >= fieldStates:
		return s.has(fieldState)
	case f >= fieldSeverities:
		return s.has(fieldSeverity)
	}
	return true
}
