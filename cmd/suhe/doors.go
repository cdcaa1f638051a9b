package main

import (
	"context"
	"time"

	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/bus"
	"suhe/stream/command"
	"suhe/stream/ingest"
	"suhe/stream/ingest/deadletter"
	"suhe/stream/ingest/mapping"
)

// keptDeadLetters bounds what is kept of refused payloads.
const keptDeadLetters = 256 << 20

// keptAnswers bounds the first answers that are kept for Idempotency-Keys. They
// are kept by the broker and not in the store: all nodes share them, whoever comes
// first is decided in one step, they end by themselves, and a database that is
// down does not keep observations out.
const (
	keptAnswers     = 256 << 20
	keptAnswersTime = 24 * time.Hour
)

// keptCommands bounds the commands that can be asked about.
const (
	keptCommands     = 64 << 20
	keptCommandsTime = 30 * 24 * time.Hour
)

// openDoors opens the ways of devices in and out.
func (n *node) openDoors(ctx context.Context) error {
	if err := n.openIntake(ctx); err != nil {
		return err
	}
	if err := n.openOnce(ctx); err != nil {
		return err
	}
	return n.openCommands(ctx)
}

// keptOnce bounds what nodes tell each other of tickets, and of webhooks that they took.
const keptOnce = 256 << 20

// openOnce lets tickets and webhooks that are good once be that for all nodes of an
// outside broker. Of an embedded one there is no other node to be told.
func (n *node) openOnce(ctx context.Context) error {
	if n.settings.NATS == "" {
		n.hooks = n.settings.hooks(nil)
		return nil
	}
	taken, err := n.bus.Table(ctx, bus.TableOptions{Name: "HOOKS", MaxAge: access.HookMemory + time.Minute, MaxBytes: keptOnce})
	if err != nil {
		return err
	}
	tickets, err := n.bus.Table(ctx, bus.TableOptions{Name: "TICKETS", MaxAge: 2 * access.TicketLife, MaxBytes: keptOnce})
	if err != nil {
		return err
	}
	n.hooks, n.tickets.Shared = n.settings.hooks(taken), tickets
	return nil
}

func (n *node) openCommands(ctx context.Context) error {
	table, err := n.bus.Table(ctx, bus.TableOptions{Name: "COMMANDS", MaxAge: keptCommandsTime, MaxBytes: keptCommands})
	if err != nil {
		return err
	}
	catalogue, err := command.DefaultCatalogue(n.registry.Classes())
	if err != nil {
		return err
	}
	n.commands = command.New(command.Options{Table: table, Post: n.bus, Catalogue: catalogue, Now: n.now, Log: n.log, Metrics: n.metrics})
	return nil
}

func (n *node) openIntake(ctx context.Context) (err error) {
	n.mappings, err = mapping.OpenFolder(mapping.FolderOptions{Dir: n.settings.Mappings, Phenomena: n.registry.Classes(), Log: n.log, Metrics: n.metrics})
	if err != nil {
		return err
	}
	dead, err := n.bus.Stream(ctx, bus.StreamOptions{Name: "DEAD", Subjects: []string{deadletter.Subjects}, MaxBytes: keptDeadLetters, MaxAge: n.settings.TrackKeep})
	if err != nil {
		return err
	}
	n.dead = deadletter.New(deadletter.Options{Stream: dead, Now: n.now, Log: n.log, Metrics: n.metrics})
	if n.answers, err = n.bus.Table(ctx, bus.TableOptions{Name: "ANSWERS", MaxAge: keptAnswersTime, MaxBytes: keptAnswers}); err != nil {
		return err
	}
	n.intake = ingest.New(ingest.Options{Devices: n.world, Publisher: n.publisher, Mappings: n.mappings, Refused: n.dead, Now: n.now, Log: n.log, Metrics: n.metrics})
	n.places = ingest.NewPositions(ingest.PositionOptions{Movers: n.world, Publisher: n.publisher, Refused: n.dead, Now: n.now, Log: n.log, Metrics: n.metrics})
	n.findings = ingest.NewFindings(ingest.FindingOptions{
		Cameras: n.world, Classes: n.registry.Classes(), Publisher: n.publisher, Refused: n.dead, Now: n.now, Log: n.log, Metrics: n.metrics})
	return nil
}

// allDoors let in again what was refused.
func (n *node) allDoors() ingest.Doors {
	return ingest.Doors{Observations: n.intake, Positions: n.places, Findings: n.findings}
}

// login lets a device in that knows its token, to publish and hear under its own
// id only, and a gateway, to publish below its own root. Who does not is recorded.
func (n *node) login(user, password string) (bus.Rights, bool) {
	who, known := n.machines().Known(user, password)
	if !known {
		n.recorder.Refuse(audit.Origin{Who: user}.Entry(audit.Login, "MQTT", audit.Refused))
		return bus.Rights{}, false
	}
	if gateway, is := who.Gateway(); is {
		return bus.Rights{Below: []string{mapping.Root(gateway)}}, true
	}
	id, _ := who.Device()
	return bus.Rights{Publish: []string{ingest.Topic(id), ingest.PositionTopic(id), command.AckTopic(id)}, Subscribe: []string{command.Topic(id)}}, true
}
