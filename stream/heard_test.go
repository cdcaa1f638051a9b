package stream

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"suhe/assets"
	pb "suhe/stream/suhev1"
	"suhe/twin"
)

// said is a frame of the server as a client understands it, whichever format it
// came in. The generated code reads the binary one.
type said struct {
	Type, ID  string
	At        twin.Position
	Time      int64
	Heartbeat int
	Session   string
	Entered   []object // whole
	Changed   []object // held already; JSON has none, there they come whole
	Removed   []assets.FID
	More      bool
	Layer     string
	Cells     []cellHeard
	Tiles     map[string][][3]uint32
	All       []string
	Event     eventHeard
	Reason    string
	Interval  int64
	Code      int
	Name      string
	Reconnect bool
	After     int64
	Here      []screenHeard
	Gone      []string
}

// object is a thing as a client holds it: the fields that it was told.
type object struct {
	FID                    assets.FID
	Have                   fields
	ID, Layer, Class, Name string
	Lon, Lat               float64
	State                  twin.State
	Summary                string
	Severity               twin.Severity
	Values                 string // in the order that they came
	Time                   int64
}

type cellHeard struct {
	Cell     uint64
	Lon, Lat float64
	Count    uint32
	Severity twin.Severity
	State    string
}

type eventHeard struct {
	Seq         uint64
	Time        int64
	Type, Layer string
	FID         assets.FID
	ID          string
}

type screenHeard struct {
	Session, Name string
	Camera        *camera
	Selected      assets.FID
	Since         int64
}

func valueText(name string, v float64) string { return fmt.Sprintf("%q=%v;", name, v) }

// hear reads a frame.
func hear(f format, b []byte) (said, error) {
	if f == asBinary {
		return hearBinary(b)
	}
	return hearJSON(b)
}

// jsonTime is a time of the JSON format, as Unix milliseconds.
type jsonTime int64

func (t *jsonTime) UnmarshalText(b []byte) error {
	at, err := time.Parse(time.RFC3339Nano, string(b))
	*t = jsonTime(at.UnixMilli())
	return err
}

// jsonObject is an object of the JSON format.
type jsonObject struct {
	FID      assets.FID
	ID       *string
	Layer    *string
	Class    *string
	Name     *string
	Lon, Lat *float64
	State    *twin.State
	Summary  *string
	Severity *twin.Severity
	Values   *json.RawMessage
	Time     *jsonTime
}

func (o jsonObject) object() (out object, err error) {
	out.FID = o.FID
	text(&out, fieldID, &out.ID, o.ID)
	text(&out, fieldLayer, &out.Layer, o.Layer)
	text(&out, fieldClass, &out.Class, o.Class)
	text(&out, fieldName, &out.Name, o.Name)
	text(&out, fieldLon, &out.Lon, o.Lon)
	text(&out, fieldLat, &out.Lat, o.Lat)
	text(&out, fieldState, &out.State, o.State)
	text(&out, fieldSummary, &out.Summary, o.Summary)
	text(&out, fieldSeverity, &out.Severity, o.Severity)
	if o.Time != nil {
		out.Have, out.Time = out.Have|fieldTime, int64(*o.Time)
	}
	if o.Values != nil {
		out.Have |= fieldValues
		out.Values, err = jsonValues(*o.Values)
	}
	return out, err
}

// text takes over a field that was told.
func text[T any](o *object, f fields, to, from *T) {
	if from != nil {
		*to, o.Have = *from, o.Have|f
	}
}

// jsonValues keeps the order of the object's members.
func jsonValues(b []byte) (string, error) {
	d := json.NewDecoder(strings.NewReader(string(b)))
	var out strings.Builder
	if _, err := d.Token(); err != nil {
		return "", err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return "", err
		}
		var v float64
		if err := d.Decode(&v); err != nil {
			return "", err
		}
		out.WriteString(valueText(name.(string), v))
	}
	return out.String(), nil
}

