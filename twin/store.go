package twin

import (
	"context"
	"time"

	"suhe/assets"
)

// Outbox is what the relay needs of the store: committed changes in order.
type Outbox interface {
	// Epoch returns the log's epoch; a new store has the time of its birth in Unix
	// seconds, so that no two logs share one.
	Epoch(ctx context.Context) (uint64, error)
	// NextEpoch begins a new epoch: the number rises by one.
	NextEpoch(ctx context.Context) (uint64, error)
	// Published is the number of the last event that was published.
	Published(ctx context.Context) (uint64, error)
	// Publish takes every committed change that is not yet published, in commit
	// order. It hands the asset of each put to prepare, which returns it complete
	// (a row edited by hand lacks what the registry derives) or refuses it; what
	// is refused, and a row that cannot be read as an asset, goes to bad with the
	// error, takes no number and is never seen again. All others it numbers
	// without gaps from max(Published, from)+1 on, hands each to put, and
	// remembers the last for which put returned nil; an error of put ends it and
	// comes back wrapped. last is Published as it is then. One caller at a time
	// across all nodes; it holds a lock of the store meanwhile.
	Publish(ctx context.Context, from uint64, prepare func(*assets.Asset) (*assets.Asset, error), put func(Event) error, bad func(assets.FID, error)) (last uint64, err error)
	// Wake returns a channel that gets a value when there may be something to
	// publish; it closes when ctx ends. Values may be missed or be idle.
	Wake(ctx context.Context) <-chan struct{}
}

// Kept is an observation of the log with its place there.
type Kept struct {
	Observation
	Seq uint64 // OBS sequence of the message that carried it
}

// Sample is one point of a time series.
type Sample struct {
	Time  int64   `json:"time"` // Unix milliseconds
	Value float64 `json:"value"`
}

// FindingQuery asks for findings, the newest first.
type FindingQuery struct {
	From, To time.Time  // PhenomenonTime in [From, To)
	Camera   assets.ID  // or empty: of all
	Class    string     // or empty: of all
	After    FindingKey // the last of the page before; zero: the first page
	Limit    int
}

// History keeps every observation, every finding, and every fix, believed or not.
type History interface {
	// Save writes the batch and the OBS position that it completes, in one
	// transaction; the position never falls. What is already there (same asset,
	// phenomenon and phenomenonTime) stays as it is. Observations of unknown
	// assets are dropped.
	Save(ctx context.Context, batch []Kept, obs uint64) error
	// SaveFixes writes the fixes, in one transaction. What is already there (same
	// asset and phenomenonTime) stays as it is; fixes of unknown assets are
	// dropped. Save with their position comes after it.
	SaveFixes(ctx context.Context, batch []KeptFix) error
	// SaveFindings is SaveFixes for findings: each hook and id once.
	SaveFindings(ctx context.Context, batch []KeptFinding) error
	// Saved returns the OBS position that Save completed last; 0 if none.
	Saved(ctx context.Context) (obs uint64, err error)
	// Latest yields the newest observation (by PhenomenonTime) of each asset and
	// phenomenon, but none that was two minutes ahead of when a later Save's was
	// received: that clock has been set back. It returns the OBS position that Save completed last.
	Latest(ctx context.Context, yield func(Kept) error) (obs uint64, err error)
	// LatestFixes yields of each mover the newest fix before since and all from
	// then on, one mover after the other, each in order of PhenomenonTime.
	LatestFixes(ctx context.Context, since time.Time, yield func(KeptFix) error) error
	// Fixes returns those of the asset in [from, to), oldest first; if there are
	// more than limit, the newest limit ones.
	Fixes(ctx context.Context, id assets.ID, from, to time.Time, limit int) ([]Fix, error)
	// LatestFindings yields the newest finding of each camera.
	LatestFindings(ctx context.Context, yield func(KeptFinding) error) error
	// Findings returns a page of those of the assets that still are.
	Findings(ctx context.Context, q FindingQuery) ([]Finding, error)
	// Series returns the samples in [from, to), oldest first; if there are more
	// than limit, the newest limit ones.
	Series(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) ([]Sample, error)
	// Readings returns the observations of the asset in [from, to), of one phenomenon or,
	// if that is empty, of all, in the order in which they were received; if there are more
	// than limit, the newest limit ones (by PhenomenonTime).
	Readings(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) ([]Observation, error)
	// Forget removes what of the sort is of before that time (PhenomenonTime), at most
	// so many rows in one transaction, and returns how many; 0: nothing is left. What
	// Latest yields stays.
	Forget(ctx context.Context, of Sort, before time.Time, most int) (removed int, err error)
}
