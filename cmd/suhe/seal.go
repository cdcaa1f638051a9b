package main

import (
	"context"
	"fmt"
	"log/slog"

	"suhe/assets"
	"suhe/internal/account"
	"suhe/internal/seal"
	"suhe/internal/webhook"
)

// sealCmd holds the commands about the keys that seal.
type sealCmd struct {
	Rotate sealRotateCmd `cmd:"" help:"Make a new key, and seal all that the store keeps sealed with it."`
}

// sealRotateCmd makes a new key. Nodes that run follow the file.
type sealRotateCmd struct{ storage }

// Run seals everything anew, also what came into the store in plain text.
func (c *sealRotateCmd) Run(ctx context.Context, io streams, log *slog.Logger, now clock) error {
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
	keys, err := seal.Open(c.sealFile())
	if err != nil {
		return err
	}
	stale, err := resealAssets(ctx, newRegistry(store).SealBy(keys))
	if err != nil {
		return err
	}
	directory := account.NewDirectory(account.DirectoryOptions{Store: store, Now: now, Demo: true, Seal: keys, Log: log})
	if err := directory.Refresh(ctx); err != nil {
		return err
	}
	accounts, err := directory.Reseal(ctx)
	if err != nil {
		return err
	}
	hooks, err := webhook.Reseal(ctx, store, keys)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "%d assets, %d accounts and %d webhooks are sealed with a new key\n", stale, accounts, hooks)
	return nil
}

// resealAssets seals the assets anew that are not sealed with the newest key.
func resealAssets(ctx context.Context, registry *assets.Registry) (n int, err error) {
	var stale []*assets.Asset
	if _, err := registry.Load(ctx, func(a *assets.Asset) error {
		if registry.Stale(a) {
			stale = append(stale, a)
		}
		return nil
	}); err != nil {
		return 0, err
	}
	err = registry.EditAll(ctx, "suhe", "seal rotate", func(yield func(assets.Edit, error) bool) {
		for _, a := range stale {
			if !yield(assets.Edit{Asset: a, WasRev: a.Revision.N}, nil) {
				return
			}
		}
	}, nil)
	return len(stale), err
}