func hearJSON(b []byte) (out said, err error) {
	var f struct {
		Type, ID        string
		Position        twin.Position
		Time            jsonTime
		Heartbeat       int
		Session         string
		Objects, Upsert []jsonObject
		Remove          []assets.FID
		More            bool
		Layer           string
		Cells           []cellHeard
		Changed         map[string][][3]uint32
		All             []string
		Event           struct {
			Seq         uint64
			Time        jsonTime
			Type, Layer string
			FID         assets.FID
			ID          string
		}
		Reason    string
		Interval  int64
		Code      int
		Name      string
		Reconnect bool
		After     int64
		Here      []struct {
			Session, Name string
			Camera        *camera
			Selected      assets.FID
			Since         jsonTime
		}
		Gone []string
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return out, fmt.Errorf("%s: %w", b, err)
	}
	out = said{Type: f.Type, ID: f.ID, At: f.Position, Time: int64(f.Time), Heartbeat: f.Heartbeat, Session: f.Session, Removed: f.Remove, More: f.More,
		Layer: f.Layer, Cells: f.Cells, Tiles: f.Changed, All: f.All,
		Event:  eventHeard{f.Event.Seq, int64(f.Event.Time), f.Event.Type, f.Event.Layer, f.Event.FID, f.Event.ID},
		Reason: f.Reason, Interval: f.Interval, Code: f.Code, Name: f.Name, Reconnect: f.Reconnect, After: f.After, Gone: f.Gone}
	for _, o := range append(f.Objects, f.Upsert...) {
		is, err := o.object()
		if err != nil {
			return out, fmt.Errorf("%s: %w", b, err)
		}
		out.Entered = append(out.Entered, is)
	}
	for _, s := range f.Here {
		out.Here = append(out.Here, screenHeard{s.Session, s.Name, s.Camera, s.Selected, int64(s.Since)})
	}
	return out, nil
}

func hearBinary(b []byte) (out said, err error) {
	var m pb.Tell
	if err := proto.Unmarshal(b, &m); err != nil {
		return out, err
	}
	if n := len(m.ProtoReflect().GetUnknown()); n > 0 {
		return out, fmt.Errorf("%d bytes of unknown fields", n)
	}
	switch m := m.Tell.(type) {
	case *pb.Tell_Hello:
		h := m.Hello
		out = said{Type: "hello", At: positionHeard(h.Position), Time: h.Time, Heartbeat: int(h.Heartbeat), Session: h.Session}
	case *pb.Tell_Time:
		out = said{Type: "time", At: positionHeard(m.Time.Position), Time: m.Time.Time}
	case *pb.Tell_Snapshot:
		s := m.Snapshot
		out = said{Type: "snapshot", ID: s.Id, At: positionHeard(s.Position), More: s.More}
		out.Entered, err = objectsHeard(s.Objects)
	case *pb.Tell_Delta:
		d := m.Delta
		out = said{Type: "delta", ID: d.Id, At: positionHeard(d.Position), Removed: fidsHeard(d.Remove)}
		if out.Entered, err = objectsHeard(d.Entered); err == nil {
			out.Changed, err = objectsHeard(d.Changed)
		}
	case *pb.Tell_Clusters:
		out, err = clustersHeard(m.Clusters)
	case *pb.Tell_Tiles:
		out = said{Type: "tiles", ID: m.Tiles.Id, At: positionHeard(m.Tiles.Position), All: m.Tiles.All, Tiles: map[string][][3]uint32{}}
		for _, l := range m.Tiles.Changed {
			for zxy := range slices.Chunk(l.Zxy, 3) {
				out.Tiles[l.Layer] = append(out.Tiles[l.Layer], [3]uint32(zxy))
			}
		}
	case *pb.Tell_Event:
		e := m.Event
		out = said{Type: "event", Event: eventHeard{e.Seq, e.Time, e.Type, e.Layer, assets.FID(e.Fid), e.Id}}
	case *pb.Tell_Resync:
		out = said{Type: "resync", ID: m.Resync.Id, Reason: m.Resync.Reason}
	case *pb.Tell_Error:
		out = said{Type: "error", ID: m.Error.Id, Reason: m.Error.Reason}
	case *pb.Tell_Slow:
		out = said{Type: "slow", Interval: int64(m.Slow.Interval), Reason: m.Slow.Reason}
	case *pb.Tell_Bye:
		b := m.Bye
		out = said{Type: "bye", Code: int(b.Code), Name: b.Name, Reason: b.Reason, Reconnect: b.Reconnect, After: int64(b.After)}
	case *pb.Tell_Presence:
		out = said{Type: "presence", Gone: m.Presence.Gone}
		for _, s := range m.Presence.Here {
			is := screenHeard{Session: s.Session, Name: s.Name, Selected: assets.FID(s.Selected), Since: s.Since}
			if c := s.Camera; c != nil {
				is.Camera = &camera{c.Lon, c.Lat, c.Zoom, c.Bearing, c.Pitch}
			}
			out.Here = append(out.Here, is)
		}
	default:
		err = fmt.Errorf("a Tell of %T", m)
	}
	return out, err
}

