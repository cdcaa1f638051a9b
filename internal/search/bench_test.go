package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/search"
	"suhe/twin"
)

// crowd is a world of many things that lie in a list.
type crowd []*twin.Thing

func (c crowd) Each(kind assets.Kind, yield func(*twin.Thing) bool) {
	for _, t := range c {
		if t.Asset.Kind == kind && !yield(t) {
			return
		}
	}
}

func (c crowd) ByFID(fid assets.FID) *twin.Thing { return c[fid-1] }

// million are things of a district: of ten areas and four classes, a third with names.
var million = sync.OnceValue(func() crowd {
	const n = 1_000_000
	r := rand.New(rand.NewPCG(3, 5))
	roads := []string{"长寿路", "武宁路", "光复西路", "中山北路", "曹杨路", "金沙江路", "苏州河", "宜川路", "甘泉路", "真南路"}
	all := make(crowd, n)
	for i := range all {
		fid := assets.FID(i + 1)
		a := at(fid, assets.Fixture, []string{"asset.lamp", "asset.outfall", "asset.bench", "asset.tree"}[r.IntN(4)], "")
		a.ID, a.Owner = assets.ID(fmt.Sprintf("asset-%07d", i)), "区城运中心"
		a.Location.Area = fmt.Sprintf("3101070%02d", r.IntN(10))
		a.Shape.Geometry = geo.Solid{Plane: orb.Point{121.2 + r.Float64()/2, 31 + r.Float64()/2}}
		if r.IntN(3) == 0 {
			a.Name = fmt.Sprintf("%s%d号%s", roads[r.IntN(len(roads))], r.IntN(3000), []string{"灯", "井盖", "水位标尺", "树"}[r.IntN(4)])
		}
		all[i] = twin.NewThing(a)
	}
	return all
})

var millionIndex = sync.OnceValue(func() *search.Index {
	all := million()
	x := search.New(search.Options{World: all, Names: classNames})
	x.Took(twin.Batch{})
	if err := x.Run(context.Background()); err != nil {
		panic(err)
	}
	return x
})

// BenchmarkBuild tells the memory that an index of a million things keeps.
func BenchmarkBuild(b *testing.B) {
	all := million()
	for b.Loop() {
		before := kept()
		x := search.New(search.Options{World: all, Names: classNames})
		x.Took(twin.Batch{})
		if err := x.Run(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(kept()-before)/1e6, "MB")
		runtime.KeepAlive(x)
	}
}

func kept() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkFind(b *testing.B) {
	x := millionIndex()
	near := orb.Point{121.45, 31.25}
	street := access.Grant{Actions: []access.Action{access.View}, Kinds: assets.Kinds(), Sensitivity: assets.Internal, Areas: []string{"310107005"}}.Compile(nil)
	for _, c := range []struct {
		name  string
		q     search.Query
		scope access.Scope
	}{
		{"水位", search.Query{Text: "水位"}, access.Open()},
		{"长寿路12", search.Query{Text: "长寿路12"}, access.Open()},
		{"苏州河", search.Query{Text: "苏州河"}, access.Open()},
		{"initials", search.Query{Text: "wnl"}, access.Open()},
		{"id", search.Query{Text: "asset-0123456"}, access.Open()},
		{"all ids", search.Query{Text: "asset"}, access.Open()},
		{"all ids near", search.Query{Text: "asset", Near: &near}, access.Open()},
		{"all ids of a street", search.Query{Text: "asset"}, street},
		{"class", search.Query{Text: "路灯", Near: &near}, access.Open()},
		{"class of a street", search.Query{Text: "路灯"}, street},
		{"nothing", search.Query{Text: "黄浦江"}, access.Open()},
		{"no words", search.Query{Kinds: []assets.Kind{assets.Fixture}}, access.Open()},
		{"one", search.Query{Text: "路"}, access.Open()},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var f search.Found
			threadTime(b, func() {
				var err error
				if f, err = x.Find(b.Context(), c.q, c.scope, everything); err != nil {
					b.Fatal(err)
				}
			})
			b.ReportMetric(float64(f.Total), "found")
		})
	}
}

// BenchmarkTook is one edit of a name among a million.
func BenchmarkTook(b *testing.B) {
	x, all := millionIndex(), million()
	r := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	for b.Loop() {
		was := all[r.IntN(len(all))]
		a := *was.Asset
		a.Name, a.Revision.At = fmt.Sprintf("武宁路%d号", r.IntN(10_000)), time.Unix(1_770_000_000, 0)
		is := twin.NewThing(&a)
		x.Took(twin.Batch{Changes: []twin.Change{{Was: was, Is: is}}})
		all[a.FID-1] = is
	}
}
