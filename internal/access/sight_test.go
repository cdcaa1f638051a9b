package access_test

import (
	"testing"

	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/internal/access"
)

// A sight answers what its scope does, however many facets it is asked of.
func TestSight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := func(name string, all ...string) []string {
			return rapid.SliceOfDistinct(rapid.SampledFrom(all), rapid.ID[string]).Draw(t, name)
		}
		areas := []string{"310107005", "310107014", "310107", "310110001012", "", access.Everywhere}
		scope := access.Grant{
			Actions: []access.Action{access.View}, Kinds: assets.Kinds()[rapid.IntRange(0, 9).Draw(t, "from"):], Sensitivity: assets.Sensitivity(rapid.IntRange(0, 3).Draw(t, "most")),
			Areas: words("areas", areas...), Classes: words("classes", "a", "b.c"),
		}.Compile(nil)
		var sight access.Sight
		if sight.Sees(asset(assets.Water, "a", "", 0)) {
			t.Fatal("the zero Sight sees")
		}
		sight.By(scope)
		for range 100 {
			a := asset(rapid.SampledFrom(assets.Kinds()).Draw(t, "kind"), rapid.SampledFrom([]string{"a", "a.b", "b", "b.c.d"}).Draw(t, "class"),
				rapid.SampledFrom(areas).Draw(t, "area"), assets.Sensitivity(rapid.IntRange(0, 3).Draw(t, "sensitivity")))
			if sight.Sees(a) != scope.Sees(a) {
				t.Fatalf("%+v: %v", a, sight.Sees(a))
			}
		}
	})
}

// Who draws a tile asks of each thing; of two areas it costs what it costs of all.
func BenchmarkSight(b *testing.B) {
	all := make([]*assets.Asset, 1024)
	for i := range all {
		all[i] = asset(assets.Fixture, []string{"asset.lamp", "asset.tree", "asset.bench"}[i*7919%3], []string{"310107005", "310107014012"}[i*104729%2], assets.Sensitivity(i%2))
	}
	two := access.GrantOf([]access.Role{access.Operator}, []string{"310107005", "310107014"}).Compile(nil)
	for name, scope := range map[string]access.Scope{"open": access.Open(), "two areas": two} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var sight access.Sight
			sight.By(scope)
			i := 0
			for b.Loop() {
				if i++; !sight.Sees(all[i%len(all)]) {
					b.Fatal("unseen")
				}
			}
		})
	}
}

// All of a kind is seen by who sees every asset of it, and by nobody who does not.
func TestSeesAll(t *testing.T) {
	everywhere := []string{access.Everywhere}
	for name, c := range map[string]struct {
		grant access.Grant
		want  bool
	}{
		"all":       {access.Grant{Kinds: []assets.Kind{assets.Fixture}, Sensitivity: assets.Personal, Areas: everywhere}, true},
		"no kind":   {access.Grant{Kinds: []assets.Kind{assets.Camera}, Sensitivity: assets.Personal, Areas: everywhere}, false},
		"an area":   {access.Grant{Kinds: []assets.Kind{assets.Fixture}, Sensitivity: assets.Personal, Areas: []string{"310107"}}, false},
		"a class":   {access.Grant{Kinds: []assets.Kind{assets.Fixture}, Classes: []string{"asset.lamp"}, Sensitivity: assets.Personal, Areas: everywhere}, false},
		"no secret": {access.Grant{Kinds: []assets.Kind{assets.Fixture}, Sensitivity: assets.Internal, Areas: everywhere}, false},
	} {
		if got := c.grant.Compile(nil).SeesAll(assets.Fixture); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if (access.Scope{}).SeesAll(assets.Fixture) {
		t.Error("the zero scope sees all")
	}
}
