package sight

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// World is the living world, as far as sight asks it.
type World interface {
	Within(dst []*twin.Thing, kind assets.Kind, b orb.Bound) []*twin.Thing
	Each(kind assets.Kind, yield func(*twin.Thing) bool)
	ByFID(fid assets.FID) *twin.Thing
}

// Cameras says what the cameras of a world see. Its methods may be called at once from
// many goroutines, except that Took is the world's.
type Cameras struct {
	world   World
	classes *assets.Classes
	reach   geo.Index[assets.FID] // the box of all that a camera may see
	begun   bool                  // the world's cameras are in the index
	desks   chan struct{}         // of who reckons coverage: one for each at a time
}

// atOnce is how many may reckon coverage at once: it takes a core for a while.
const atOnce = 2

// New makes the sight of a world, which tells it of changes.
func New(w World, classes *assets.Classes) *Cameras {
	return &Cameras{world: w, classes: classes, desks: make(chan struct{}, atOnce)}
}

// Took implements twin.Sink. The first batch, which may be empty, lets it look at all
// cameras of the world.
func (c *Cameras) Took(b twin.Batch) {
	var moves []geo.Move[assets.FID]
	if !c.begun {
		c.begun = true
		c.world.Each(assets.Camera, func(t *twin.Thing) bool {
			moves = append(moves, c.move(t))
			return true
		})
	}
	for _, change := range b.Changes {
		switch was, is := change.Was, change.Is; {
		case is != nil && is.Asset.Kind == assets.Camera && (was == nil || was.Asset != is.Asset):
			moves = append(moves, c.move(is))
		case was != nil && was.Asset.Kind == assets.Camera && (is == nil || is.Asset.Kind != assets.Camera):
			moves = append(moves, geo.Move[assets.FID]{Key: was.Asset.FID, Gone: true})
		}
	}
	if len(moves) > 0 {
		_ = c.reach.Apply(moves) // the boxes are those of places that the registry has checked
	}
}

// move is where in the index the camera is: nowhere if it sees nothing.
func (c *Cameras) move(t *twin.Thing) geo.Move[assets.FID] {
	l, known := c.lens(t)
	if !known {
		return geo.Move[assets.FID]{Key: t.Asset.FID, Gone: true}
	}
	return geo.Move[assets.FID]{Key: t.Asset.FID, Is: reachOf(l)}
}

func reachOf(l geo.Lens) orb.Bound { return geo.Grow(l.At.Bound(), l.Range) }

// lens is how the camera looks, if it is in use and enough is known of it.
func (c *Cameras) lens(t *twin.Thing) (geo.Lens, bool) {
	if t.Asset.Lifecycle != assets.InUse {
		return geo.Lens{}, false
	}
	return c.classes.Lens(t.Asset, t.Anchor)
}

// UsualHeight is that of what is looked for: the chest of somebody who stands.
const UsualHeight = geo.Metres(1.5)

// Asked is by whom and how it is asked what cameras see.
type Asked struct {
	Sees    func(*assets.Asset) bool // which cameras and buildings there are for who asks; nil: all
	Height  geo.Metres               // of what is looked for, above the ground
	Working bool                     // without cameras that are known not to talk to us
	Turning bool                     // those that can be turned see what they can be turned to
}

// counts says whether the thing is there for who asks.
func (a *Asked) counts(t *twin.Thing) bool { return a.Sees == nil || a.Sees(t.Asset) }

// watcher is a camera that may see something of what is asked for.
type watcher struct {
	thing *twin.Thing
	lens  geo.Lens
}

// watchers are the cameras that reach into the box, in order of their numbers.
func (c *Cameras) watchers(box orb.Bound, ask *Asked) []watcher {
	var out []watcher
	for _, fid := range c.reach.Within(nil, box) {
		t := c.world.ByFID(fid)
		if t == nil || !ask.counts(t) || ask.Working && t.State.Communication == twin.Offline {
			continue
		}
		if l, known := c.lens(t); known {
			out = append(out, watcher{t, l})
		}
	}
	slices.SortFunc(out, func(a, b watcher) int { return cmp.Compare(a.thing.Asset.FID, b.thing.Asset.FID) })
	return out
}

// eye is the camera with the buildings that may stand between it and what is in the box.
func (c *Cameras) eye(l geo.Lens, box orb.Bound, ask *Asked) *geo.Eye {
	return geo.NewEye(l, c.blocks(box.Extend(l.At), ask))
}

// blocks are the buildings in the box.
func (c *Cameras) blocks(box orb.Bound, ask *Asked) []geo.Block {
	things := c.world.Within(nil, assets.Building, box)
	out := make([]geo.Block, 0, len(things))
	for _, t := range things {
		if s := &t.Asset.Shape; ask.counts(t) && t.Asset.Lifecycle == assets.InUse && s.Height > s.Base {
			out = append(out, geo.Block{Ground: s.Geometry.Plane, Base: s.Base, Top: s.Height})
		}
	}
	return out
}

var _ twin.Sink = (*Cameras)(nil)
