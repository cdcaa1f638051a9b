package twin

import (
	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Communication is whether a device talks to us.
type Communication string

// Data is whether what a device says can be used.
type Data string

// Service is whether a device is meant to work.
type Service string

// The states of a device, kept apart. Things that are no devices have Unknown and None.
const (
	Online  Communication = "online"
	Offline Communication = "offline"
	Unknown Communication = "unknown"

	Fresh   Data = "fresh"
	Stale   Data = "stale"
	Stuck   Data = "stuck"
	Invalid Data = "invalid"
	None    Data = "none"

	Normal      Service = "normal"
	Maintenance Service = "maintenance"
	Fault       Service = "fault"
	Retired     Service = "retired"
)

// State is the latest of all that is known about a thing's health.
type State struct {
	Communication Communication `json:"communication"`
	Data          Data          `json:"data"`
	Service       Service       `json:"service"`
}

// Severity is how bad things are: 1 特别重大, 2 重大, 3 较大, 4 一般, 0 nothing.
type Severity uint8

// Thing is one asset and all that is known of it now. It is immutable once
// published: the world replaces it.
type Thing struct {
	Label    Label
	Severity Severity
	Asset    *assets.Asset
	geometry orb.Geometry  // where it is now: of a mover that was heard, its fix
	Flat     geo.Flat      // the asset's geometry, prepared for tiles: of a mover its home
	Anchor   [2]float64    // lon, lat of the point that stands for it: of a mover that was heard, where it is
	Last     []Observation // latest of each phenomenon, in order of phenomenon
	State    State
	Changed  Position // what last changed it; Obs and Events count on their own
	Live     *Live    // where a mover is now; nil of all else, and until it was heard

	Finding *Finding // the latest in a camera's picture; nil if there was none

	_ [8]byte // six lines of a processor's cache: then the label lies in two
}

// Bound is the box of where the thing is now, in degrees WGS84.
func (t *Thing) Bound() orb.Bound {
	if t.Live != nil {
		return t.Live.Point().Bound()
	}
	return t.Asset.Shape.Geometry.Plane.Bound()
}

// Moves says whether the thing's place is its own to tell: it may be elsewhere
// without an edit of the registry.
func (t *Thing) Moves() bool { return t.Asset.Kind == assets.Mover }

// Location is where the thing is now in terms of the district and the creek.
func (t *Thing) Location() assets.Location {
	if t.Live != nil {
		return t.Live.Location
	}
	return t.Asset.Location
}

// Change is one thing before and after. No Was: it is new; no Is: it is gone.
type Change struct{ Was, Is *Thing }

// Redraws says whether the change can alter a tile. Any edit of the registry
// can, also by what scopes look at; of an observation only the state in one word
// and the severity show; of what moves, nothing.
func (c Change) Redraws() bool {
	if (c.Was == nil || !c.Was.Asset.Kind.Drawn()) && (c.Is == nil || !c.Is.Asset.Kind.Drawn()) {
		return false
	}
	if c.Was == nil || c.Is == nil || c.Was.Asset != c.Is.Asset {
		return true
	}
	return c.Was.Severity != c.Is.Severity || c.Was.Device() && c.Was.Summary() != c.Is.Summary()
}

// Batch is what one step of the world changed, and where the log stands then.
// It is shared: sinks do not change it.
type Batch struct {
	At       Position
	Shown    uint64 // the batch's number: who reads the world at this or a later one sees it
	Changes  []Change
	Events   []Event
	Findings []KeptFinding // all that are new, in the order of the log
	Heard    []Heard       // all that became the state, in the order of the log; only if a Listener is told
}

// Heard is an observation that became the state of its thing, if only until the next
// of the same batch.
type Heard struct {
	Observation
	FID   assets.FID
	Valid bool // it is in the range that the phenomenon can have
}

// Sink is told of every batch, in order, by the world's one writer. It must not
// block: it marks and returns.
type Sink interface{ Took(Batch) }

// Listener is a sink that wants every observation, not only what they leave: for it
// Batch.Heard is kept.
type Listener interface {
	Sink
	Listens()
}
