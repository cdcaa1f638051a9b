package twin

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
)

// A registry of many parts, with some that cannot live, becomes a world in which
// everything is found in every way.
func TestPopulate(t *testing.T) {
	const n = 3*populateAtOnce + 77
	s := newShelf()
	s.events = 5
	inBox, all := map[assets.Kind][]assets.FID{}, map[assets.Kind][]assets.FID{}
	refused := 0
	box := orb.Bound{Min: orb.Point{121.38, 31.23}, Max: orb.Point{121.41, 31.26}}
	for i, p := range spread(n) {
		fid := assets.FID(i + 1)
		a := lamp(fid, named("thing", i), p)
		switch {
		case i%5 == 0:
			a = gauge(fid, named("thing", i), p)
			s.fids[len(s.kept)] = fid
			s.kept, s.saved = append(s.kept, Kept{reading(a.ID, "level", 2, t0), uint64(fid)}), uint64(fid)
		case i%331 == 0:
			a.Shape.Geometry.Plane = orb.MultiPoint{}
			refused++
		}
		s.assets[fid] = a
		if a.Shape.Geometry.Plane.Bound().IsEmpty() {
			continue
		}
		all[a.Kind] = append(all[a.Kind], fid)
		if box.Contains(p) {
			inBox[a.Kind] = append(inBox[a.Kind], fid)
		}
	}
	var lines bytes.Buffer
	w, err := New(Options{Log: slog.New(slog.NewTextHandler(&lines, nil)), Phenomenon: phenomena})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Load(t.Context(), Source{Assets: s, History: s, Log: Position{Epoch: 2}}); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, c := range w.Counts(access.Open().SeesFacet) {
		total += c.Total
	}
	if total != n-refused || valueOf(t, w.metrics.refused) != float64(refused) {
		t.Errorf("%d things and %v refused of %d, want %d refused", total, valueOf(t, w.metrics.refused), n, refused)
	}
	if said := strings.Count(lines.String(), "left out"); said != min(refused, maxComplaints) {
		t.Errorf("%d were complained about, %d refused", said, refused)
	}
	for fid, a := range s.assets {
		is := w.ByFID(fid)
		if bad := a.Shape.Geometry.Plane.Bound().IsEmpty(); bad != (is == nil) || is != w.ByID(a.ID) {
			t.Fatalf("%s: %+v by number, %+v by id", a.ID, is, w.ByID(a.ID))
		}
		if is != nil && (is.Asset != a || is.Changed.Epoch != 2 || is.Changed.Events != 5 || (a.Sensor != nil) != (len(is.Last) == 1)) {
			t.Fatalf("%s: %+v", a.ID, is)
		}
	}
	for box, want := range map[orb.Bound]map[assets.Kind][]assets.FID{box: inBox, Everywhere: all} {
		for kind, fids := range want {
			var got []assets.FID
			for _, is := range w.Within(nil, kind, box) {
				got = append(got, is.Asset.FID)
			}
			if !slices.Equal(got, fids) {
				t.Errorf("%d of kind %s in %v, want %d", len(got), kind, box, len(fids))
			}
		}
	}
}