func positionHeard(p *pb.Position) twin.Position {
	return twin.Position{Epoch: p.GetEpoch(), Obs: p.GetObs(), Events: p.GetEvents()}
}

func fidsHeard(steps []uint64) (out []assets.FID) {
	fid := uint64(0)
	for _, step := range steps {
		fid += step
		out = append(out, assets.FID(fid))
	}
	return out
}

func clustersHeard(c *pb.Clusters) (said, error) {
	out := said{Type: "clusters", ID: c.Id, At: positionHeard(c.Position), Layer: c.Layer}
	n := len(c.Cell)
	if len(c.Lon) != n || len(c.Lat) != n || len(c.Count) != n || len(c.Severity) != n || len(c.State) != n {
		return out, fmt.Errorf("columns of different length in %v", c)
	}
	var lon, lat int64
	for i := range n {
		lon, lat = lon+int64(c.Lon[i]), lat+int64(c.Lat[i])
		out.Cells = append(out.Cells, cellHeard{c.Cell[i], float64(lon) / 1e7, float64(lat) / 1e7, c.Count[i], twin.Severity(c.Severity[i]), c.Word[c.State[i]]})
	}
	return out, nil
}

// objectsHeard reads the columns.
func objectsHeard(o *pb.Objects) (out []object, err error) {
	if o == nil {
		return nil, nil
	}
	n := len(o.Fid)
	for name, have := range map[string]int{"id": len(o.Id), "layer": len(o.Layer), "class": len(o.Class), "name": len(o.Name), "lon": len(o.Lon), "lat": len(o.Lat),
		"state": len(o.State), "summary": len(o.Summary), "time": len(o.Time), "heard": len(o.Heard), "values": len(o.Values)} {
		if have != 0 && have != n {
			return nil, fmt.Errorf("column %s has %d entries for %d things", name, have, n)
		}
	}
	var lon, lat, clock int64
	values := 0
	fids := fidsHeard(o.Fid)
	for i := range n {
		is := object{FID: fids[i]}
		entry(&is, fieldID, &is.ID, o.Id, i, func(s string) string { return s })
		word := func(n uint32) string { return o.Word[n] }
		entry(&is, fieldLayer, &is.Layer, o.Layer, i, word)
		entry(&is, fieldClass, &is.Class, o.Class, i, word)
		entry(&is, fieldName, &is.Name, o.Name, i, func(s string) string { return s })
		entry(&is, fieldLon, &is.Lon, o.Lon, i, func(d int32) float64 { lon += int64(d); return float64(lon) / 1e7 })
		entry(&is, fieldLat, &is.Lat, o.Lat, i, func(d int32) float64 { lat += int64(d); return float64(lat) / 1e7 })
		entry(&is, fieldState|fieldSeverity, &is.State, o.State, i, stateHeard)
		entry(&is, fieldSeverity, &is.Severity, o.State, i, func(n uint32) twin.Severity { return twin.Severity(n / 128) })
		entry(&is, fieldSummary, &is.Summary, o.Summary, i, word)
		if len(o.Time) > 0 {
			if clock += o.Time[i]; o.Heard[i] == 1 {
				is.Have, is.Time = is.Have|fieldTime, clock
			}
		}
		if len(o.Values) > 0 {
			is.Have |= fieldValues
			for range o.Values[i] {
				is.Values += valueText(o.Word[o.Phenomenon[values]], o.Value[values])
				values++
			}
		}
		out = append(out, is)
	}
	if values != len(o.Value) {
		return nil, fmt.Errorf("%d values for %d", len(o.Value), values)
	}
	return out, nil
}

