package stream

import (
	"maps"
	"slices"

	"suhe/internal/access"
)

// Review asks of each session what its principal may now. If that is something
// else than before, what enters and leaves by it is told; if it is an error the
// session ends. It is to be called often: rights that change are to hold within
// two seconds.
func (h *Hub) Review(still func(access.Principal) (access.Principal, error)) {
	h.state.Lock()
	all := slices.Collect(maps.Keys(h.live))
	h.state.Unlock()
	for _, s := range all {
		was := s.who()
		switch is, err := still(was); {
		case err != nil:
			s.bye(codeOver, err.Error(), 0)
		case is.Scope != was.Scope:
			s.regrant(is)
		}
	}
}
