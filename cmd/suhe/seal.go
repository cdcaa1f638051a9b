package main

import (
	"context"
	"fmt"
	"log/slog"

	"suhe/assets"
	"suhe/internal/seal"
)

// sealCmd holds the commands about the keys that seal.
type sealCmd struct {
	Rotate sealRotateCmd `cmd:"" help:"Make a new key, and seal all that the store keeps sealed with it."`
}

// sealRotateCmd makes a new key. Nodes that run are to be started anew.
type sealRotateCmd struct{ storage }

// Run seals everything anew, also what came into the store in plain text.
func (c *sealRotateCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	store, err := openStore(ctx, c.storage, log)
	if err != nil {
		return err
	}
	defer store.Close()
	if _, err := seal.Open(c.sealFile()); err != nil { // there is one now
		return err
	}
	if err := seal.Rotate(c.sealFile()); err != nil {
		return err
	}
	registry, err := c.sealing(store)
	if err != nil {
		return err
	}
	var stale []*assets.Asset
	if _, err := registry.Load(ctx, func(a *assets.Asset) error {
		if registry.Stale(a) {
			stale = append(stale, a)
		}
		return nil
	}); err != nil {
		return err
	}
	err = registry.EditAll(ctx, "suhe", "seal rotate", func(yield func(assets.Edit, error) bool) {
		for _, a := range stale {
			if !yield(assets.Edit{Asset: a, WasRev: a.Revision.N}, nil) {
				return
			}
		}
	}, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "%d assets are sealed with a new key: start the nodes anew\n", len(stale))
	return nil
}
