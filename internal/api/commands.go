package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/stream/command"
)

// Commands tell devices what to do.
type Commands interface {
	Catalogue() *command.Catalogue
	Send(ctx context.Context, by string, device *assets.Asset, w command.Wish) (command.Command, error)
	TakeAck(ctx context.Context, device assets.ID, body []byte) error
	Get(ctx context.Context, device assets.ID, id string) (command.Command, error)
	Wait(ctx context.Context, device assets.ID, id string, wait time.Duration) (command.Command, error)
	List(ctx context.Context, device assets.ID, after uint64, limit int) (list []command.Command, next uint64, err error)
}

const defaultCommands = 50

// commandKinds tells what devices can be told; with class= those of a class.
func (s *server) commandKinds(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	catalogue := *s.Commands.Catalogue()
	if class := r.URL.Query().Get("class"); class != "" {
		catalogue.Kinds = catalogue.For(class)
	}
	answer(w, catalogue)
	return nil
}

// sendCommand sends a command to a device and answers when it is on its way.
func (s *server) sendCommand(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.within(r, who)
	if err != nil {
		return err
	}
	wish, err := readWish(r)
	if err != nil {
		return err
	}
	if err := s.mayTurn(r.Context(), thing, wish, who); err != nil {
		return err
	}
	var c command.Command
	order := map[string]any{"name": wish.Name, "arguments": wish.Arguments}
	err = s.doing(r.Context(), audit.Command, "device "+string(thing.Asset.ID), order, func() (err error) {
		c, err = s.Commands.Send(r.Context(), who.ID, thing.Asset, wish)
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/devices/"+string(c.Device)+"/commands/"+c.ID)
	answerUnkept(w, http.StatusAccepted, c)
	return nil
}

func readWish(r *http.Request) (command.Wish, error) {
	var in struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
		Timeout   string          `json:"timeout"`
	}
	err := readStrict(r, &in)
	if err != nil {
		return command.Wish{}, err
	}
	wish := command.Wish{Name: in.Name, Arguments: in.Arguments}
	if in.Timeout != "" {
		if wish.Timeout, err = time.ParseDuration(in.Timeout); err != nil || wish.Timeout == 0 {
			return wish, fmt.Errorf("%w: timeout: %.64q, want a duration like 30s", assets.ErrInvalid, in.Timeout)
		}
	}
	return wish, nil
}

// ack takes what a device answers to a command, from whoever may speak for it.
func (s *server) ack(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	device := assets.ID(r.PathValue("id"))
	if !s.sender(who)(device) {
		return notFound(r)
	}
	body, err := readBody(r)
	if err != nil {
		return err
	}
	if err := s.Commands.TakeAck(r.Context(), device, body); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// command tells of one command; with wait=10s when it has come to its end, or
// after that time.
func (s *server) command(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.within(r, who)
	if err != nil {
		return err
	}
	get := s.Commands.Get
	if text := r.URL.Query().Get("wait"); text != "" {
		wait, err := time.ParseDuration(text)
		if err != nil || wait < 0 || wait > command.MaxWait {
			return fmt.Errorf("%w: wait: %.64q, want a duration up to %v", assets.ErrInvalid, text, command.MaxWait)
		}
		get = func(ctx context.Context, device assets.ID, id string) (command.Command, error) {
			return s.Commands.Wait(ctx, device, id, wait)
		}
	}
	c, err := get(r.Context(), thing.Asset.ID, r.PathValue("command"))
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, c)
	return nil
}

// commands lists the commands of a device, the one that changed last at the end;
// next continues after it.
func (s *server) commands(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.within(r, who)
	if err != nil {
		return err
	}
	after, limit, err := pageOf(r, defaultCommands, command.MaxPage)
	if err != nil {
		return err
	}
	list, next, err := s.Commands.List(r.Context(), thing.Asset.ID, after, limit)
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, struct {
		Commands []command.Command `json:"commands"`
		Next     uint64            `json:"next,omitempty"` // for after=; absent: there are no more
	}{list, next})
	return nil
}
