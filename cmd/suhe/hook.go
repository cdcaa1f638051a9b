package main

import (
	"fmt"

	"suhe/internal/access"
)

// hookCmd holds the commands about webhooks.
type hookCmd struct {
	Add    hookAddCmd    `cmd:"" help:"Let an algorithm send findings; print the secret that it signs with, this once."`
	List   hookListCmd   `cmd:"" help:"Print the names of all webhooks."`
	Remove hookRemoveCmd `cmd:"" help:"Take an algorithm its right again."`
}

type hookAddCmd struct {
	storage
	Name string `arg:"" help:"Name of the webhook: a-z, 0-9, _ and -."`
}

// Run prints the secret alone on a line.
func (c *hookAddCmd) Run(io streams) error {
	secret, err := openHooks(c.storage).Add(c.Name)
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, secret)
	return nil
}

type hookListCmd struct{ storage }

// Run prints one name a line.
func (c *hookListCmd) Run(io streams) error {
	names, err := openHooks(c.storage).Names()
	for _, name := range names {
		fmt.Fprintln(io.out, name)
	}
	return err
}

type hookRemoveCmd struct {
	storage
	Name string `arg:"" help:"Name of the webhook."`
}

// Run removes it; a node that runs notices.
func (c *hookRemoveCmd) Run() error { return openHooks(c.storage).Remove(c.Name) }

// openHooks opens the hooks for a command, or for a node that is alone.
func openHooks(s storage) *access.Hooks { return s.hooks(nil) }

func (s storage) hooks(shared access.Shared) *access.Hooks {
	return access.OpenHooks(s.place("hooks"), shared)
}
