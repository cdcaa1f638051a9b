package stream

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"suhe/assets"
	pb "suhe/stream/suhev1"
	"suhe/twin"
)

// parseBinary reads a message of suhe.v1.pb. Fields that are not known are an
// error, as they are in JSON.
func parseBinary(b []byte) (a ask, err error) {
	var m pb.Ask
	if err := proto.Unmarshal(b, &m); err != nil {
		return a, err
	}
	if err := known(m.ProtoReflect()); err != nil {
		return a, err
	}
	switch m := m.Ask.(type) {
	case *pb.Ask_Auth:
		a.Type, a.Ticket, a.Token = askAuth, m.Auth.GetTicket(), m.Auth.GetToken()
	case *pb.Ask_Subscribe:
		err = a.view(askSubscribe, m.Subscribe)
	case *pb.Ask_Update:
		err = a.view(askUpdate, m.Update)
	case *pb.Ask_Unsubscribe:
		a.Type, a.ID = askUnsubscribe, m.Unsubscribe.GetId()
	case *pb.Ask_Present:
		a.Type, a.Name, a.Selected = askPresent, m.Present.GetName(), assets.FID(m.Present.GetSelected())
		if c := m.Present.GetCamera(); c != nil {
			a.Camera = &camera{c.GetLon(), c.GetLat(), c.GetZoom(), c.GetBearing(), c.GetPitch()}
		}
	case *pb.Ask_Follow:
		a.Type, a.Session = askFollow, m.Follow.GetSession()
	default:
		err = fmt.Errorf("an empty Ask")
	}
	return a, err
}

// known refuses fields that the message or one in it does not have.
func known(m protoreflect.Message) (err error) {
	if len(m.GetUnknown()) > 0 {
		return fmt.Errorf("unknown fields in %s", m.Descriptor().Name())
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.Message() != nil { // none is in a list
			err = known(v.Message())
		}
		return err == nil
	})
	return err
}

// view takes over what a View says.
func (a *ask) view(kind string, v *pb.View) error {
	a.Type, a.ID = kind, v.GetId()
	a.Layers, a.Tiles, a.Fields = namesOf(v.GetLayers()), namesOf(v.GetTiles()), namesOf(v.GetFields())
	a.Area, a.Zoom, a.Filter, a.Datum, a.Rate = v.Area, v.Zoom, v.Filter, v.Datum, v.Rate
	if z := v.GetZooms(); z != nil {
		a.Zooms = []uint32{z.GetFirst(), z.GetLast()}
	}
	if b := v.GetBbox(); b != nil {
		a.BBox = []float64{b.GetWest(), b.GetSouth(), b.GetEast(), b.GetNorth()}
	}
	if c := v.GetChainage(); c != nil {
		a.Chainage = []float64{c.GetFrom(), c.GetTo()}
	}
	if p := v.GetPosition(); p != nil {
		a.Position = &twin.Position{Epoch: p.GetEpoch(), Obs: p.GetObs(), Events: p.GetEvents()}
	}
	fid := uint64(0)
	for _, more := range v.GetHeld() {
		if fid+more < fid {
			return fmt.Errorf("held: %d more than %d, want fids below 2^53", more, fid)
		}
		fid += more
		a.Held = append(a.Held, assets.FID(fid))
	}
	return nil
}

// namesOf is nil for what was left out, and not nil for an empty list.
func namesOf(n *pb.Names) []string {
	if n == nil {
		return nil
	}
	return append([]string{}, n.GetName()...)
}

// writeBinary writes a frame of suhe.v1.pb.
func writeBinary(frame any) []byte {
	switch f := frame.(type) {
	case snapshotFrame:
		return writeSnapshot(f)
	case deltaFrame:
		return writeDelta(f)
	}
	b, err := proto.Marshal(tellOf(frame))
	if err != nil {
		panic(err) // a frame of ours that cannot be written is a bug
	}
	return b
}

