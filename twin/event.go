package twin

import (
	"encoding/json"
	"time"

	"suhe/assets"
)

// Event is one thing that happened by decision: an edit of the registry, or a step of
// an alarm or an incident. Events are never lost and never overtake each other.
type Event struct {
	Seq   uint64        `json:"seq"` // place in EVENTS, from 1 without gaps
	Time  time.Time     `json:"time"`
	Type  string        `json:"type"` // asset.put | asset.removed | what a case names its step
	FID   assets.FID    `json:"fid"`
	ID    assets.ID     `json:"id"`
	Asset *assets.Asset `json:"asset,omitempty"` // with asset.put, and of a case its marker

	// Of a case: whether it is still on the map, the revision that it has now, and its
	// document, which rooms above know how to read.
	Open bool            `json:"open,omitempty"`
	Rev  int64           `json:"rev,omitempty"`
	Doc  json.RawMessage `json:"doc,omitempty"`

	// Was is the asset that a world removed by it: who saw that may know. It is not
	// in the log.
	Was *assets.Asset `json:"-"`
}

// The types of events.
const (
	AssetPut     = "asset.put"
	AssetRemoved = "asset.removed"
)

// OfCase says whether the event is a step of an alarm or an incident.
func (e *Event) OfCase() bool { return e.Asset != nil && !e.Asset.Kind.Registered() }
