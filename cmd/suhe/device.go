package main

import (
	"fmt"
	"os"

	"suhe/assets"
	"suhe/internal/access"
)

// deviceCmd holds the commands about devices.
type deviceCmd struct {
	Token deviceTokenCmd `cmd:"" help:"Print the MQTT password of a device."`
}

// deviceTokenCmd prints the password that goes with a device's id.
type deviceTokenCmd struct {
	storage
	ID string `arg:"" help:"Id of the device."`
}

// Run prints the token alone on a line.
func (c *deviceTokenCmd) Run(io streams) error {
	return printToken(io, c.storage, c.ID, access.Devices.Token)
}

// gatewayCmd holds the commands about gateways.
type gatewayCmd struct {
	Token gatewayTokenCmd `cmd:"" help:"Print the MQTT password of a gateway, whose MQTT user is gateway/ID."`
}

// gatewayTokenCmd prints the password that goes with a gateway's id.
type gatewayTokenCmd struct {
	storage
	ID string `arg:"" help:"Id of the gateway."`
}

// Run prints the token alone on a line.
func (c *gatewayTokenCmd) Run(io streams) error {
	return printToken(io, c.storage, c.ID, access.Devices.GatewayToken)
}

func printToken(io streams, s storage, name string, token func(access.Devices, assets.ID) string) error {
	id, err := assets.ParseID(name)
	if err != nil {
		return err
	}
	devices, err := openDevices(s)
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, token(devices, id))
	return nil
}

// openDevices opens the device key of the data folder, which it makes if need be.
func openDevices(s storage) (access.Devices, error) {
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return access.Devices{}, fmt.Errorf("data-dir: %w", err)
	}
	return access.OpenDevices(s.place("device.key"))
}
