package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"suhe/assets"
	"suhe/assets/scene"
)

// errSeen ends a load that only wants to know whether there is anything.
var errSeen = errors.New("seen")

// fillScene puts the built-in scene into a store that is empty, in one transaction.
func fillScene(ctx context.Context, registry *assets.Registry, store assets.Store, s settings, log *slog.Logger) error {
	_, err := store.Load(ctx, func(*assets.Asset) error { return errSeen })
	if errors.Is(err, errSeen) {
		return nil
	}
	if err != nil {
		return err
	}
	began, count := time.Now(), 0
	edits := func(yield func(assets.Edit, error) bool) {
		for a := range scene.Generate(scene.Options{Size: s.SceneSize, Seed: s.SceneSeed}) {
			if !yield(assets.Edit{Asset: a, WasRev: 0}, nil) {
				return
			}
		}
	}
	err = registry.EditAll(ctx, "suhe", "built-in scene", edits, func(*assets.Asset, assets.Verdict) { count++ })
	if err != nil {
		return fmt.Errorf("built-in scene: %w", err)
	}
	log.Info("scene built", "assets", count, "took", time.Since(began).Round(time.Millisecond))
	return nil
}
