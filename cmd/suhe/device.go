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
	id, err := assets.ParseID(c.ID)
	if err != nil {
		return err
	}
	devices, err := openDevices(c.storage)
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, devices.Token(id))
	return nil
}

// openDevices opens the device key of the data folder, which it makes if need be.
func openDevices(s storage) (access.Devices, error) {
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return access.Devices{}, fmt.Errorf("data-dir: %w", err)
	}
	return access.OpenDevices(s.place("device.key"))
}
