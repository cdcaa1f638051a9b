package stream

import (
	"time"

	"suhe/assets"
	"suhe/twin"
)

// The frames of the server, as they are before a format writes them;
// docs/asyncapi.yaml describes them.
type (
	helloFrame struct {
		at        twin.Position
		time      time.Time
		heartbeat int    // seconds between two time frames
		session   string // name of this session
	}
	timeFrame struct {
		at   twin.Position
		time time.Time
	}
	snapshotFrame struct {
		id     string
		at     twin.Position
		things []*twin.Thing
		more   bool
		look   *look
	}
	deltaFrame struct {
		id      string
		at      twin.Position
		entered []*twin.Thing // in order of fid, as all three
		changed []*twin.Thing // the client has them as they stand in the registry now
		briefs  []*brief      // of changed; nil where there is none
		removed []assets.FID
		look    *look
	}
	clustersFrame struct {
		id    string
		at    twin.Position
		layer string
		cells []Cluster // in order of cell
		look  *look
	}
	tilesFrame struct {
		id      string
		at      twin.Position          // tiles fetched from now on are at least as new
		changed map[string][][3]uint32 // z, x, y by layer
		all     []string               // layers of which any tile may have changed
	}
	eventFrame  struct{ event twin.Event }
	resyncFrame struct{ id, reason string }
	slowFrame   struct {
		interval time.Duration // between two deltas; 0: as asked for
		reason   string
	}
	errorFrame struct{ id, reason string }
	byeFrame   struct {
		code   Code
		reason string
		after  time.Duration // to wait before coming back
	}
	presenceFrame struct {
		here []screen // new, or looking elsewhere
		gone []string // sessions
	}
)

// Cluster is how many things one cell holds, as tiles of the view's zoom show it.
type Cluster struct {
	Cell     uint64 // the feature's id in tiles; of a thing alone its FID
	Lon, Lat float64
	Count    uint32
	Severity twin.Severity // the worst
	State    string        // the worst word of twin.Summaries, or "" if nothing counted is a device
}

// shanghai is the time zone of every time that is sent as text.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func stamp(t time.Time) string { return t.In(shanghai).Format("2006-01-02T15:04:05.000-07:00") }

// heard is the newest phenomenonTime of the thing, in Unix milliseconds, or 0.
func heard(t *twin.Thing) (newest int64) {
	for i := range t.Last {
		newest = max(newest, t.Last[i].PhenomenonTime)
	}
	if t.Live != nil {
		newest = max(newest, t.Live.PhenomenonTime)
	}
	return newest
}

// values yields what is told of the thing in numbers: the latest of each
// phenomenon, of a mover how it moves, what it told of that, and how far along the
// creek it is, of an incident its light.
func values(t *twin.Thing, yield func(name string, value float64)) {
	for i := range t.Last {
		yield(t.Last[i].Phenomenon, t.Last[i].Value)
	}
	if !t.Asset.Kind.Registered() {
		if light, ok := twin.MarkerNumber(t.Asset, twin.MarkerLight); ok {
			yield(twin.MarkerLight, light)
		}
	}
	if t.Live == nil {
		return
	}
	told := func(name string, value float64) {
		if value != twin.NotTold {
			yield(name, value)
		}
	}
	told("heading", float64(t.Live.Heading))
	told("speed", t.Live.Speed)
	told("accuracy", float64(t.Live.Accuracy))
	if place := t.Live.Location.Place; place != nil {
		yield("chainage", float64(place.Chainage))
	}
}

// layerOf is the layer of an event's asset, "" if it is gone.
func layerOf(e twin.Event) string {
	if e.Asset == nil {
		return ""
	}
	return e.Asset.Kind.Layer()
}
