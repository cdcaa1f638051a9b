package main

import (
	"context"
	"fmt"
	"time"

	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/internal/bus"
	"suhe/stream/command"
	"suhe/twin/sight"
)

// playing is by what media server one looks through cameras.
type playing struct {
	PlayURL    string        `help:"Address at a media server that shows a camera; it names {camera}, {ticket}, {expires} and {signature}." placeholder:"URL" name:"play-url"`
	PlaySecret string        `help:"File of the secret, 32 bytes or more, by which the media server knows our signatures." placeholder:"FILE" name:"play-secret-file"`
	PlayLife   time.Duration `help:"For so long a ticket lets one look through a camera." default:"1m" name:"play-life"`
}

// player makes tickets; nil: there is no media server.
func (p playing) player() (api.Player, error) {
	switch {
	case p.PlayURL != "":
		return access.OpenPlayer(p.PlayURL, p.PlaySecret, p.PlayLife)
	case p.PlaySecret != "":
		return nil, fmt.Errorf("play-secret-file: given without play-url")
	}
	return nil, nil
}

// check says what is wrong, one line each.
func (p playing) check() (wrong []string) {
	if _, err := p.player(); err != nil {
		wrong = append(wrong, err.Error())
	}
	return wrong
}

// holdLife is how long a camera is held by who does not hold on to it.
const holdLife = time.Minute

// openCameras makes what says what cameras see, and who turns them.
func (n *node) openCameras(ctx context.Context) (err error) {
	n.cameras = sight.New(n.world, n.registry.Classes())
	if err := n.metrics.Register(n.cameras); err != nil {
		return err
	}
	table, err := n.bus.Table(ctx, bus.TableOptions{Name: "PTZ", MaxAge: 2 * holdLife})
	if err != nil {
		return err
	}
	n.holds = command.NewHolds(table, holdLife, n.now)
	n.player, err = n.settings.player()
	return err
}
