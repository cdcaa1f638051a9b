package main

import (
	"context"
	"fmt"

	"suhe/assets"
	"suhe/tiles"
	"suhe/tiles/archive"
)

// openBasemaps opens the archives that are served beside the twin's own tiles.
// One that cannot be read is a wrong setting.
func (n *node) openBasemaps(ctx context.Context) error {
	n.basemaps = make(tiles.Basemaps)
	for name, file := range n.settings.Basemap {
		f, err := archive.Open(ctx, file)
		if err != nil {
			return fmt.Errorf("basemap: %s: %w (%w)", name, err, assets.ErrInvalid)
		}
		n.basemaps[name] = f
	}
	return nil
}