// tellOf is a frame that comes seldom, as protobuf has it.
func tellOf(frame any) *pb.Tell {
	switch f := frame.(type) {
	case helloFrame:
		return &pb.Tell{Tell: &pb.Tell_Hello{Hello: &pb.Hello{Position: positionOf(f.at), Time: f.time.UnixMilli(), Heartbeat: uint32(f.heartbeat), Session: f.session}}}
	case timeFrame:
		return &pb.Tell{Tell: &pb.Tell_Time{Time: &pb.Time{Position: positionOf(f.at), Time: f.time.UnixMilli()}}}
	case clustersFrame:
		return &pb.Tell{Tell: &pb.Tell_Clusters{Clusters: clustersOf(f)}}
	case tilesFrame:
		m := &pb.Tiles{Id: f.id, Position: positionOf(f.at), All: f.all}
		for layer, tiles := range f.changed {
			of := &pb.LayerTiles{Layer: layer}
			for _, t := range tiles {
				of.Zxy = append(of.Zxy, t[:]...)
			}
			m.Changed = append(m.Changed, of)
		}
		return &pb.Tell{Tell: &pb.Tell_Tiles{Tiles: m}}
	case eventFrame:
		e := f.event
		return &pb.Tell{Tell: &pb.Tell_Event{Event: &pb.Event{Seq: e.Seq, Time: e.Time.UnixMilli(), Type: e.Type, Layer: layerOf(e), Fid: uint64(e.FID), Id: string(e.ID), Case: caseBinary(caseOf(e))}}}
	case resyncFrame:
		return &pb.Tell{Tell: &pb.Tell_Resync{Resync: &pb.Resync{Id: f.id, Reason: f.reason}}}
	case slowFrame:
		return &pb.Tell{Tell: &pb.Tell_Slow{Slow: &pb.Slow{Interval: millis(f.interval), Reason: f.reason}}}
	case errorFrame:
		return &pb.Tell{Tell: &pb.Tell_Error{Error: &pb.Error{Id: f.id, Reason: f.reason}}}
	case byeFrame:
		return &pb.Tell{Tell: &pb.Tell_Bye{Bye: &pb.Bye{Code: uint32(f.code.Number), Name: f.code.Name, Reason: f.reason, Reconnect: f.code.Reconnect, After: millis(f.after)}}}
	case presenceFrame:
		return &pb.Tell{Tell: &pb.Tell_Presence{Presence: presenceBinary(f)}}
	}
	panic(fmt.Sprintf("a frame of type %T", frame))
}

func millis(d time.Duration) uint32 { return uint32(d.Milliseconds()) }

func positionOf(p twin.Position) *pb.Position {
	return &pb.Position{Epoch: p.Epoch, Obs: p.Obs, Events: p.Events}
}

func clustersOf(f clustersFrame) *pb.Clusters {
	m := &pb.Clusters{Id: f.id, Position: positionOf(f.at), Layer: f.layer}
	var words words
	var east, north steps
	for _, c := range f.cells {
		p := f.look.datum.of([2]float64{c.Lon, c.Lat})
		m.Cell = append(m.Cell, c.Cell)
		m.Lon = append(m.Lon, int32(east.to(degrees(p[0]))))
		m.Lat = append(m.Lat, int32(north.to(degrees(p[1]))))
		m.Count = append(m.Count, c.Count)
		m.Severity = append(m.Severity, uint32(c.Severity))
		m.State = append(m.State, words.number(c.State))
	}
	m.Word = words.all
	return m
}

// caseBinary is what an event tells of an alarm or an incident; nil of nil.
func caseBinary(c *caseBody) *pb.Case {
	if c == nil {
		return nil
	}
	return &pb.Case{Rev: c.Rev, Open: c.Open, Class: c.Class, Name: c.Name, Area: c.Area, State: c.State,
		Severity: uint32(c.Severity), Light: uint32(c.Light), Storm: c.Storm, Lon: c.Lon, Lat: c.Lat}
}
