// Package storetest is the one contract of every store: what holds for one
// holds for all. A store's own tests call Run with a way to open databases.
package storetest

import (
	"context"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/docket"
	"suhe/internal/settings"
	"suhe/twin"
	"suhe/twin/survey"
)

// Store is all that a store does.
type Store interface {
	assets.Store
	assets.Archive
	twin.Outbox
	twin.History
	settings.Store
	docket.Store
	audit.Store
	survey.Past
}

// House is one database under test.
type House interface {
	// Open opens one more store on the database, closed when the test ends.
	Open(t testing.TB) Store
	// OpenWith is Open for those who say more.
	OpenWith(t testing.TB, o Options) Store
	// Hand is how a planner's tool changes rows, past every store.
	Hand(t testing.TB) Hand
	// SQL runs statements as the owner of the tables.
	SQL(t testing.TB) func(sql string) error
	// Tamper is SQL with no trigger in the way of the audit record any more.
	Tamper(t testing.TB) func(sql string) error
}

// Options of a store under test; the zero value is the usual.
type Options struct {
	Now       func() time.Time
	AuditHash audit.Algorithm
}

// Hand changes rows of the assets table by SQL. A geo.Solid as a value goes as
// the database's own geometry.
type Hand interface {
	Insert(row map[string]any) error
	Set(id assets.ID, column string, value any) error
	Delete(id assets.ID) error
}

// Run holds a kind of store to the contract. build makes an empty database.
func Run(t *testing.T, build func(testing.TB) House) {
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"verdicts", verdicts},
		{"revisions", revisions},
		{"badEdits", badEdits},
		{"allOrNothing", allOrNothing},
		{"manyEdits", manyEdits},
		{"roundTrip", roundTrip},
		{"loadInOrder", loadInOrder},
		{"fidsAreNeverUsedAgain", fidsAreNeverUsedAgain},
		{"cancelled", cancelled},
		{"model", model},
		{"epochs", epochs},
		{"publish", publish},
		{"publishCoalesces", publishCoalesces},
		{"publishFrom", publishFrom},
		{"publishPutFails", publishPutFails},
		{"publishCancelled", publishCancelled},
		{"publishPrepares", publishPrepares},
		{"publishManyBatches", publishManyBatches},
		{"publishTogether", publishTogether},
		{"wake", wake},
		{"followFromTheMiddle", followFromTheMiddle},
		{"follow", follow},
		{"revisionsAreKept", revisionsAreKept},
		{"revisionsOfHands", revisionsOfHands},
		{"forgetRevisions", forgetRevisions},
		{"handEdits", handEdits},
		{"handHazards", handHazards},
		{"handRefused", handRefused},
		{"historyOnce", historyOnce},
		{"historyLate", historyLate},
		{"historyAhead", historyAhead},
		{"historySeries", historySeries},
		{"historyReadings", historyReadings},
		{"historyUnknown", historyUnknown},
		{"historyPosition", historyPosition},
		{"fixesOnce", fixesOnce},
		{"fixesLatest", fixesLatest},
		{"fixesOfOne", fixesOfOne},
		{"findingsOnce", findingsOnce},
		{"findingsByPage", findingsByPage},
		{"forgetObservations", forgetObservations},
		{"forgetFixes", forgetFixes},
		{"forgetFindings", forgetFindings},
		{"settingsOneByOne", settingsOneByOne},
		{"settingsRefused", settingsRefused},
		{"settingsTogether", settingsTogether},
		{"casesOneByOne", casesOneByOne},
		{"casesRefused", casesRefused},
		{"casesTogether", casesTogether},
		{"casesByPage", casesByPage},
		{"casesAreTold", casesAreTold},
		{"caseEventsAreKept", caseEventsAreKept},
		{"surveySums", surveySums},
		{"surveyBegun", surveyBegun},
		{"auditRoundTrip", auditRoundTrip},
		{"auditTogether", auditTogether},
		{"auditOfEdits", auditOfEdits},
		{"auditOfHands", auditOfHands},
		{"auditPages", auditPages},
		{"auditIsAppendOnly", auditIsAppendOnly},
		{"auditPrune", auditPrune},
		{"auditTampered", auditTampered},
		{"auditWatch", auditWatch},
		{"auditForward", auditForward},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, build(t)) })
	}
}

// commit takes the edits into the store and returns what was told of them.
func commit(ctx context.Context, s assets.Store, edits ...assets.Edit) (took []*assets.Asset, verdicts []assets.Verdict, err error) {
	err = s.Commit(ctx, func(yield func(assets.Edit, error) bool) {
		for _, e := range edits {
			if !yield(e, nil) {
				return
			}
		}
	}, func(a *assets.Asset, v assets.Verdict) {
		took, verdicts = append(took, a), append(verdicts, v)
	})
	return took, verdicts, err
}

// put commits assets that must be taken, and returns them as stored.
func put(t testing.TB, s assets.Store, all ...*assets.Asset) []*assets.Asset {
	t.Helper()
	edits := make([]assets.Edit, len(all))
	for i, a := range all {
		edits[i] = assets.Edit{Asset: a, WasRev: assets.AnyRev}
	}
	took, _, err := commit(t.Context(), s, edits...)
	if err != nil {
		t.Fatal(err)
	}
	return took
}

// remove removes an asset that must exist.
func remove(t testing.TB, s assets.Store, id assets.ID) {
	t.Helper()
	if _, _, err := commit(t.Context(), s, assets.Edit{Remove: id, WasRev: assets.AnyRev}); err != nil {
		t.Fatal(err)
	}
}

// loaded returns all that Load yields, and the position.
func loaded(t testing.TB, s assets.Store) ([]*assets.Asset, uint64) {
	t.Helper()
	var out []*assets.Asset
	at, err := s.Load(t.Context(), func(a *assets.Asset) error {
		out = append(out, a)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, at
}

// PutOne commits one plain asset of that name.
func PutOne(ctx context.Context, s assets.Store, id assets.ID) error {
	a := plain(1)
	a.ID = id
	_, _, err := commit(ctx, s, assets.Edit{Asset: a, WasRev: assets.AnyRev})
	return err
}
