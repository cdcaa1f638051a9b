package stream

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/proto"

	pb "suhe/stream/suhev1"
)

// say sends a message.
func (c *simClient) say(a ask) error {
	kind, data := asJSON.message(), []byte(nil)
	if c.format == asBinary {
		kind, data = asBinary.message(), sayBinary(a)
	} else {
		data, _ = json.Marshal(a)
	}
	c.trace("  %s asks at batch %d, hub at %d: %s", c.s.name, c.node.shown, c.node.hub.shown, spoken(a))
	c.s.handle(kind, data)
	if c.s.ending() && c.s.end.code != codeSlow {
		return fmt.Errorf("%s ended the session: %+v", data, c.s.end)
	}
	return nil
}

// sayBinary writes a message of suhe.v1.pb.
func sayBinary(a ask) []byte {
	m := &pb.Ask{}
	view := func() *pb.View {
		v := &pb.View{Id: a.ID, Layers: namesSaid(a.Layers), Tiles: namesSaid(a.Tiles), Fields: namesSaid(a.Fields),
			Area: a.Area, Zoom: a.Zoom, Filter: a.Filter, Datum: a.Datum, Rate: a.Rate}
		if a.BBox != nil {
			v.Bbox = &pb.BBox{West: a.BBox[0], South: a.BBox[1], East: a.BBox[2], North: a.BBox[3]}
		}
		if a.Chainage != nil {
			v.Chainage = &pb.Range{From: a.Chainage[0], To: a.Chainage[1]}
		}
		if a.Position != nil {
			v.Position = positionOf(*a.Position)
		}
		last := uint64(0)
		for _, fid := range a.Held {
			v.Held = append(v.Held, uint64(fid)-last)
			last = uint64(fid)
		}
		return v
	}
	switch a.Type {
	case askSubscribe:
		m.Ask = &pb.Ask_Subscribe{Subscribe: view()}
	case askUpdate:
		m.Ask = &pb.Ask_Update{Update: view()}
	case askUnsubscribe:
		m.Ask = &pb.Ask_Unsubscribe{Unsubscribe: &pb.Unsubscribe{Id: a.ID}}
	case askPresent:
		p := &pb.Present{Name: a.Name, Selected: uint64(a.Selected)}
		if c := a.Camera; c != nil {
			p.Camera = &pb.Camera{Lon: c.Lon, Lat: c.Lat, Zoom: c.Zoom, Bearing: c.Bearing, Pitch: c.Pitch}
		}
		m.Ask = &pb.Ask_Present{Present: p}
	case askFollow:
		m.Ask = &pb.Ask_Follow{Follow: &pb.Follow{Session: a.Session}}
	}
	data, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return data
}

func namesSaid(names []string) *pb.Names {
	if names == nil {
		return nil
	}
	return &pb.Names{Name: names}
}

// spoken is the message as JSON.
func spoken(a ask) string {
	b, _ := json.Marshal(a)
	return string(b)
}
