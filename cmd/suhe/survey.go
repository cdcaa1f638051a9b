package main

import (
	"context"

	"suhe/assets"
	"suhe/internal/api"
	"suhe/twin"
	"suhe/twin/sight"
	"suhe/twin/survey"
)

// surveyOf answers questions about the ground of a world; nil links are none.
func (n *node) surveyOf(w *twin.World, cameras *sight.Cameras, past survey.Past, links *survey.Links) *survey.Survey {
	return survey.New(survey.Options{
		Watching: func(ctx context.Context, g survey.Watched, sees func(*assets.Asset) bool) ([]*twin.Thing, error) {
			return cameras.Overlooking(ctx, sight.Ground{Box: g.Box, Holds: g.Holds}, g.Spots, sight.Asked{Sees: sees, Height: sight.UsualHeight, Working: true})
		},
		World: w, River: river(), Locate: n.registry.Locate, Classes: n.registry.Classes(), Past: past, Links: links, Now: n.now,
	})
}

// liveViews are the rooms that show the world as it is.
func (n *node) liveViews() api.Views {
	return api.Views{World: n.world, History: n.store, Tiles: n.tiles, Streams: n.hub, Search: n.search, Features: n.world, Cameras: n.cameras, Survey: n.surveyOf(n.world, n.cameras, n.store, &n.relations), Archive: n.store}
}

// kindOf tells the registry what an asset is that another names.
func (n *node) kindOf(id assets.ID) (assets.Kind, bool) {
	t := n.world.ByID(id)
	if t == nil {
		return "", false
	}
	return t.Asset.Kind, true
}
