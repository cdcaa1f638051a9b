package twin

import (
	"context"
	"iter"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// A reader sees one batch or the next, never a part: things that are always
// moved together are always found together, where their geometry says.
func TestReadersSeeWholeBatches(t *testing.T) {
	const pairs, rounds, readers = 20, 60, 3
	places := []orb.Point{{121.40, 31.20}, {121.45, 31.25}, {121.50, 31.30}}
	var first []*assets.Asset
	for i := range 2 * pairs {
		first = append(first, lamp(assets.FID(i+1), named("lamp", i), places[0]))
	}
	r := newRig(t, newShelf(first...))
	r.stop()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	log := make(chan []Entry)
	wg.Go(func() { r.Run(ctx, channelLog(log)) })
	for range readers {
		wg.Go(func() {
			var dst []*Thing
			for ctx.Err() == nil {
				for _, p := range places {
					before := r.Position()
					dst = r.Within(dst[:0], assets.Fixture, p.Bound())
					checkTogether(t, dst, p, before)
				}
			}
		})
	}
	seq := uint64(0)
	for round := range rounds {
		var batch []Entry
		for i := range 2 * pairs {
			a := lamp(assets.FID(i+1), named("lamp", i), places[(round+i/2)%len(places)])
			a.Revision.N = int64(round + 2)
			seq++
			batch = append(batch, Entry{Stream: Events, Seq: seq, Event: &Event{Seq: seq, Type: AssetPut, FID: a.FID, ID: a.ID, Asset: a}})
		}
		log <- batch
	}
	if err := r.Wait(t.Context(), Position{Events: seq}); err != nil {
		t.Error(err)
	}
}

func checkTogether(t *testing.T, got []*Thing, p orb.Point, before Position) {
	seen := map[assets.FID]int64{}
	for _, thing := range got {
		if thing == nil {
			t.Fatal("the index knows a thing that the world does not")
		}
		if thing.Asset.Shape.Geometry.Plane != p {
			t.Errorf("%d found at %v, is at %v", thing.Asset.FID, p, thing.Asset.Shape.Geometry.Plane)
		}
		if revision := int64(before.Events/40) + 1; thing.Asset.Revision.N < revision {
			t.Errorf("%d is of revision %d, older than position %+v read before", thing.Asset.FID, thing.Asset.Revision.N, before)
		}
		seen[thing.Asset.FID] = thing.Asset.Revision.N
	}
	for fid, revision := range seen {
		twin := fid + 1
		if fid%2 == 0 {
			twin = fid - 1
		}
		if seen[twin] != revision {
			t.Errorf("%d of revision %d without its twin", fid, revision)
		}
	}
}

// channelLog is a log whose batches come as they are sent.
type channelLog chan []Entry

func (c channelLog) Read(ctx context.Context, _ Position) iter.Seq2[[]Entry, error] {
	return func(yield func([]Entry, error) bool) {
		for {
			select {
			case batch := <-c:
				if !yield(batch, nil) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}
