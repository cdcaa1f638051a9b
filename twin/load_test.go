package twin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/bus"
)

// history with one report of each gauge, made before the start.
func shelfOfGauges(t *testing.T, n int, at int64) *shelf {
	s := newShelf()
	for i := range n {
		s.assets[assets.FID(i+1)] = gauge(assets.FID(i+1), named("g", i), here)
		s.Save(t.Context(), []Kept{{reading(named("g", i), "level", 2, at), uint64(i + 1)}}, uint64(i+1))
	}
	return s
}

// A node that was away for an hour says of nobody that it is offline until
// three intervals have passed; who has reported by then never was.
func TestRestartAnnouncesNoFalseOffline(t *testing.T) {
	const n = 50
	sink := &witness{}
	sink.took = func(b Batch) {
		for _, c := range b.Changes {
			if c.Is.Asset.FID != 1 && c.Is.State.Communication == Offline {
				t.Errorf("%s was announced offline", c.Is.Asset.ID)
			}
		}
	}
	r := newRig(t, shelfOfGauges(t, n, t0-hour), sink)
	if got := r.ByID("g-0").State; got != (State{Unknown, Stale, Normal}) {
		t.Errorf("just after the start: %+v", got)
	}
	for i := 1; i < n; i++ {
		r.pass(minute / 25)
		r.obs.Append(t.Context(), "obs.x", fmt.Appendf(nil, `[{"a":"g-%d","p":"level","v":2,"t":%d,"r":%d}]`, i, r.now.Load(), r.now.Load()))
	}
	r.settled()
	r.pass(3*minute - (r.now.Load() - t0))
	for i := range n {
		want := Online
		if i == 0 {
			want = Offline
		}
		if got := r.ByID(named("g", i)).State.Communication; got != want {
			t.Errorf("g-%d is %s, want %s", i, got, want)
		}
	}
}

