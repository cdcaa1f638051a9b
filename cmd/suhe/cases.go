package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/internal/docket"
	"suhe/twin"
)

// cases is what a node does for alarms and incidents of every kind.
type cases struct {
	boards []func(context.Context, docket.Store) error // to be loaded with the world
	steps  twin.Steps                                  // who is told of each step
	duties []func(context.Context) error               // of one node of the cluster at a time
}

// census is all that is on the map: what the registry holds, and the markers of open
// cases.
type census struct {
	registry *assets.Registry
	cases    docket.Store
}

// Load implements twin.Registry. Cases are read after the position, as all assets are.
func (c census) Load(ctx context.Context, yield func(*assets.Asset) error) (uint64, error) {
	events, err := c.registry.Load(ctx, yield)
	if err != nil {
		return 0, err
	}
	return events, c.cases.LoadCases(ctx, func(is docket.Case) error { return yield(is.Marker) })
}

// loadBoards reads the open cases; steps that come later are newer, or known.
func (n *node) loadBoards(ctx context.Context) error {
	for _, load := range n.cases.boards {
		if err := load(ctx, n.store); err != nil {
			return err
		}
	}
	return nil
}

// keep does, whenever this node is the one that does them, what one node does for all.
func (n *node) keep(ctx context.Context) error {
	return n.keeper.Run(ctx, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		for _, duty := range n.cases.duties {
			group.Go(func() error { return duty(ctx) })
		}
		return group.Wait()
	})
}
