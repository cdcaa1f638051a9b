package assets

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"suhe/geo"
)

// wireAsset is an Asset as JSON. Lengths are metres, angles degrees.
type wireAsset struct {
	FID         FID             `json:"fid"`
	ID          string          `json:"id"`
	Kind        string          `json:"kind"`
	Class       string          `json:"class"`
	Name        string          `json:"name"`
	Geometry    json.RawMessage `json:"geometry,omitempty"`
	Base        geo.Metres      `json:"base"`
	Height      geo.Metres      `json:"height"`
	Orientation geo.Degrees     `json:"orientation"`
	Area        string          `json:"area,omitempty"`
	Chainage    *geo.Metres     `json:"chainage,omitempty"`
	Bank        geo.Bank        `json:"bank,omitempty"`
	Offset      *geo.Metres     `json:"offset,omitempty"`
	Owner       string          `json:"owner,omitempty"`
	Properties  Properties      `json:"properties"`
	Lifecycle   Lifecycle       `json:"lifecycle"`
	Revision    int64           `json:"revision"`
	ChangedAt   *time.Time      `json:"changedAt,omitempty"`
	ChangedBy   string          `json:"changedBy,omitempty"`
	Why         string          `json:"why,omitempty"`
	Camera      *wireCamera     `json:"camera,omitempty"`
	Sensor      *wireSensor     `json:"sensor,omitempty"`
}

type wireCamera struct {
	MountHeight   geo.Metres   `json:"mountHeight"`
	Azimuth       *geo.Degrees `json:"azimuth"` // nil: nobody told
	Tilt          geo.Degrees  `json:"tilt"`
	HorizontalFOV geo.Degrees  `json:"horizontalFov"`
	VerticalFOV   geo.Degrees  `json:"verticalFov"`
	Range         geo.Metres   `json:"range"`
	PTZ           string       `json:"ptz"`
	GBID          string       `json:"gbId,omitempty"`
	PanFrom       geo.Degrees  `json:"panFrom,omitempty"`
	PanTo         geo.Degrees  `json:"panTo,omitempty"`
	NarrowFOV     geo.Degrees  `json:"narrowFov,omitempty"`
}

type wireSensor struct {
	Measures       []wireMeasure `json:"measures"`
	ReportInterval float64       `json:"reportInterval"` // seconds
	MountedOn      string        `json:"mountedOn,omitempty"`
}

type wireMeasure struct {
	Phenomenon string     `json:"phenomenon"`
	Unit       string     `json:"unit"`
	Normal     [2]float64 `json:"normal"`
}

// MarshalJSON writes a as one JSON object; its geometry is GeoJSON with heights
// as third ordinates. What is empty and optional is left out.
func (a *Asset) MarshalJSON() ([]byte, error) {
	w := a.wire()
	if a.Shape.Geometry.Plane != nil {
		w.Geometry = geo.AppendGeoJSON(nil, a.Shape.Geometry)
	}
	return json.Marshal(w)
}

// wire is a without its geometry.
func (a *Asset) wire() wireAsset {
	w := wireAsset{
		FID: a.FID, ID: string(a.ID), Kind: string(a.Kind), Class: a.Class, Name: a.Name,
		Base: a.Shape.Base, Height: a.Shape.Height, Orientation: a.Shape.Orientation,
		Area: a.Location.Area, Owner: a.Owner, Properties: a.Properties,
		Lifecycle: a.Lifecycle, Revision: a.Revision.N, ChangedBy: a.Revision.By, Why: a.Revision.Why,
	}
	if p := a.Location.Place; p != nil {
		w.Chainage, w.Bank, w.Offset = &p.Chainage, p.Bank, &p.Offset
	}
	if !a.Revision.At.IsZero() {
		w.ChangedAt = &a.Revision.At
	}
	if a.Camera != nil {
		w.Camera = a.Camera.wire()
	}
	if a.Sensor != nil {
		w.Sensor = a.Sensor.wire()
	}
	return w
}

