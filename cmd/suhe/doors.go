package main

import (
	"context"
	"strings"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/stream/ingest"
	"suhe/stream/ingest/deadletter"
	"suhe/stream/ingest/mapping"
)

// keptDeadLetters bounds what is kept of refused payloads.
const keptDeadLetters = 256 << 20

// openDoors opens the ways of devices in and out.
func (n *node) openDoors(ctx context.Context) (err error) {
	n.mappings, err = mapping.OpenFolder(mapping.FolderOptions{Dir: n.settings.Mappings, Phenomena: n.registry.Classes(), Log: n.log, Metrics: n.metrics})
	if err != nil {
		return err
	}
	dead, err := n.bus.Stream(ctx, bus.StreamOptions{Name: "DEAD", Subjects: []string{deadletter.Subjects}, MaxBytes: keptDeadLetters})
	if err != nil {
		return err
	}
	n.dead = deadletter.New(deadletter.Options{Stream: dead, Log: n.log, Metrics: n.metrics})
	n.intake = ingest.New(ingest.Options{Devices: n.world, Publisher: n.publisher, Mappings: n.mappings, Refused: n.dead, Log: n.log, Metrics: n.metrics})
	return nil
}

// gatewayUser stands before a gateway's id in its MQTT user name. No device's id
// has a slash.
const gatewayUser = "gateway/"

// login lets a device in that knows its token, to publish under its own id only,
// and a gateway below its own root.
func (n *node) login(user, password string) (bus.Rights, bool) {
	if name, ok := strings.CutPrefix(user, gatewayUser); ok {
		id, err := assets.ParseID(name)
		if err != nil || !n.devices.CheckGateway(id, password) {
			return bus.Rights{}, false
		}
		return bus.Rights{Below: []string{mapping.Root(id)}}, true
	}
	id, err := assets.ParseID(user)
	if err != nil || !n.devices.Check(id, password) {
		return bus.Rights{}, false
	}
	return bus.Rights{Publish: []string{ingest.Topic(id)}}, true
}
