package store

import (
	"fmt"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// Pending is one row of an outbox that has no number yet, with its asset as it
// is in the same snapshot.
type Pending struct {
	Row     int64 // key of the outbox row
	FID     assets.FID
	ID      assets.ID
	Removed bool
	At      time.Time
	Hand    string        // the role of the database that made the change past every store, or empty
	Is      *assets.Asset // nil: gone or unreadable
	Err     error         // why the asset, or Event, cannot be read
	Event   *twin.Event   // of a step of a case: what is to be told of it
}

// Fate is what became of a Pending.
type Fate struct {
	Row     int64
	Seq     uint64 // 0: it takes no number
	Refused string // why, or empty
}

// Numbering is how Number asks and tells; see twin.Outbox.
type Numbering struct {
	Prepare func(*assets.Asset) (*assets.Asset, error)
	Put     func(twin.Event) error
	Bad     func(assets.FID, error)
}

// Number gives the pending rows, in their order, the numbers after last. Of an
// asset's rows only the last counts, as it says what all say: how the asset is
// now. A change of an asset that is gone takes no number: its removal does,
// which comes later. Of a case every step counts. If Put fails, the fates end before that row.
func Number(pending []Pending, last uint64, n Numbering) (fates []Fate, now uint64, err error) {
	final := make(map[assets.FID]int64, len(pending))
	for _, p := range pending {
		if p.Event == nil {
			final[p.FID] = p.Row
		}
	}
	fates = make([]Fate, 0, len(pending))
	for _, p := range pending {
		fate := Fate{Row: p.Row}
		if p.Event != nil || final[p.FID] == p.Row {
			event, refused := n.event(p)
			if refused != nil {
				fate.Refused = refused.Error()
			} else if event.Type != "" {
				event.Seq = last + 1
				if err := n.Put(event); err != nil {
					return fates, last, fmt.Errorf("put event %d of asset %s: %w", event.Seq, p.ID, err)
				}
				last, fate.Seq = event.Seq, event.Seq
			}
		}
		fates = append(fates, fate)
	}
	return fates, last, nil
}

// event makes the event of p. Its Type is empty if there is nothing to tell;
// refused if the asset is no good, which Bad has then been told.
func (n Numbering) event(p Pending) (e twin.Event, refused error) {
	if p.Event != nil && p.Err == nil {
		return *p.Event, nil
	}
	e = twin.Event{Time: p.At, FID: p.FID, ID: p.ID}
	switch {
	case p.Removed:
		e.Type = twin.AssetRemoved
		return e, nil
	case p.Err != nil:
		n.Bad(p.FID, p.Err)
		return e, p.Err
	case p.Is == nil:
		return e, nil
	}
	complete, err := n.Prepare(p.Is)
	if err != nil {
		n.Bad(p.FID, err)
		return e, err
	}
	e.Type, e.Asset = twin.AssetPut, complete
	return e, nil
}
