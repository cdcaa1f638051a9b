package tiles

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/pgtest"
	"suhe/twin"
)

// sceneWorld is the built-in scene in its smallest size.
type sceneWorld struct {
	things map[assets.Kind][]*twin.Thing
	all    []*twin.Thing // by number, from 1
	index  map[assets.Kind]*geo.Index[*twin.Thing]
	bound  orb.Bound
}

func newSceneWorld() *sceneWorld {
	w := &sceneWorld{things: map[assets.Kind][]*twin.Thing{}, index: map[assets.Kind]*geo.Index[*twin.Thing]{}}
	for a := range scene.Generate(scene.Options{Size: scene.MinSize}) {
		g := a.Shape.Geometry.Plane
		a.FID = assets.FID(len(w.all) + 1)
		t := twin.NewThing(a)
		if w.index[a.Kind] == nil {
			w.index[a.Kind] = new(geo.Index[*twin.Thing])
			if len(w.things) == 0 {
				w.bound = g.Bound()
			}
		}
		w.all = append(w.all, t)
		w.things[a.Kind] = append(w.things[a.Kind], t)
		w.index[a.Kind].Apply([]geo.Move[*twin.Thing]{{Key: t, Is: g.Bound()}})
		w.bound = w.bound.Union(g.Bound())
	}
	return w
}

func (w *sceneWorld) Within(dst []*twin.Thing, kind assets.Kind, b orb.Bound) []*twin.Thing {
	if w.index[kind] == nil {
		return dst
	}
	from := len(dst)
	dst = w.index[kind].Within(dst, b)
	inOrder(dst[from:])
	return dst
}

func (w *sceneWorld) ByFID(fid assets.FID) *twin.Thing { return w.all[fid-1] }

func (w *sceneWorld) Position() twin.Position { return twin.Position{Epoch: 1} }

// tiles are those to be judged: all of zooms 0 to 16 that touch the scene's box,
// and below that those around every 13th thing of a kind.
func (w *sceneWorld) tiles(kind assets.Kind) (out []geo.Tile) {
	for z := range uint32(17) {
		a, b := geo.TileAt(w.bound.LeftTop(), z), geo.TileAt(w.bound.RightBottom(), z)
		for x := a.X; x <= b.X; x++ {
			for y := a.Y; y <= b.Y; y++ {
				out = append(out, geo.Tile{Z: z, X: x, Y: y})
			}
		}
	}
	for i := 0; i < len(w.things[kind]); i += 13 {
		for z := uint32(17); z <= 20; z++ {
			out = append(out, geo.TileAt(w.things[kind][i].Anchor, z))
		}
	}
	return out
}

// Every layer of the scene of 1,000 fixtures, in every tile of z0–z16 that touches
// its box and in a sample of z17–z20, is read by a strict reader of the standard;
// its polygons are judged exactly, and a sample of them by PostGIS.
func TestSceneTilesAreValid(t *testing.T) {
	w := newSceneWorld()
	s := newServer(t, Options{World: w})
	var sample []string
	drawn := map[string]int{}
	for _, l := range s.catalogue.Layers {
		for _, tile := range w.tiles(l.Kind) {
			r, err := s.Tile(t.Context(), Request{Layers: []string{l.Name}, Tile: tile, Scope: access.Open()})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range strictLayer(t, r.Data) {
				checkFeature(t, f)
				drawn[l.Name]++
				if f.kind == 3 && drawn[l.Name]%17 == 0 {
					sample = append(sample, fmt.Sprintf("%s %d in %v\t%s", l.Name, f.id, tile, wktOf(f)))
				}
			}
		}
		if drawn[l.Name] == 0 && l.Kind.Registered() {
			t.Errorf("no tile shows anything of %s", l.Name)
		}
	}
	url := pgtest.Start(t)
	pgtest.Query(t, url, "CREATE TABLE f (name text, g geometry); COPY f FROM STDIN", sample...)
	for _, row := range pgtest.Query(t, url, "SELECT name, ST_IsValidReason(g) FROM f WHERE NOT ST_IsValid(g)") {
		t.Errorf("%s: PostGIS says %s", row[0], row[1])
	}
	if n := pgtest.Query(t, url, "SELECT count(*) FROM f")[0][0]; n != fmt.Sprint(len(sample)) || len(sample) < 100 {
		t.Errorf("PostGIS judged %s polygons of %d", n, len(sample))
	}
}

// The areas of the scene overlap in no tile, after PostGIS, thinned or not.
func TestSceneAreasStayApart(t *testing.T) {
	w := newSceneWorld()
	writer := newLayerWriter()
	var rows []string
	for z := range uint32(21) {
		for _, th := range w.things[assets.Area] {
			tile := geo.TileAt(th.Asset.Shape.Geometry.Plane.(orb.Polygon)[0][z%5], z)
			for id, polygons := range areasIn(t, writer, w.things[assets.Area], tile, float64(z%2)) {
				rows = append(rows, fmt.Sprintf("%d/%d/%d\t%s\t%s", z, tile.X, tile.Y, th.Asset.ID, wktOf(strictFeature{id: id, polygons: polygons})))
			}
		}
	}
	url := pgtest.Start(t)
	pgtest.Query(t, url, "CREATE TABLE f (tile text, at text, g geometry); COPY f FROM STDIN", rows...)
	sql := `SELECT tile, at, sum(ST_Area(g)), ST_Area(ST_Union(g)) FROM f GROUP BY 1, 2 HAVING abs(sum(ST_Area(g)) - ST_Area(ST_Union(g))) > 1e-6`
	for _, row := range pgtest.Query(t, url, sql) {
		t.Errorf("tile %s: areas of %s units together cover %s", row[0], row[2], row[3])
	}
}
