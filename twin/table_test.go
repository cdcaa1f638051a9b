package twin

import (
	"testing"

	"pgregory.net/rapid"

	"suhe/assets"
)

func TestTableAsMap(t *testing.T) {
	fids := rapid.OneOf(
		rapid.Uint64Range(0, 5*page),
		rapid.Uint64Range(lowPages*page-2, lowPages*page+2),
		rapid.Uint64Range(maxFID-2, maxFID),
	)
	rapid.Check(t, func(t *rapid.T) {
		var got table
		want := map[assets.FID]*Thing{}
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			fid := assets.FID(fids.Draw(t, "fid"))
			if rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
				got.set(fid, nil)
				delete(want, fid)
				continue
			}
			want[fid] = &Thing{Asset: &assets.Asset{FID: fid}}
			got.set(fid, want[fid])
		}
		n := 0
		got.each(func(thing *Thing) {
			if n++; want[thing.Asset.FID] != thing {
				t.Fatalf("each yields %d", thing.Asset.FID)
			}
		})
		if n != len(want) {
			t.Fatalf("each yields %d things, want %d", n, len(want))
		}
		fid := assets.FID(fids.Draw(t, "look"))
		if got.get(fid) != want[fid] {
			t.Fatalf("get %d: %v, want %v", fid, got.get(fid), want[fid])
		}
	})
}
