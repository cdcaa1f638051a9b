package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/features"
	"suhe/twin"
	"suhe/twin/survey"
)

// Views are the rooms that show the world. There are the live ones, and perhaps
// those of the public, which hold nothing that the public may not know.
type Views struct {
	World    World
	History  History
	Tiles    Tiles
	Streams  Streams
	Cameras  Cameras
	Survey   *survey.Survey
	Features features.World
	Archive  Archive // nil: nobody is told what was
	Search   Search
}

// Public gives the views of the public. They may have yet to begin: then it waits,
// or fails with assets.ErrBusy.
type Public interface {
	Views(ctx context.Context) (Views, error)
	Delay() time.Duration // how late they show what happens
}

// views are those that who asks may be shown. Whatever is shown goes through here:
// a test reads the source for handlers that do not ask.
func (s *server) views(ctx context.Context, who access.Principal) (Views, error) {
	if !who.Scope.Delayed() {
		return s.Live, nil
	}
	if s.Public == nil {
		return Views{}, fmt.Errorf("%w: this node has no public view", access.ErrDenied)
	}
	return s.Public.Views(ctx)
}

// visible finds the thing that the path names in the views of who asks.
func (s *server) visible(r *http.Request, who access.Principal) (*twin.Thing, error) {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return nil, err
	}
	return v.visible(r, who)
}

// visible finds the thing that the path names. One that the caller may not see
// is not found: an answer that tells the two apart would tell that it exists.
func (v Views) visible(r *http.Request, who access.Principal) (*twin.Thing, error) {
	id := assets.ID(r.PathValue("id"))
	thing := v.World.ByID(id)
	if thing == nil || !who.Scope.Sees(thing.Asset) {
		return nil, unseen(id)
	}
	return thing, nil
}

func unseen(id assets.ID) error { return fmt.Errorf("asset %s: %w", id, assets.ErrNotFound) }

// within is visible for what is to be changed or commanded: the ground of other
// areas is seen, and not the caller's.
func (s *server) within(r *http.Request, who access.Principal) (*twin.Thing, error) {
	thing, err := s.visible(r, who)
	if err == nil && !who.Scope.Reaches(thing.Asset) {
		return nil, fmt.Errorf("%w: asset %s is not in an area of %s", access.ErrDenied, thing.Asset.ID, who.ID)
	}
	return thing, err
}

// shows says which fields the caller is shown.
func (s *server) shows(who access.Principal) access.Fields {
	return who.Scope.Fields(s.Classes.FieldSensitivity)
}

// hidden names the guarded fields that the caller is not shown, whether something
// has them or not.
func (s *server) hidden(who access.Principal) (names []string) {
	shows := s.shows(who)
	for _, name := range s.Classes.Guarded() {
		if !shows(name) {
			names = append(names, name)
		}
	}
	return names
}