// entry takes over the i-th entry of a column, if there is one.
func entry[C, T any](o *object, f fields, to *T, column []C, i int, read func(C) T) {
	if len(column) > 0 {
		*to, o.Have = read(column[i]), o.Have|f
	}
}

func stateHeard(n uint32) twin.State {
	return twin.State{
		Communication: [...]twin.Communication{twin.Unknown, twin.Online, twin.Offline}[n%4],
		Data:          [...]twin.Data{twin.None, twin.Fresh, twin.Stale, twin.Stuck, twin.Invalid}[n/4%8],
		Service:       [...]twin.Service{twin.Normal, twin.Maintenance, twin.Fault, twin.Retired}[n/32%4],
	}
}

// objectOf is the thing as a client that asked for the look holds it.
func objectOf(t *twin.Thing, l *look) object {
	at := l.datum.of(t.Anchor)
	o := object{FID: t.Asset.FID, Have: l.fields, ID: string(t.Asset.ID), Layer: t.Asset.Kind.Layer(), Class: t.Asset.Class, Name: t.Asset.Name,
		Lon: at[0], Lat: at[1], State: t.State, Summary: t.Summary(), Severity: t.Severity, Time: heard(t)}
	values(t, func(name string, value float64) { o.Values += valueText(name, value) })
	if o.Time == 0 {
		o.Have &^= fieldTime
	}
	return o.only(l.fields)
}

// only is the object with some of its fields: a client that asked for the state or
// the severity alone looks at that alone.
func (o object) only(f fields) object {
	out := object{FID: o.FID, Have: o.Have & f}
	out.merge(object{Have: out.Have, ID: o.ID, Layer: o.Layer, Class: o.Class, Name: o.Name, Lon: o.Lon, Lat: o.Lat, State: o.State,
		Summary: o.Summary, Severity: o.Severity, Values: o.Values, Time: o.Time})
	return out
}

// merge takes over what another has.
func (o *object) merge(from object) {
	for _, part := range []struct {
		field fields
		take  func()
	}{
		{fieldID, func() { o.ID = from.ID }}, {fieldLayer, func() { o.Layer = from.Layer }}, {fieldClass, func() { o.Class = from.Class }},
		{fieldName, func() { o.Name = from.Name }}, {fieldLon, func() { o.Lon = from.Lon }}, {fieldLat, func() { o.Lat = from.Lat }},
		{fieldState, func() { o.State = from.State }}, {fieldSummary, func() { o.Summary = from.Summary }},
		{fieldSeverity, func() { o.Severity = from.Severity }}, {fieldValues, func() { o.Values = from.Values }}, {fieldTime, func() { o.Time = from.Time }},
	} {
		if from.Have&part.field != 0 {
			part.take()
		}
	}
	o.Have |= from.Have
}

// near says whether both say the same, places to about a centimetre.
func (o object) near(other object) bool {
	d := max(o.Lon-other.Lon, other.Lon-o.Lon, o.Lat-other.Lat, other.Lat-o.Lat)
	other.Lon, other.Lat = o.Lon, o.Lat
	return o == other && d <= 2e-7
}