// UnmarshalJSON reads what MarshalJSON writes; fields that it does not know are
// passed over. It reads the shape of the text only: Registry.Check has the
// rules. Errors wrap ErrInvalid.
func (a *Asset) UnmarshalJSON(b []byte) error {
	var w wireAsset
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("%w: asset: %w", ErrInvalid, err)
	}
	out := Asset{
		FID: w.FID, ID: ID(w.ID), Kind: Kind(w.Kind), Class: w.Class, Name: w.Name,
		Shape:    Shape{Base: w.Base, Height: w.Height, Orientation: w.Orientation},
		Location: Location{Area: w.Area}, Owner: w.Owner, Properties: w.Properties,
		Lifecycle: w.Lifecycle,
		Revision:  Revision{N: w.Revision, By: w.ChangedBy, Why: w.Why},
	}
	if len(w.Geometry) > 0 && string(w.Geometry) != "null" {
		g, err := geo.DecodeGeoJSON(w.Geometry)
		if err != nil {
			return fmt.Errorf("%w: geometry: %w", ErrInvalid, err)
		}
		out.Shape.Geometry = g
	}
	if w.Chainage != nil && w.Offset != nil {
		out.Location.Place = &geo.Place{Chainage: *w.Chainage, Bank: w.Bank, Offset: *w.Offset}
	}
	if w.ChangedAt != nil {
		out.Revision.At = *w.ChangedAt
	}
	if w.Camera != nil {
		out.Camera = w.Camera.spec()
	}
	if w.Sensor != nil {
		s, err := w.Sensor.spec()
		if err != nil {
			return err
		}
		out.Sensor = s
	}
	*a = out
	return nil
}

// MarshalJSON writes the specification as the camera member of an asset's JSON.
func (c *CameraSpec) MarshalJSON() ([]byte, error) { return json.Marshal(c.wire()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (c *CameraSpec) UnmarshalJSON(b []byte) error {
	var w wireCamera
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*c = *w.spec()
	return nil
}

func (c *CameraSpec) wire() *wireCamera {
	w := &wireCamera{
		MountHeight: c.MountHeight, Tilt: c.Tilt, HorizontalFOV: c.HorizontalFOV, VerticalFOV: c.VerticalFOV, Range: c.Range,
		PTZ: c.PTZ, GBID: c.GBID, PanFrom: c.PanFrom, PanTo: c.PanTo, NarrowFOV: c.NarrowFOV,
	}
	if !c.Unaimed {
		w.Azimuth = &c.Azimuth
	}
	return w
}

func (w *wireCamera) spec() *CameraSpec {
	c := &CameraSpec{
		MountHeight: w.MountHeight, Unaimed: w.Azimuth == nil, Tilt: w.Tilt, HorizontalFOV: w.HorizontalFOV, VerticalFOV: w.VerticalFOV,
		Range: w.Range, PTZ: w.PTZ, GBID: w.GBID, PanFrom: w.PanFrom, PanTo: w.PanTo, NarrowFOV: w.NarrowFOV,
	}
	if w.Azimuth != nil {
		c.Azimuth = *w.Azimuth
	}
	return c
}

// MarshalJSON writes the specification as the sensor member of an asset's JSON.
func (s *SensorSpec) MarshalJSON() ([]byte, error) { return json.Marshal(s.wire()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *SensorSpec) UnmarshalJSON(b []byte) error {
	var w wireSensor
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("%w: sensor: %w", ErrInvalid, err)
	}
	got, err := w.spec()
	if err != nil {
		return err
	}
	*s = *got
	return nil
}

func (s *SensorSpec) wire() *wireSensor {
	w := &wireSensor{
		Measures:       make([]wireMeasure, len(s.Measures)),
		ReportInterval: s.ReportInterval.Seconds(),
		MountedOn:      string(s.MountedOn),
	}
	for i, m := range s.Measures {
		w.Measures[i] = wireMeasure(m)
	}
	return w
}

func (w *wireSensor) spec() (*SensorSpec, error) {
	// Beyond this, seconds as a Duration would overflow.
	if math.Abs(w.ReportInterval) > MaxReportInterval.Seconds() {
		return nil, fmt.Errorf("%w: sensor.reportInterval: %v s out of [0,%v]", ErrInvalid, w.ReportInterval, MaxReportInterval.Seconds())
	}
	s := &SensorSpec{
		Measures:       make([]Measure, len(w.Measures)),
		ReportInterval: time.Duration(math.Round(w.ReportInterval * 1e9)),
		MountedOn:      ID(w.MountedOn),
	}
	for i, m := range w.Measures {
		s.Measures[i] = Measure(m)
	}
	return s, nil
}
