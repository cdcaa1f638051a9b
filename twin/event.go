package twin

import (
	"time"

	"suhe/assets"
)

// Event is one thing that happened by decision: an edit of the registry, later
// incidents and alarms. Events are never lost and never overtake each other.
type Event struct {
	Seq   uint64        `json:"seq"` // place in EVENTS, from 1 without gaps
	Time  time.Time     `json:"time"`
	Type  string        `json:"type"` // asset.put | asset.removed
	FID   assets.FID    `json:"fid"`
	ID    assets.ID     `json:"id"`
	Asset *assets.Asset `json:"asset,omitempty"` // with asset.put

	// Was is the asset that a world removed by it: who saw that may know. It is not
	// in the log.
	Was *assets.Asset `json:"-"`
}

// The types of events.
const (
	AssetPut     = "asset.put"
	AssetRemoved = "asset.removed"
)
