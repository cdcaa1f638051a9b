// Package docket keeps what has a life and an end: alarms and incidents. Each is a
// case: a document with a revision, a marker that says where it is on the map and who
// sees it, and the events that made it what it is. The rooms that own the documents
// are twin/alarm and twin/incident; the store that keeps the assets keeps the cases.
package docket

import (
	"context"
	"encoding/json"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
)

// FirstFID is the number of the first case: those of assets are below it, so that
// numbers are unique among all that is on the map.
const FirstFID assets.FID = 1 << 52

// Case is an alarm or an incident as it is at a revision.
type Case struct {
	// Marker is how the map shows it and by what a scope judges it: Kind
	// (assets.Incident or assets.Alarm), ID (its number), Class, Name, Area, a point,
	// Sensitivity, and what tiles and streams show of it as Properties. The store
	// gives the FID.
	Marker *assets.Asset
	Rev    int64           // from 1
	Open   bool            // it is on the map and in memory
	At     time.Time       // of the last change, UTC
	Doc    json.RawMessage // all of it; values that nobody may read are sealed in it
}

// Event is one step in the life of a case.
type Event struct {
	N    int64           // from 1, without gaps: the revision that it made
	Type string          // what happened: "incident.dispatch", "alarm.raise"
	At   time.Time       // UTC
	Doc  json.RawMessage // who, why, where, with what: whatever the case can be made of again
}

// Change makes a case what it is now. FID, Rev, and both times (as that of the
// commit) are given by the store.
type Change struct {
	Case
	Was   int64 // the revision that was looked at; 0: it begins
	Event Event
}

// Query asks for cases, the newest number first.
type Query struct {
	Kind     assets.Kind
	From, To time.Time  // the last change in [From, To); zero: unbounded
	Open     *bool      // nil: both
	Area     string     // that of the marker, or empty
	Class    string     // that of the marker, or empty
	Before   assets.FID // the last of the page before; 0: the first page
	Limit    int
}

// Store keeps cases. All methods may be called at once.
type Store interface {
	// LoadCases yields all that are open, in order of FID.
	LoadCases(ctx context.Context, yield func(Case) error) error
	// Case reads one; assets.ErrNotFound: there is none.
	Case(ctx context.Context, k assets.Kind, id assets.ID) (Case, error)
	// CaseEvents reads all events of one, oldest first; none if there is no such case.
	CaseEvents(ctx context.Context, k assets.Kind, id assets.ID) ([]Event, error)
	// Cases returns a page.
	Cases(ctx context.Context, q Query) ([]Case, error)
	// LastCase is the greatest ID that begins so, by order of bytes; "": there is none.
	LastCase(ctx context.Context, k assets.Kind, prefix string) (assets.ID, error)
	// CommitCases makes all changes, with the audit entries and the rows of the
	// outbox that tell every node, in one transaction. A case may be changed more than
	// once, each time from the revision before. assets.ErrConflict: one of them has
	// another revision, or its ID is taken; then nothing is changed.
	CommitCases(ctx context.Context, changes []Change, entries ...audit.Entry) ([]Case, error)
}
