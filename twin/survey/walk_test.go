package survey_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/survey"
)

// said is an asset that says something of others.
func said(kind assets.Kind, id assets.ID, relations ...string) *assets.Asset {
	a := at(kind, string(kind)+".other", id, orb.Point{121.43, 31.25})
	for _, r := range relations {
		name, of, _ := strings.Cut(r, " ")
		if list := strings.Split(of, ","); len(list) > 1 {
			var all []any
			for _, id := range list {
				all = append(all, id)
			}
			a.Properties = a.Properties.With(name, all)
		} else {
			a.Properties = a.Properties.With(name, of)
		}
	}
	return a
}

// network is a cabinet with poles and what hangs on them, and pipes that lead in a ring.
func network(t *testing.T) *house {
	hidden := said(assets.Fixture, "hidden", "upstream_of creek")
	hidden.Properties = hidden.Properties.With("phone", "1") // makes it personal
	return open(t, nil, nil,
		said(assets.Fixture, "cabinet"), said(assets.Fixture, "pole-1", "part_of cabinet"), said(assets.Fixture, "pole-2", "part_of cabinet"),
		said(assets.Camera, "cam", "mounted_on pole-1"), said(assets.Sensor, "gauge", "mounted_on pole-2", "monitors creek,out"),
		said(assets.Water, "creek"), said(assets.Fixture, "out", "upstream_of creek"),
		said(assets.Fixture, "m-1", "upstream_of m-2"), said(assets.Fixture, "m-2", "upstream_of m-3"), said(assets.Fixture, "m-3", "upstream_of m-1,out"),
		said(assets.Fixture, "far", "upstream_of hidden"), hidden,
		said(assets.Fixture, "lost", "upstream_of nowhere"), said(assets.Mover, "boat"), said(assets.Fixture, "wrong", "part_of boat"))
}

func TestWalks(t *testing.T) {
	h := network(t)
	ask := everything()
	ask.Sees = func(a *assets.Asset) bool { return a.ID != "hidden" }
	for _, c := range []struct {
		from   assets.ID
		follow string
		depth  int
		want   string
	}{
		{"cabinet", "carries,parts", 3, "1 parts pole-1, 1 parts pole-2, 2 carries cam, 2 carries gauge"},
		{"cabinet", "carries,parts", 1, "1 parts pole-1+, 1 parts pole-2+"},
		{"cam", "mounted_on,part_of", 9, "1 mounted_on pole-1, 2 part_of cabinet"},
		{"m-1", "upstream_of", 9, "1 upstream_of m-2, 2 upstream_of m-3, 3 upstream_of out, 4 upstream_of creek"},
		{"out", "downstream_of", 9, "1 downstream_of m-3, 2 downstream_of m-2, 3 downstream_of m-1"},
		{"creek", "downstream_of,monitored_by", 1, "1 monitored_by gauge, 1 downstream_of out+"},
		{"far", "upstream_of", 9, ""},
		{"lost", "", 9, ""},
		{"wrong", "", 9, ""},
	} {
		t.Run(string(c.from)+" "+c.follow, func(t *testing.T) {
			walk := survey.Walk{From: c.from, Depth: c.depth}
			if c.follow != "" {
				walk.Follow = strings.Split(c.follow, ",")
			}
			got, err := h.Walk(t.Context(), ask, walk)
			var steps []string
			for _, s := range got.Steps {
				steps = append(steps, fmt.Sprint(s.Depth, " ", s.By, " ", s.Thing.ID, map[bool]string{true: "+"}[s.Onward]))
			}
			if is := strings.Join(steps, ", "); err != nil || is != c.want {
				t.Errorf("%s, %v; want %s", is, err, c.want)
			}
		})
	}
	for _, w := range []survey.Walk{{From: "hidden", Depth: 1}, {From: "nobody", Depth: 1}} {
		if _, err := h.Walk(t.Context(), ask, w); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("%+v: %v", w, err)
		}
	}
	for _, w := range []survey.Walk{{From: "cam"}, {From: "cam", Depth: 21}, {From: "cam", Depth: 1, Follow: []string{"married_to"}}} {
		if _, err := h.Walk(t.Context(), ask, w); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%+v: %v", w, err)
		}
	}
	ask.Shows = func(field string) bool { return field != "mountedOn" }
	if _, err := h.Walk(t.Context(), ask, survey.Walk{From: "cam", Depth: 1, Follow: []string{"carries"}}); !errors.Is(err, access.ErrDenied) {
		t.Errorf("a relation that is not shown: %v", err)
	}
	if got, err := h.Walk(t.Context(), ask, survey.Walk{From: "cam", Depth: 5}); err != nil || len(got.Steps) != 0 {
		t.Errorf("without what is not shown: %+v, %v", got, err)
	}
}

// Whatever happens to assets, the index is as if it were filled anew.
func TestLinksFollowTheWorld(t *testing.T) {
	random := rand.New(rand.NewPCG(31, 1))
	links := new(survey.Links)
	now := map[assets.ID]*twin.Thing{}
	id := func() assets.ID { return assets.ID(fmt.Sprint("x", random.IntN(12))) }
	for range 400 {
		var b twin.Batch
		for range 1 + random.IntN(4) {
			one := id()
			was := now[one]
			var is *twin.Thing
			if random.IntN(4) > 0 {
				var to []string
				for range 1 + random.IntN(3) {
					if o := id(); o != one && !slices.Contains(to, string(o)) {
						to = append(to, string(o))
					}
				}
				a := said(assets.Fixture, one)
				if len(to) > 0 {
					a = said(assets.Fixture, one, "upstream_of "+strings.Join(to, ","))
				}
				is = twin.NewThing(a)
			}
			if was == nil && is == nil {
				continue
			}
			if now[one] = is; is == nil {
				delete(now, one)
			}
			b.Changes = append(b.Changes, twin.Change{Was: was, Is: is})
		}
		links.Took(b)
		var all []*assets.Asset
		for k := range 12 {
			if t := now[assets.ID(fmt.Sprint("x", k))]; t != nil {
				a := *t.Asset
				a.FID = assets.FID(k + 1)
				all = append(all, &a)
			}
		}
		h := open(t, nil, nil, all...)
		followed := survey.New(survey.Options{World: h.world, Links: links})
		for _, a := range all {
			walk := survey.Walk{From: a.ID, Depth: 20}
			want, err := h.Walk(t.Context(), everything(), walk)
			got, also := followed.Walk(t.Context(), everything(), walk)
			if err != nil || also != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("from %s: %+v %v, want %+v %v", a.ID, got, also, want, err)
			}
		}
	}
}
