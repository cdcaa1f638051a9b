package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/stream/command"
	"suhe/twin"
	"suhe/twin/sight"
)

// Cameras say what cameras see; see sight.Cameras.
type Cameras interface {
	At(p orb.Point, ask sight.Asked) []sight.Seen
	Along(ctx context.Context, line orb.LineString, ask sight.Asked) (sight.Line, error)
	Cover(ctx context.Context, ground sight.Ground, ask sight.Wanted) (*sight.Coverage, error)
	Labels(sees func(*assets.Asset) bool, shows access.Fields, holds func(orb.Point) bool) []sight.Labelling
}

// Holds are who alone may turn a camera; see command.Holds.
type Holds interface {
	Of(ctx context.Context, camera assets.ID) (command.Hold, bool, error)
	Take(ctx context.Context, camera assets.ID, who string, over bool) (is command.Hold, was string, err error)
	Drop(ctx context.Context, camera assets.ID, who string) (bool, error)
	Mine(ctx context.Context, camera assets.ID, who string) error
}

// Player makes tickets of the media server; see access.Player.
type Player interface {
	Ticket(camera assets.ID, now time.Time) access.PlayTicket
}

// cameraRoutes are the routes of what cameras see, and of looking through them.
func (s *server) cameraRoutes() {
	s.route("GET /v1/sight", access.View, s.looks(false, []string{"point", "line", askedCRS, answeredCRS}, s.sight))
	covers := s.looks(true, []string{"step", "next", "with", "gain", answeredCRS}, s.coverage)
	s.route("GET /v1/coverage", access.View, covers)
	s.route("POST /v1/coverage", access.View, covers)
	s.route("POST /v1/cameras/{id}/play", access.Witness, s.play)
	s.route("GET /v1/cameras/{id}/ptz", access.Command, s.ptz)
	s.route("POST /v1/cameras/{id}/ptz", access.Command, s.takePTZ)
	s.route("DELETE /v1/cameras/{id}/ptz", access.Command, s.dropPTZ)
}

// camera is the camera that the path names.
func (s *server) camera(r *http.Request, who access.Principal) (*twin.Thing, error) {
	thing, err := s.visible(r, who)
	if err == nil && thing.Asset.Kind != assets.Camera {
		err = fmt.Errorf("%w: %s is a %s, want a camera", assets.ErrInvalid, thing.Asset.ID, thing.Asset.Kind)
	}
	return thing, err
}

// wantPurpose refuses a request that does not say why something is looked at.
func wantPurpose(r *http.Request, what string) error {
	if audit.From(r.Context()).Purpose == "" {
		return fmt.Errorf("%w: purpose: none, want why %s is looked at, by the header %s or the parameter %s", assets.ErrInvalid, what, purposeHeader, purposeParameter)
	}
	return nil
}

// play answers with a ticket by which the caller looks through a camera for a while.
// The address of its pictures stays here.
func (s *server) play(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.camera(r, who)
	if err != nil {
		return err
	}
	if err := wantPurpose(r, "the camera"); err != nil {
		return err
	}
	id := thing.Asset.ID
	switch {
	case s.Player == nil:
		return fmt.Errorf("%w: this node knows no media server (--play-url)", assets.ErrConflict)
	case thing.Asset.Properties.Text("stream") == "" && (thing.Asset.Camera == nil || thing.Asset.Camera.GBID == ""):
		return fmt.Errorf("%w: camera %s: nobody told where its pictures come from: it has neither a stream nor a gbId", assets.ErrConflict, id)
	}
	ticket := s.Player.Ticket(id, time.Now())
	ticket.Expires = ticket.Expires.In(shanghai)
	told := map[string]any{"ticket": ticket.Ticket, "expires": ticket.Expires}
	if err := s.Recorder.Record(r.Context(), entry(r.Context(), audit.CameraPlay, "asset "+string(id), audit.Done, told)); err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, ticket)
	return nil
}

// turns refuses a camera that cannot be turned.
func (s *server) turns(t *twin.Thing) error {
	if l, _ := s.Classes.Lens(t.Asset, t.Anchor); !l.Turn.Can {
		return fmt.Errorf("%w: camera %s cannot be turned", assets.ErrConflict, t.Asset.ID)
	}
	return nil
}

// hold is who alone may turn a camera.
type hold struct {
	Camera  assets.ID  `json:"camera"`
	Held    bool       `json:"held"`
	Mine    bool       `json:"mine"`
	Holder  string     `json:"holder,omitempty"`
	Since   *time.Time `json:"since,omitempty"`
	Expires *time.Time `json:"expires,omitempty"`
}

func answerHold(w http.ResponseWriter, is command.Hold, held bool, who access.Principal) {
	out := hold{Camera: is.Camera, Held: held}
	if held {
		since, expires := is.Since.In(shanghai), is.Expires.In(shanghai)
		out.Mine, out.Holder, out.Since, out.Expires = is.Holder == who.ID, is.Holder, &since, &expires
	}
	answerUnkept(w, http.StatusOK, out)
}

// ptz tells who holds a camera.
func (s *server) ptz(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.camera(r, who)
	if err != nil {
		return err
	}
	is, held, err := s.Holds.Of(r.Context(), thing.Asset.ID)
	if err != nil {
		return err
	}
	is.Camera = thing.Asset.ID
	answerHold(w, is, held, who)
	return nil
}

// takePTZ lets the caller alone turn a camera, or go on doing so. Who supervises may
// take it from somebody.
func (s *server) takePTZ(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.camera(r, who)
	if err != nil {
		return err
	}
	var ask struct {
		Takeover bool `json:"takeover"`
	}
	if r.ContentLength != 0 {
		if err := readStrict(r, &ask); err != nil {
			return err
		}
	}
	if ask.Takeover && !who.Scope.May(access.Supervise) {
		return access.Denied(who, access.Supervise)
	}
	if err := s.turns(thing); err != nil {
		return err
	}
	var is command.Hold
	err = s.doing(r.Context(), audit.CameraHold, "asset "+string(thing.Asset.ID), ask, func() (err error) {
		is, _, err = s.Holds.Take(r.Context(), thing.Asset.ID, who.ID, ask.Takeover)
		return err
	})
	if err != nil {
		return err
	}
	answerHold(w, is, true, who)
	return nil
}

// dropPTZ lets others turn a camera that the caller held; of another's nothing happens.
func (s *server) dropPTZ(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.camera(r, who)
	if err != nil {
		return err
	}
	if _, err := s.Holds.Drop(r.Context(), thing.Asset.ID, who.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// lookCommand is the command that turns a camera.
const lookCommand = "look"

// mayTurn refuses a command that turns a camera which cannot be turned, or which the
// caller does not hold.
func (s *server) mayTurn(ctx context.Context, t *twin.Thing, wish command.Wish, who access.Principal) error {
	if t.Asset.Kind != assets.Camera || wish.Name != lookCommand {
		return nil
	}
	if err := s.turns(t); err != nil {
		return err
	}
	return s.Holds.Mine(ctx, t.Asset.ID, who.ID)
}
