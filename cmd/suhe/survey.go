package main

import (
	"suhe/assets"
	"suhe/internal/api"
	"suhe/twin"
	"suhe/twin/survey"
)

// surveyOf answers questions about the ground of a world; nil links are none.
func (n *node) surveyOf(w *twin.World, past survey.Past, links *survey.Links) *survey.Survey {
	return survey.New(survey.Options{
		World: w, River: river(), Locate: n.registry.Locate, Classes: n.registry.Classes(), Past: past, Links: links, Now: n.now,
	})
}

// liveViews are the rooms that show the world as it is.
func (n *node) liveViews() api.Views {
	return api.Views{World: n.world, History: n.store, Tiles: n.tiles, Streams: n.hub, Search: n.search, Features: n.world, Cameras: n.cameras, Survey: n.surveyOf(n.world, n.store, &n.relations), Archive: n.store}
}

// kindOf tells the registry what an asset is that another names.
func (n *node) kindOf(id assets.ID) (assets.Kind, bool) {
	t := n.world.ByID(id)
	if t == nil {
		return "", false
	}
	return t.Asset.Kind, true
}
