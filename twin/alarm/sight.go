package alarm

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// Sight is a camera that sees a place.
type Sight struct {
	Camera assets.ID  `json:"camera"`
	Metres geo.Metres `json:"metres"` // from it to the place
}

// Ground is the living world, as far as alarms ask it.
type Ground interface {
	Within(dst []*twin.Thing, kind assets.Kind, b orb.Bound) []*twin.Thing
}

// The bounds of who is asked: cameras that may see farther than that are rare, and of
// many the nearest are enough.
const (
	farthestSight = 1_000 // metres
	maxSights     = 8
)

// Watching are the cameras in use whose ground holds the place, nearest first.
func Watching(g Ground, p orb.Point) []Sight {
	out := []Sight{}
	for _, t := range g.Within(nil, assets.Camera, geo.Grow(p.Bound(), farthestSight)) {
		c := t.Asset.Camera
		if c == nil || t.Asset.Lifecycle != assets.InUse || t.State.Communication == twin.Offline {
			continue
		}
		ground := geo.Sector(orb.Point(t.Anchor), c.Azimuth, c.HorizontalFOV, c.Range)
		if geo.Contains(ground, p) {
			out = append(out, Sight{t.Asset.ID, geo.Metres(math.Round(float64(geo.Distance(orb.Point(t.Anchor), p))))})
		}
	}
	slices.SortFunc(out, func(a, b Sight) int {
		return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Camera, b.Camera))
	})
	return out[:min(len(out), maxSights)]
}