// What follows from the time alone is stamped behind all that a client can have seen.
func TestLoadStamps(t *testing.T) {
	s := newShelf(gauge(1, "old", here), gauge(2, "new", here), gauge(3, "mute", here), lamp(4, "lamp", here))
	s.Save(t.Context(), []Kept{{reading("old", "level", 2, t0-hour), 4}, {reading("new", "level", 2, t0), 5}}, 6)
	s.events = 9
	w, err := New(Options{Now: func() time.Time { return time.UnixMilli(t0) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Load(t.Context(), Source{Assets: s, History: s, Log: Position{Epoch: 3, Obs: 20, Events: 11}}); err != nil {
		t.Fatal(err)
	}
	if got, want := w.Position(), (Position{3, 6, 11}); got != want {
		t.Errorf("position %+v, want %+v", got, want)
	}
	for id, obs := range map[assets.ID]uint64{"old": 21, "new": 5, "mute": 0, "lamp": 0} {
		if got, want := w.ByID(id).Changed, (Position{3, obs, 11}); got != want {
			t.Errorf("%s changed %+v, want %+v", id, got, want)
		}
	}
	if err := w.Wait(t.Context(), Position{3, 6, 11}); err != nil {
		t.Errorf("what is loaded needs no wait: %v", err)
	}
}

func TestLoadLeavesOutWhatCannotLive(t *testing.T) {
	bad := func(fid assets.FID, id assets.ID, edit func(*assets.Asset)) *assets.Asset {
		a := lamp(fid, id, here)
		edit(a)
		return a
	}
	as := []*assets.Asset{
		lamp(1, "good", here),
		bad(2, "none", func(a *assets.Asset) { a.Shape.Geometry.Plane = nil }),
		bad(3, "empty", func(a *assets.Asset) { a.Shape.Geometry.Plane = orb.MultiPoint{} }),
		bad(4, "nan", func(a *assets.Asset) { a.Shape.Geometry.Plane = orb.Point{math.NaN(), 31} }),
		bad(5, "inf", func(a *assets.Asset) {
			a.Shape.Geometry.Plane = orb.LineString{{121, 31}, {math.Inf(1), 31}}
		}),
		bad(6, "kind", func(a *assets.Asset) { a.Kind = "ghost" }),
		bad(7, "", func(*assets.Asset) {}),
		bad(1<<53, "big", func(*assets.Asset) {}),
		bad(8, "refused", func(*assets.Asset) {}),
	}
	var lines bytes.Buffer
	w, err := New(Options{
		Log: slog.New(slog.NewTextHandler(&lines, nil)),
		Prepare: func(a *assets.Asset) (*assets.Asset, error) {
			if a.ID == "refused" {
				return nil, errors.New("not this one")
			}
			b := *a
			b.Location.Area = "310107005"
			return &b, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := newShelf(as...)
	if err := w.Load(t.Context(), Source{Assets: s, History: s}); err != nil {
		t.Fatal(err)
	}
	if got := w.ByFID(1); got == nil || got.Asset.Location.Area != "310107005" {
		t.Errorf("the good one: %+v", got)
	}
	for _, a := range as[1:] {
		if w.ByFID(a.FID) != nil {
			t.Errorf("%q lives", a.ID)
		}
		if !strings.Contains(lines.String(), "asset="+string(a.ID)) {
			t.Errorf("%q was not named in the log", a.ID)
		}
	}
	if n := valueOf(t, w.metrics.refused); n != float64(len(as)-1) {
		t.Errorf("refused %v, want %d", n, len(as)-1)
	}
}

func TestLoadFailureLeavesTheWorld(t *testing.T) {
	r := newRig(t, newShelf(lamp(1, "a", here)))
	r.stop()
	r.shelf.fail = errors.New("database is down")
	if err := r.Load(t.Context(), Source{Assets: r.shelf, History: r.shelf}); !errors.Is(err, r.shelf.fail) {
		t.Errorf("load: %v", err)
	}
	if r.ByID("a") == nil || r.Position().Epoch != 1 {
		t.Error("the world has changed")
	}
}

// A hole in EVENTS ends Run; loaded again, the world is right, has kept what it
// heard, and tells sinks of the difference only.
func TestResync(t *testing.T) {
	sink := &witness{}
	r := newRig(t, newShelf(lamp(1, "stays", here), lamp(2, "goes", here), gauge(3, "g", here)), sink)
	r.put(lamp(4, "moves", here))
	seq := r.report(reading("g", "level", 2.25, t0))
	r.stop()
	stays := r.ByID("stays")
	for range 3 {
		r.events.Append(t.Context(), "", []byte("lost"))
	}
	r.events.drop(4)
	r.events.Append(t.Context(), "", []byte("also lost"))
	delete(r.shelf.assets, 2)
	moved := lamp(4, "moves", orb.Point{121.5, 31.2})
	moved.Revision.N = 2
	r.shelf.assets[4], r.shelf.assets[5] = moved, lamp(5, "new", here)
	r.run()
	if err := r.stopped(); !errors.Is(err, ErrResync) {
		t.Fatalf("Run over a hole: %v", err)
	}
	r.shelf.events = 5
	r.load()
	told := len(sink.seen())
	r.run()
	r.settled()
	changes := map[assets.FID]Change{}
	for _, b := range sink.seen()[told:] {
		for _, c := range b.Changes {
			if c.Was != nil {
				changes[c.Was.Asset.FID] = c
			} else {
				changes[c.Is.Asset.FID] = c
			}
		}
	}
	if len(changes) != 3 || changes[2].Is != nil || changes[4].Is.Asset != moved || changes[5].Was != nil {
		t.Errorf("sinks were told %+v", changes)
	}
	if got := r.ByID("g"); got.Last[0].Value != 2.25 || r.Position().Obs != seq {
		t.Errorf("what was heard is gone: %+v at %+v", got, r.Position())
	}
	if r.ByID("stays") != stays {
		t.Error("what did not change was made anew")
	}
	if r.ByID("goes") != nil || r.Position().Events != 5 {
		t.Errorf("at %+v: %+v", r.Position(), r.ByID("goes"))
	}
}

// Two Loads before a Run: sinks are told of both differences.
func TestResyncTwice(t *testing.T) {
	sink := &witness{}
	r := newRig(t, newShelf(lamp(1, "a", here)), sink)
	r.stop()
	r.shelf.assets[2] = lamp(2, "b", here)
	r.load()
	r.shelf.assets[3] = lamp(3, "c", here)
	r.load()
	r.run()
	r.put(lamp(4, "d", here))
	born := map[assets.FID]int{}
	for _, b := range sink.seen() {
		for _, c := range b.Changes {
			born[c.Is.Asset.FID]++
		}
	}
	if len(born) != 3 || born[2] != 1 || born[3] != 1 || born[4] != 1 {
		t.Errorf("born: %v", born)
	}
}

// A gap in OBS is survived and counted; an OBS that began anew is not.
func TestGapInObs(t *testing.T) {
	r := newRig(t, newShelf(gauge(1, "g", here)))
	r.report(reading("g", "level", 1, t0))
	r.stop()
	r.obs.Append(t.Context(), "", []byte("[]"))
	r.obs.Append(t.Context(), "", []byte("[]"))
	r.obs.drop(2)
	r.run()
	r.report(reading("g", "level", 2, t0+1))
	if n := valueOf(t, r.metrics.gaps); n != 1 {
		t.Errorf("%v gaps counted", n)
	}
	if got := r.ByID("g").Last[0].Value; got != 2 {
		t.Errorf("level %v behind the gap", got)
	}
	r.obs.Reset(t.Context(), 1)
	r.obs.Append(t.Context(), "", []byte("[]"))
	r.stop()
	r.run()
	if err := r.stopped(); !errors.Is(err, ErrResync) {
		t.Errorf("OBS began anew: %v", err)
	}
}

// Run ends with an error when the log does.
func TestRunEndsWithTheLog(t *testing.T) {
	r := newRig(t, newShelf())
	r.stop()
	dead := errors.New("dead")
	for name, log := range map[string]Log{"error": deadLog{dead}, "end": deadLog{}} {
		err := r.Run(context.Background(), log)
		if err == nil || name == "error" && !errors.Is(err, dead) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := r.Run(context.Background(), Follow(deadStream{bus.ErrClosed}, newMemory())); !errors.Is(err, bus.ErrClosed) {
		t.Errorf("a closed bus: %v", err)
	}
}
