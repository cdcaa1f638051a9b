package alarm

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/twin"
)

// t0 is when the tests begin: a Monday, 10:00 in Shanghai.
var t0 = time.Date(2026, 11, 23, 10, 0, 0, 0, shanghai).UnixMilli()

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
)

// events are the tables of assets and some classes of incidents.
type events struct{ *assets.Classes }

func (events) Event(code string) bool {
	kind, _, _ := strings.Cut(code, ".")
	return slices.Contains([]string{"flood", "safety", "water", "facility", "device", "street"}, kind)
}

func tables() events { return events{assets.DefaultClasses()} }

// rule reads a rule from JSON in which ' stands for ".
func rule(t testing.TB, name, doc string) *Rule {
	t.Helper()
	r, err := ReadRule(name, []byte(strings.ReplaceAll(doc, "'", `"`)), tables())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fence(t testing.TB, name, doc string) *Fence {
	t.Helper()
	f, err := ReadFence(name, []byte(strings.ReplaceAll(doc, "'", `"`)), scene.River())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// yard is a square of about 200 m around middle.
var (
	middle = orb.Point{121.43, 31.24}
	yard   = "{'title': '院', 'titleEn': 'Yard', 'polygon': {'type':'Polygon','coordinates':[[[121.429,31.239],[121.431,31.239],[121.431,31.241],[121.429,31.241],[121.429,31.239]]]}}"
	afar   = orb.Point{121.45, 31.24}
)

// gauge is a water level gauge in order between 1 and 3 m, that reports each minute.
func gauge(fid assets.FID, id string) *twin.Thing {
	return sensorOf(fid, id, "sensor.water_level", "water_level", middle)
}

func sensorOf(fid assets.FID, id, class, phenomenon string, at orb.Point) *twin.Thing {
	return &twin.Thing{
		Asset: &assets.Asset{
			ID: assets.ID(id), FID: fid, Kind: assets.Sensor, Class: class, Name: id, Lifecycle: assets.InUse,
			Location: assets.Location{Area: "310107005"},
			Shape:    assets.Shape{Geometry: geo.Solid{Plane: at}},
			Sensor: &assets.SensorSpec{
				ReportInterval: time.Minute,
				Measures:       []assets.Measure{{Phenomenon: phenomenon, Unit: "m", Normal: [2]float64{1, 3}}},
			},
		},
		Anchor: at,
		State:  twin.State{Service: twin.Normal},
	}
}

// mover is a patrol that was heard at the place.
func mover(fid assets.FID, id string, at orb.Point, when int64) *twin.Thing {
	t := &twin.Thing{
		Asset: &assets.Asset{
			ID: assets.ID(id), FID: fid, Kind: assets.Mover, Class: "mover.patrol", Name: id, Lifecycle: assets.InUse,
			Shape: assets.Shape{Geometry: geo.Solid{Plane: afar}},
		},
		State: twin.State{Service: twin.Normal},
	}
	return moved(t, at, when)
}

// moved is the mover at another place.
func moved(was *twin.Thing, at orb.Point, when int64) *twin.Thing {
	is := *was
	is.Anchor = at
	is.Live = &twin.Live{Fix: twin.Fix{Asset: was.Asset.ID, PhenomenonTime: when, ReceivedTime: when, Lon: at[0], Lat: at[1]}}
	return &is
}

func camera(fid assets.FID, id string, at orb.Point) *twin.Thing {
	return &twin.Thing{
		Asset: &assets.Asset{
			ID: assets.ID(id), FID: fid, Kind: assets.Camera, Class: "camera.bullet", Name: id, Lifecycle: assets.InUse,
			Location: assets.Location{Area: "310107005"}, Shape: assets.Shape{Geometry: geo.Solid{Plane: at}},
			Camera: &assets.CameraSpec{Azimuth: 0, HorizontalFOV: 90, Range: 200},
		},
		Anchor: at,
		State:  twin.State{Service: twin.Normal},
	}
}

// court is a judge with what it judges, for tests.
type court struct {
	*Judge
	t      testing.TB
	things map[assets.FID]*twin.Thing
	now    int64
}

func newCourt(t testing.TB, b *Book, things ...*twin.Thing) *court {
	return newCourtAfter(t, nil, b, things...)
}

// newCourtAfter begins with what held before.
func newCourtAfter(t testing.TB, seeds []*Condition, b *Book, things ...*twin.Thing) *court {
	c := &court{NewJudge(t0, func(orb.Point) assets.Location { return assets.Location{Area: "310107005"} }, seeds), t, map[assets.FID]*twin.Thing{}, t0}
	for _, s := range things {
		c.things[s.Asset.FID] = s
	}
	c.Renew(b, c.all(), t0)
	return c
}

func (c *court) all() iter.Seq[*twin.Thing] {
	var all []*twin.Thing
	for _, s := range c.things {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *twin.Thing) int { return int(a.Asset.FID) - int(b.Asset.FID) })
	return slices.Values(all)
}

// at sets the time, seconds after t0, and lets it pass.
func (c *court) at(seconds float64) *court {
	c.now = t0 + int64(seconds*1000)
	c.Tick(c.now)
	return c
}

// value brings an observation of now.
func (c *court) value(fid assets.FID, v float64) *court {
	s := *c.things[fid]
	o := twin.Observation{Asset: s.Asset.ID, Phenomenon: s.Asset.Sensor.Measures[0].Phenomenon, Value: v, PhenomenonTime: c.now, ReceivedTime: c.now}
	s.Last = []twin.Observation{o}
	c.things[fid] = &s
	c.Change(&s)
	c.Observe(&twin.Heard{Observation: o, FID: fid, Valid: true}, c.now)
	return c
}

// goes moves a mover.
func (c *court) goes(fid assets.FID, to orb.Point) *court {
	was := c.things[fid]
	is := moved(was, to, c.now)
	c.things[fid] = is
	c.Move(was, is)
	return c
}

// told are the turns since the last call: "+rule about" or "-rule about: why".
func (c *court) told() string {
	var out []string
	for _, turn := range c.Take() {
		if turn.On {
			out = append(out, fmt.Sprintf("+%s %s", turn.Condition.Rule, turn.Condition.About))
		} else {
			out = append(out, fmt.Sprintf("-%s %s: %s", turn.Condition.Rule, turn.Condition.About, turn.Why))
		}
	}
	return strings.Join(out, "; ")
}

// tells fails unless the turns since the last call are these.
func (c *court) tells(want string) *court {
	c.t.Helper()
	if got := c.told(); got != want {
		c.t.Fatalf("at %v s told %q, want %q", float64(c.now-t0)/1000, got, want)
	}
	return c
}
