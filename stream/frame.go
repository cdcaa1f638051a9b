package stream

import (
	"encoding/json"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// shanghai is the time zone of every time that is sent.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func stamp(t time.Time) string { return t.In(shanghai).Format("2006-01-02T15:04:05.000-07:00") }

// object is a thing on the wire.
type object struct {
	FID      assets.FID         `json:"fid"`
	ID       assets.ID          `json:"id"`
	Layer    string             `json:"layer"`
	Class    string             `json:"class"`
	Name     string             `json:"name"`
	Lon      float64            `json:"lon"`
	Lat      float64            `json:"lat"`
	State    twin.State         `json:"state"`
	Summary  string             `json:"summary"`
	Severity twin.Severity      `json:"severity"`
	Values   map[string]float64 `json:"values"`
	Time     string             `json:"time,omitempty"` // newest phenomenonTime
}

func encodeThing(t *twin.Thing) []byte {
	o := object{FID: t.Asset.FID, ID: t.Asset.ID, Layer: t.Asset.Kind.Layer(), Class: t.Asset.Class, Name: t.Asset.Name,
		Lon: t.Anchor[0], Lat: t.Anchor[1], State: t.State, Summary: t.Summary(), Severity: t.Severity,
		Values: make(map[string]float64, len(t.Last))}
	var newest int64
	for _, last := range t.Last {
		o.Values[last.Phenomenon] = last.Value
		newest = max(newest, last.PhenomenonTime)
	}
	if newest > 0 {
		o.Time = stamp(time.UnixMilli(newest))
	}
	return encode(o)
}

// The frames of the server; docs/asyncapi.yaml describes them.
type (
	helloFrame struct {
		Type      string        `json:"type"`
		Epoch     uint64        `json:"epoch"`
		Position  twin.Position `json:"position"`
		Time      string        `json:"time"`
		Heartbeat int           `json:"heartbeat"` // seconds between two time frames
	}
	timeFrame struct {
		Type     string        `json:"type"`
		Position twin.Position `json:"position"`
		Time     string        `json:"time"`
	}
	snapshotFrame struct {
		Type     string            `json:"type"`
		ID       string            `json:"id"`
		Position twin.Position     `json:"position"`
		Objects  []json.RawMessage `json:"objects"`
		More     bool              `json:"more"`
	}
	deltaFrame struct {
		Type     string            `json:"type"`
		ID       string            `json:"id"`
		Position twin.Position     `json:"position"`
		Upsert   []json.RawMessage `json:"upsert"`
		Remove   []assets.FID      `json:"remove"`
	}
	tilesFrame struct {
		Type     string                 `json:"type"`
		ID       string                 `json:"id"`
		Position twin.Position          `json:"position"` // tiles fetched from now on are at least as new
		Changed  map[string][][3]uint32 `json:"changed"`  // z, x, y by layer
		All      []string               `json:"all"`      // layers of which any tile may have changed
	}
	eventFrame struct {
		Type  string    `json:"type"`
		Event eventBody `json:"event"`
	}
	resyncFrame struct {
		Type   string `json:"type"`
		ID     string `json:"id"`
		Reason string `json:"reason"`
	}
	errorFrame struct {
		Type   string `json:"type"`
		ID     string `json:"id"`
		Reason string `json:"reason"`
	}
	byeFrame struct {
		Type      string `json:"type"`
		Code      int    `json:"code"`
		Name      string `json:"name"`
		Reason    string `json:"reason"`
		Reconnect bool   `json:"reconnect"`
	}
)

// eventBody is what happened.
type eventBody struct {
	Seq   uint64     `json:"seq"`
	Time  string     `json:"time"`
	Type  string     `json:"type"`
	Layer string     `json:"layer,omitempty"`
	FID   assets.FID `json:"fid"`
	ID    assets.ID  `json:"id"`
}

// encode writes a frame of ours; one that cannot be written is a bug.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
