package api

import (
	"net/http"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/incident"
)

// ownMover is a mover that is the caller.
type ownMover struct {
	ID    assets.ID  `json:"id"`
	Name  string     `json:"name"`
	Class string     `json:"class"`
	Fix   *fixAnswer `json:"fix,omitempty"` // where it said last that it is
}

// isOwn says whether the thing is a mover whose property names the caller.
func isOwn(t *twin.Thing, who access.Principal) bool {
	return t != nil && t.Asset.Kind == assets.Mover && t.Asset.Properties.Text(incident.AccountProperty) == who.Person()
}

// ownMovers are those that are the caller, who need not be one of those that see movers:
// everybody may know where he is himself.
func (s *server) ownMovers(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	out := []ownMover{}
	v.World.Each(assets.Mover, func(t *twin.Thing) bool {
		if isOwn(t, who) {
			out = append(out, ownMover{t.Asset.ID, t.Asset.Name, t.Asset.Class, fixOf(t.Live)})
		}
		return true
	})
	answerUnkept(w, http.StatusOK, struct {
		Movers []ownMover `json:"movers"`
	}{out})
	return nil
}

// ownPositions takes a batch of positions of movers that are the caller, during a shift.
func (s *server) ownPositions(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	return s.Places.ServePositions(w, r, func(device assets.ID) bool { return isOwn(v.World.ByID(device), who) })
}
