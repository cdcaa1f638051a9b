// Package sprite draws the icons of the map styles and lays them out as MapLibre
// sprites: an index and an image, for plain and for dense screens.
//
// The icons are our own, drawn in creek.txt as strokes, polygons, discs and rings
// on a badge. They are rendered from distances, so every size has clean edges, and
// the same drawing gives the same bytes.
package sprite

import (
	_ "embed"
	"sync"
)

//go:embed creek.txt
var creek string

// loadCreek draws the sheets once, when they are first asked for.
var loadCreek = sync.OnceValue(func() [2]Sheet {
	icons, err := Parse(creek)
	if err != nil {
		panic("sprite: creek.txt: " + err.Error()) // embedded and under test
	}
	return [2]Sheet{Draw(icons, 1), Draw(icons, 2)}
})

// Creek returns the sheet of all our icons for screens of one or two pixels per
// point; another density is the nearest of them. It must not be changed.
func Creek(density int) Sheet {
	return loadCreek()[min(2, max(1, density))-1]
}
