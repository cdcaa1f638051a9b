package assets

import (
	"time"

	"suhe/geo"
)

// ID is the stable name of an asset: 1 to 128 of A–Z a–z 0–9 _ - . : with a
// letter or digit first. It goes into topics and addresses as it is.
type ID string

// FID is the dense number of an asset, from 1, below 2^53; the store gives it
// once and it is never used again.
type FID uint64

// Lifecycle is a stage of an asset's life.
type Lifecycle string

// The stages of life.
const (
	Planned Lifecycle = "planned"
	InUse   Lifecycle = "in_use"
	Retired Lifecycle = "retired"
)

// Asset is one registered thing. A published Asset is never changed: edits
// make a new one.
type Asset struct {
	ID          ID
	FID         FID
	Kind        Kind
	Class       string // code in the class tables
	Name        string
	Shape       Shape
	Location    Location
	Owner       string
	Properties  Properties
	Lifecycle   Lifecycle
	Revision    Revision
	Sensitivity Sensitivity // derived by Registry from class and properties, never typed in
	Camera      *CameraSpec // only if Kind is Camera
	Sensor      *SensorSpec // only if Kind is Sensor
}

// Shape is the body of an asset.
type Shape struct {
	Geometry    geo.Solid
	Base        geo.Metres  // of the foot above ground
	Height      geo.Metres  // of the top above ground; 0 is flat
	Orientation geo.Degrees // clockwise from north
}

// Location is where an asset is in the terms of the district; it is derived
// from the geometry by Registry and never typed in.
type Location struct {
	Area  string     // code of the 街镇, or empty outside all
	Place *geo.Place // along the creek, nil when farther than 2 km from it
}

// Revision is the count of an asset's edits, from 1, and the last one's story.
type Revision struct {
	N   int64
	At  time.Time
	By  string
	Why string
}

// CameraSpec is how a camera looks, as far as it is told: a height, a field of view or
// a range of 0 is not, and is taken from its class (Classes.Lens).
type CameraSpec struct {
	MountHeight   geo.Metres  // of the lens above ground, [0,200]
	Unaimed       bool        // nobody told where it looks: Azimuth and Tilt say nothing
	Azimuth       geo.Degrees // clockwise from north, [0,360)
	Tilt          geo.Degrees // downward from the horizon, [-90,90]
	HorizontalFOV geo.Degrees // [0,360]
	VerticalFOV   geo.Degrees // [0,180]
	Range         geo.Metres  // useful range, [0,5000]
	PTZ           string      // fixed | ptz | dome; dome looks around without turning
	GBID          string      // GB/T 28181 code, 20 digits, or empty

	PanFrom, PanTo geo.Degrees // azimuths between which one that turns can look, clockwise, [0,360); equal: all round
	NarrowFOV      geo.Degrees // the least horizontal field of view of one with a zoom, [0,HorizontalFOV]
}

// The ways of cameras to turn.
const (
	FixedCamera   = "fixed"
	TurningCamera = "ptz"
	DomeCamera    = "dome"
)

// SensorSpec is what a sensor measures and when it reports.
type SensorSpec struct {
	Measures       []Measure
	ReportInterval time.Duration // 0: reports on change only, never counts as offline
	MountedOn      ID            // or empty
}

// Measure is one phenomenon of a sensor.
type Measure struct {
	Phenomenon string     // code in the phenomenon table: water_level, flow …
	Unit       string     // UCUM: m, m3/s, Cel …
	Normal     [2]float64 // normal range; outside it the value is out of order, not invalid
}

// Property is one value of an asset's properties: nil, bool, float64, string, or []any and map[string]any of these.
type Property struct {
	Key   string
	Value any
}

// Properties are in the order of their keys, each key once. As JSON they are an object.
type Properties []Property
