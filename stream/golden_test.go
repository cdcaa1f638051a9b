package stream

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/docket"
	"suhe/twin"
)

var update = flag.Bool("update", false, "write the files of testdata anew")

// goldenFile holds frames in both protocols, one after the other as a client could
// get them. The page's tests read it too: what they make of the columns must be
// what the JSON says.
const goldenFile = "testdata/frames.json"

// golden is a frame as both protocols write it.
type golden struct {
	JSON json.RawMessage `json:"json"`
	PB   string          `json:"pb"` // base64
}

// goldenThing is a sensor; with no values it was never heard of.
func goldenThing(fid assets.FID, lon, lat float64, state twin.State, severity twin.Severity, values ...float64) *twin.Thing {
	t := &twin.Thing{State: state, Severity: severity, Anchor: [2]float64{lon, lat},
		Asset: &assets.Asset{FID: fid, ID: assets.ID([]string{"gauge-1", "gauge-2", "noise-3"}[fid%3]), Kind: assets.Sensor, Class: "sensor.water_level", Name: `水位计 "一"`}}
	for i, v := range values {
		t.Last = append(t.Last, twin.Observation{Asset: t.Asset.ID, Phenomenon: []string{"water_level", "flow"}[i], Value: v,
			PhenomenonTime: 1795400000123 + int64(fid%100)*1000 + int64(i)})
	}
	return t
}

// goldenStep is a step of a case.
func goldenStep(seq uint64, kind string, of assets.Kind, id assets.ID, state string, light float64, open bool) twin.Event {
	m := &assets.Asset{FID: docket.FirstFID + assets.FID(seq), ID: id, Kind: of, Class: "flood.level", Name: "水位超警 3.6 m",
		Shape:      assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.4348, 31.2502}}},
		Location:   assets.Location{Area: "310107015"},
		Properties: assets.Properties{{Key: twin.MarkerLight, Value: light}, {Key: twin.MarkerSeverity, Value: 1.0}, {Key: twin.MarkerState, Value: state}}}
	return twin.Event{Seq: seq, Time: time.UnixMilli(1795400000456), Type: kind, FID: m.FID, ID: id, Asset: m, Open: open, Rev: int64(seq)}
}

// goldenFrames are all kinds of frames.
func goldenFrames() []any {
	fine := twin.State{Communication: twin.Online, Data: twin.Fresh, Service: twin.Normal}
	at := func(obs, events uint64) twin.Position { return twin.Position{Epoch: 2, Obs: obs, Events: events} }
	now := time.UnixMilli(1795400000456)
	all := &look{fields: allFields}
	eye := &camera{121.4348, 31.2502, 15.25, -12.5, 62}
	return []any{
		helloFrame{at(7, 3), now, 15, "ABCDEF234567"},
		snapshotFrame{"screen", at(7, 3), []*twin.Thing{
			goldenThing(1, 121.4347, 31.2502, fine, 0, 3.125, -0.1),
			goldenThing(2, -179.9999999, -85, twin.State{Communication: twin.Unknown, Data: twin.None, Service: twin.Retired}, 0),
		}, true, all},
		snapshotFrame{"screen", at(7, 3), []*twin.Thing{
			goldenThing(900719925474099, 180, 31.25, twin.State{Communication: twin.Offline, Data: twin.Invalid, Service: twin.Fault}, 1, 1e300),
			goldenThing(900719925474098, 121.4, 31.25, fine, 0, 0.1),
		}[1:], true, all},
		snapshotFrame{"screen", at(7, 3), []*twin.Thing{goldenThing(900719925474099, 180, 31.25, fine, 4, 1e300)}, false, all},
		deltaFrame{id: "screen", at: at(9, 3), look: all,
			entered: []*twin.Thing{goldenThing(3, 121.5, 31.2, twin.State{Communication: twin.Offline, Data: twin.Stuck, Service: twin.Maintenance}, 2, 0)},
			changed: []*twin.Thing{goldenThing(1, 121.4347, 31.2502, twin.State{Communication: twin.Online, Data: twin.Stale, Service: twin.Normal}, 3, 3.25),
				goldenThing(2, -179.9999999, -85, fine, 0, 1, 2)},
			removed: []assets.FID{900719925474098, 900719925474099}},
		deltaFrame{id: "screen", at: at(10, 4), look: all, removed: []assets.FID{3}},
		clustersFrame{"screen", at(10, 4), "cameras", []Cluster{{1 << 52, 121.4, 31.2, 120, 2, "fault"}, {1<<52 + 1, 121.41, 31.21, 7, 0, "normal"}}, all},
		clustersFrame{"screen", at(10, 4), "assets", []Cluster{{17, 179.9, -31.2, 1, 0, ""}, {18, -179.9, 85, 2, 4, "offline"}}, all},
		clustersFrame{"screen", at(10, 4), "assets", nil, all},
		tilesFrame{"screen", at(10, 4), map[string][][3]uint32{"sensors": {{14, 13719, 6691}, {0, 0, 0}}}, []string{"water", "banks"}},
		tilesFrame{"screen", at(10, 4), map[string][][3]uint32{}, []string{}},
		eventFrame{twin.Event{Seq: 4, Time: now, Type: twin.AssetPut, FID: 3, ID: "gauge-3", Asset: goldenThing(3, 0, 0, fine, 0).Asset}},
		eventFrame{twin.Event{Seq: 5, Time: now, Type: twin.AssetRemoved, FID: 3, ID: "gauge-3"}},
		eventFrame{goldenStep(6, "incident.dispatch", assets.Incident, "310107015-20261123-00007", "dispatched", 2, true)},
		eventFrame{goldenStep(7, "alarm.clear", assets.Alarm, "A-20261123-000001", "cleared", 0, false)},
		resyncFrame{"screen", "too far behind"},
		slowFrame{2 * time.Second, "writes take longer than 300ms"},
		slowFrame{0, "the client keeps up again"},
		errorFrame{"screen", "bbox: 20001 objects in view"},
		presenceFrame{here: []screen{{session: "S1", name: "大屏", camera: eye, selected: 3, since: now}, {session: "S2", name: "b", since: now}}, gone: []string{"S0"}},
		timeFrame{at(11, 4), now},
		byeFrame{codeAway, "the server stops", 1234 * time.Millisecond},
		byeFrame{codeDenied, "no such token", 0},
	}
}

func TestFramesAreWrittenAsKept(t *testing.T) {
	var lines [][]byte
	for _, f := range goldenFrames() {
		line, err := json.Marshal(golden{asJSON.write(f, new(written)), base64.StdEncoding.EncodeToString(asBinary.write(f, nil))})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	got := append(append([]byte("[\n"), bytes.Join(lines, []byte(",\n"))...), "\n]\n"...)
	if *update {
		if err := os.WriteFile(goldenFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("frames are not as %s has them; with -update it is written anew:\n%s", goldenFile, got)
	}
}
