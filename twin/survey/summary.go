package survey

import (
	"context"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// Summary is a region at a glance.
type Summary struct {
	Total     int       `json:"total"`
	Kinds     []KindSum `json:"kinds"` // in drawing order; of none there is none
	Incidents Cases     `json:"incidents"`
	Alarms    Cases     `json:"alarms"`
	Cameras   Few       `json:"cameras"` // in use, not offline, that see some of its ground
	Patrols   Few       `json:"patrols"` // people, boats and vehicles that are inside now
}

// KindSum counts the things of a kind. What who asks is not shown is not there.
type KindSum struct {
	Kind       assets.Kind    `json:"kind"`
	Total      int            `json:"total"`
	Classes    map[string]int `json:"classes"`
	States     map[string]int `json:"states,omitempty"`
	Severities map[string]int `json:"severities,omitempty"` // of those that have one
}

// Cases are the open incidents or alarms, the worst first.
type Cases struct {
	Open  int  `json:"open"`
	Worst *Row `json:"worst,omitempty"`
}

// Few are some of a number of things, in order of FID.
type Few struct {
	Total int   `json:"total"`
	Some  []Row `json:"some"`
}

// maxSome bounds Few.Some.
const maxSome = 100

func (f *Few) add(a *Ask, t *twin.Thing) {
	if f.Total++; len(f.Some) < maxSome {
		f.Some = append(f.Some, a.row(t))
	}
}

// Summary counts what is in the region; kinds, classes and filter say of what.
func (s *Survey) Summary(ctx context.Context, a Ask) (Summary, error) {
	out := Summary{Kinds: []KindSum{}, Cameras: Few{Some: []Row{}}, Patrols: Few{Some: []Row{}}}
	sums := map[assets.Kind]*KindSum{}
	if err := s.each(ctx, &a, func(t *twin.Thing) error {
		out.Total++
		k := sums[t.Asset.Kind]
		if k == nil {
			k = &KindSum{Kind: t.Asset.Kind, Classes: map[string]int{}, States: map[string]int{}, Severities: map[string]int{}}
			sums[t.Asset.Kind] = k
		}
		k.count(&a, t)
		return nil
	}); err != nil {
		return out, err
	}
	for _, kind := range assets.Kinds() {
		if k := sums[kind]; k != nil {
			out.Kinds = append(out.Kinds, *k)
		}
	}
	return out, s.attention(ctx, &a, &out)
}

func (k *KindSum) count(a *Ask, t *twin.Thing) {
	k.Total++
	k.Classes[t.Asset.Class]++
	if a.shows("state") {
		k.States[t.Summary()]++
	}
	if t.Severity > 0 && a.shows("severity") {
		k.Severities[strconv.Itoa(int(t.Severity))]++
	}
}

// attention finds what somebody has to look at, or can look with, whatever kinds are
// counted.
func (s *Survey) attention(ctx context.Context, a *Ask, out *Summary) (err error) {
	for kind, cases := range map[assets.Kind]*Cases{assets.Incident: &out.Incidents, assets.Alarm: &out.Alarms} {
		if *cases, err = s.open(ctx, a.named(nil, kind)); err != nil {
			return err
		}
	}
	if err := s.each(ctx, a.named(nil, assets.Mover), func(t *twin.Thing) error {
		if t.Live != nil {
			out.Patrols.add(a, t)
		}
		return nil
	}); err != nil {
		return err
	}
	return s.covering(ctx, a, func(t *twin.Thing) { out.Cameras.add(a, t) })
}

// open counts open cases. Of equally severe ones the first that began is the worst.
func (s *Survey) open(ctx context.Context, a *Ask) (out Cases, err error) {
	var worst *twin.Thing
	err = s.each(ctx, a, func(t *twin.Thing) error {
		out.Open++
		if worst == nil || rank(t) < rank(worst) {
			worst = t
		}
		return nil
	})
	if worst != nil && a.shows("severity") {
		row := a.row(worst)
		out.Worst = &row
	}
	return out, err
}

// rank orders by severity: 1 is the worst, 0 is none.
func rank(t *twin.Thing) int {
	if t.Severity == 0 {
		return 5
	}
	return int(t.Severity)
}

// farthestSight is how far a camera can stand from what it sees; see assets.CameraSpec.
const farthestSight geo.Metres = 5_000

// covering yields the cameras in use that see some ground of the region, wherever they
// stand, in order of FID. Houses are in nobody's way here.
func (s *Survey) covering(ctx context.Context, a *Ask, yield func(*twin.Thing)) error {
	if a.Region.Everywhere() {
		return s.each(ctx, a.named(nil, assets.Camera), func(t *twin.Thing) error {
			if watches(t) {
				yield(t)
			}
			return nil
		})
	}
	near := a.named(nil, assets.Camera)
	near.Region = Region{[]test{{box: geo.Grow(a.Region.bound(), farthestSight), thing: func(t *twin.Thing) bool { return watches(t) && s.sees(t, a.Region) }}}}
	return s.each(ctx, near, func(t *twin.Thing) error {
		yield(t)
		return nil
	})
}

func watches(t *twin.Thing) bool {
	return t.Asset.Camera != nil && t.Asset.Lifecycle == assets.InUse && t.State.Communication != twin.Offline
}

// sees says whether the ground of a camera touches the region: with an outline exactly,
// else with the camera's place or one of some points spread over its ground.
func (s *Survey) sees(t *twin.Thing, r Region) bool {
	c := t.Asset.Camera
	ground := geo.Sector(place(t), c.Azimuth, c.HorizontalFOV, c.Range)
	if ground == nil {
		return false
	}
	for _, is := range r.tests {
		if !is.box.Intersects(ground.Bound()) {
			return false
		}
		if is.sector != nil {
			if !is.sector(ground) {
				return false
			}
		} else if !slices.ContainsFunc(spread(place(t), ground), func(p orb.Point) bool { return is.point(p, s.o.Locate(p)) }) {
			return false
		}
	}
	return true
}

// spread are points on the ground of a camera: three on the way to each of its edge.
func spread(from orb.Point, ground orb.Polygon) []orb.Point {
	out := []orb.Point{from}
	for _, edge := range ground[0] {
		for _, share := range [...]float64{1.0 / 3, 2.0 / 3, 1} {
			out = append(out, orb.Point{from[0] + (edge[0]-from[0])*share, from[1] + (edge[1]-from[1])*share})
		}
	}
	return out
}
