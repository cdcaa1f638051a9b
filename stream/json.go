package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"suhe/assets"
	"suhe/twin"
)

// parseJSON reads a message of suhe.v1.json.
func parseJSON(b []byte) (a ask, err error) {
	if !utf8.Valid(b) {
		return a, fmt.Errorf("want UTF-8") // RFC 6455, 8.1; the decoder would mend it
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, err
	}
	if _, err := d.Token(); err != io.EOF {
		return a, fmt.Errorf("more behind the JSON object")
	}
	return a, nil
}

// writeJSON writes a frame of suhe.v1.json.
func writeJSON(frame any, known *written) []byte {
	switch f := frame.(type) {
	case snapshotFrame:
		b := head("snapshot", f.id, f.at)
		b = known.things(append(b, `,"objects":[`...), f.things, f.look)
		b = strconv.AppendBool(append(b, `],"more":`...), f.more)
		return append(b, '}')
	case deltaFrame:
		b := head("delta", f.id, f.at)
		b = known.things(append(b, `,"upsert":[`...), f.entered, f.look)
		if len(f.entered) > 0 && len(f.changed) > 0 {
			b = append(b, ',')
		}
		b = known.things(b, f.changed, f.look)
		return append(appendFIDs(append(b, `],"remove":[`...), f.removed), `]}`...)
	case clustersFrame:
		return writeClusters(f)
	}
	b, err := json.Marshal(plain(frame))
	if err != nil {
		panic(err) // a frame of ours that cannot be written is a bug
	}
	return b
}

// plain is a frame that comes seldom, as JSON has it.
func plain(frame any) any {
	switch f := frame.(type) {
	case helloFrame:
		return struct {
			Type      string        `json:"type"`
			Epoch     uint64        `json:"epoch"`
			Position  twin.Position `json:"position"`
			Time      string        `json:"time"`
			Heartbeat int           `json:"heartbeat"`
			Session   string        `json:"session"`
		}{"hello", f.at.Epoch, f.at, stamp(f.time), f.heartbeat, f.session}
	case timeFrame:
		return struct {
			Type     string        `json:"type"`
			Position twin.Position `json:"position"`
			Time     string        `json:"time"`
		}{"time", f.at, stamp(f.time)}
	case tilesFrame:
		return struct {
			Type     string                 `json:"type"`
			ID       string                 `json:"id"`
			Position twin.Position          `json:"position"`
			Changed  map[string][][3]uint32 `json:"changed"`
			All      []string               `json:"all"`
		}{"tiles", f.id, f.at, f.changed, f.all}
	case eventFrame:
		return struct {
			Type  string    `json:"type"`
			Event eventBody `json:"event"`
		}{"event", eventBody{f.event.Seq, stamp(f.event.Time), f.event.Type, layerOf(f.event), f.event.FID, f.event.ID, caseOf(f.event)}}
	case resyncFrame:
		return remark{"resync", f.id, f.reason}
	case errorFrame:
		return remark{"error", f.id, f.reason}
	case slowFrame:
		return struct {
			Type     string `json:"type"`
			Interval int64  `json:"interval"`
			Reason   string `json:"reason"`
		}{"slow", f.interval.Milliseconds(), f.reason}
	case byeFrame:
		return struct {
			Type      string `json:"type"`
			Code      int    `json:"code"`
			Name      string `json:"name"`
			Reason    string `json:"reason"`
			Reconnect bool   `json:"reconnect"`
			After     int64  `json:"after"`
		}{"bye", f.code.Number, f.code.Name, f.reason, f.code.Reconnect, f.after.Milliseconds()}
	case presenceFrame:
		return presenceJSON(f)
	}
	panic(fmt.Sprintf("a frame of type %T", frame))
}

// eventBody is what happened.
type eventBody struct {
	Seq   uint64     `json:"seq"`
	Time  string     `json:"time"`
	Type  string     `json:"type"`
	Layer string     `json:"layer,omitempty"`
	FID   assets.FID `json:"fid"`
	ID    assets.ID  `json:"id"`
	Case  *caseBody  `json:"case,omitempty"`
}

// caseBody is what an event tells of an alarm or an incident.
type caseBody struct {
	Rev      int64         `json:"rev"`
	Open     bool          `json:"open"`
	Class    string        `json:"class"`
	Name     string        `json:"name"`
	Area     string        `json:"area,omitempty"`
	State    string        `json:"state"`
	Severity twin.Severity `json:"severity"`
	Light    uint8         `json:"light,omitempty"`
	Storm    string        `json:"storm,omitempty"`
	Lon      float64       `json:"lon"`
	Lat      float64       `json:"lat"`
}

// caseOf is what is told of the case that the event is a step of; nil if of none.
func caseOf(e twin.Event) *caseBody {
	if !e.OfCase() {
		return nil
	}
	t := twin.NewThing(e.Asset)
	light, _ := twin.MarkerNumber(e.Asset, twin.MarkerLight)
	return &caseBody{Rev: e.Rev, Open: e.Open, Class: e.Asset.Class, Name: e.Asset.Name, Area: e.Asset.Location.Area,
		State: t.Summary(), Severity: t.Severity, Light: uint8(light), Storm: e.Asset.Properties.Text(twin.MarkerStorm), Lon: t.Anchor[0], Lat: t.Anchor[1]}
}

// remark is a frame with a reason.
type remark struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// head begins a frame of a view.
func head(kind, id string, at twin.Position) []byte {
	b := append([]byte(`{"type":"`), kind...)
	b = appendString(append(b, `","id":`...), id)
	b = strconv.AppendUint(append(b, `,"position":{"epoch":`...), at.Epoch, 10)
	b = strconv.AppendUint(append(b, `,"obs":`...), at.Obs, 10)
	b = strconv.AppendUint(append(b, `,"events":`...), at.Events, 10)
	return append(b, '}')
}

func appendFIDs(b []byte, fids []assets.FID) []byte {
	for i, fid := range fids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(fid), 10)
	}
	return b
}

func writeClusters(f clustersFrame) []byte {
	b := head("clusters", f.id, f.at)
	b = appendString(append(b, `,"layer":`...), f.layer)
	b = append(b, `,"cells":[`...)
	for i, c := range f.cells {
		if i > 0 {
			b = append(b, ',')
		}
		p := f.look.datum.of([2]float64{c.Lon, c.Lat})
		b = strconv.AppendUint(append(b, `{"cell":`...), c.Cell, 10)
		b = appendDegrees(append(b, `,"lon":`...), p[0])
		b = appendDegrees(append(b, `,"lat":`...), p[1])
		b = strconv.AppendUint(append(b, `,"count":`...), uint64(c.Count), 10)
		b = strconv.AppendUint(append(b, `,"severity":`...), uint64(c.Severity), 10)
		b = appendString(append(b, `,"state":`...), c.State)
		b = append(b, '}')
	}
	return append(b, `]}`...)
}
