package tiles

import (
	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// farthest a camera sees, by the rules of the registry.
const farthestSight geo.Metres = 5000

// sees says whether a thing is a camera that looks somewhere.
func sees(t *twin.Thing) bool {
	c := t.Asset.Camera
	return c != nil && !c.Unaimed && c.Range > 0 && c.HorizontalFOV > 0 && t.Asset.Lifecycle == assets.InUse
}

// sightOf is the ground that a camera sees.
func sightOf(t *twin.Thing) geo.Flat {
	c := t.Asset.Camera
	return geo.Flatten(geo.Sector(t.Anchor, c.Azimuth, c.HorizontalFOV, c.Range))
}

// drawn is the geometry of the thing in the layer.
func (l *layer) drawn(t *twin.Thing) *geo.Flat {
	if l.Drawn == sight && sees(t) {
		g := sightOf(t)
		return &g
	}
	return &t.Flat
}

// ground is the box, in degrees, that the thing's drawing lies in.
func (l *layer) ground(t *twin.Thing) orb.Bound {
	b := t.Bound()
	if l.Drawn == sight && sees(t) {
		return geo.Grow(b, t.Asset.Camera.Range)
	}
	return b
}

// search is the box, in degrees, of the things whose drawing may touch b.
func (l *layer) search(b orb.Bound) orb.Bound {
	if l.Drawn != sight {
		return b
	}
	return geo.Grow(b, farthestSight)
}

// mayTouch says quickly that a thing found by search is drawn nowhere in b.
func (l *layer) mayTouch(t *twin.Thing, b orb.Bound) bool {
	if l.Drawn != sight || t.Asset.Camera == nil {
		return true
	}
	return geo.Grow(b, t.Asset.Camera.Range).Contains(t.Anchor)
}
