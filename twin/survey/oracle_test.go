package survey_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/internal/pgtest"
	"suhe/twin/survey"
)

// questions is how many of each kind are asked: a million in all with SUHE_SOAK=1.
func questions() int {
	if os.Getenv("SUHE_SOAK") == "1" {
		return 200_000
	}
	return 2_000
}

// asked is one question and its answer as PostGIS has it.
type asked struct {
	shape  orb.Geometry
	metres float64
	want   map[string]float64 // by id: distance in metres, if the question is about that
}

// batch asks PostGIS many questions at once: join joins t (id, g, and gg as geography) to
// q (g, gg, m).
func batch(t *testing.T, url string, all []asked, column, join string) {
	t.Helper()
	lines := make([]string, len(all))
	for i, a := range all {
		lines[i] = fmt.Sprintf("%d\t%.17g\tSRID=4326;%s", i, a.metres, wkt.MarshalString(a.shape))
		all[i].want = map[string]float64{}
	}
	pgtest.Query(t, url, `DROP TABLE IF EXISTS q; CREATE TABLE q (n int, m float8, g geometry); COPY q FROM STDIN`, lines...)
	pgtest.Query(t, url, `ALTER TABLE q ADD gg geography; UPDATE q SET gg = g::geography; ANALYZE q`)
	for _, row := range pgtest.Query(t, url, `SELECT q.n, t.id, `+column+` FROM q `+join) {
		n, _ := strconv.Atoi(row[0])
		d, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		all[n].want[row[1]] = d
	}
}

// landed is a world of random things that PostGIS holds too.
func landed(t *testing.T, random *rand.Rand) (*house, string) {
	t.Helper()
	url := pgtest.Start(t)
	h := open(t, nil, nil, things(random, 2_500)...)
	var lines []string
	for _, a := range h.all {
		lines = append(lines, fmt.Sprintf("%s\tSRID=4326;%s", a.ID, wkt.MarshalString(a.Shape.Geometry.Plane)))
	}
	pgtest.Query(t, url, `CREATE TABLE t (id text, g geometry); COPY t FROM STDIN`, lines...)
	pgtest.Query(t, url, `ALTER TABLE t ADD gg geography; UPDATE t SET gg = g::geography; CREATE INDEX ON t USING gist (g); CREATE INDEX ON t USING gist (gg); ANALYZE t`)
	return h, url
}

// select asks for all that is in a region.
func (h *house) selected(t *testing.T, r survey.Region) map[string]bool {
	t.Helper()
	a := everything()
	a.Region = r
	found, err := h.Select(t.Context(), a, 0, survey.MaxRows)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, row := range found.Things {
		out[string(row.ID)] = true
	}
	if len(out) != found.Matched {
		t.Fatalf("%d things, %d matched", len(out), found.Matched)
	}
	return out
}

// Within and intersects of drawn outlines are those of PostGIS, without exception.
func TestOutlinesAgainstPostGIS(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 7))
	h, url := landed(t, random)
	for _, c := range []struct {
		name, where string
		region      func(orb.Geometry) (survey.Region, error)
		lines       bool
	}{
		{"intersects", "ST_Intersects(t.g, q.g)", survey.Touching, true},
		{"within", "ST_Within(t.g, q.g)", survey.Inside, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := make([]asked, questions())
			for i := range all {
				all[i].shape = star(random, somewhere(random), 100+random.Float64()*4000)
				if c.lines && i%3 == 0 {
					all[i].shape = wander(random, somewhere(random), 2000)
				}
			}
			batch(t, url, all, "0", "JOIN t ON "+c.where)
			found := 0
			for _, a := range all {
				region, err := c.region(a.shape)
				if err != nil {
					t.Fatal(err)
				}
				got := h.selected(t, region)
				found += len(got)
				for id := range a.want {
					if !got[id] {
						t.Errorf("%s is not found in %s", id, wkt.MarshalString(a.shape))
					}
				}
				if len(got) > len(a.want) {
					t.Errorf("%d things, PostGIS has %d: %s", len(got), len(a.want), wkt.MarshalString(a.shape))
				}
			}
			if found < questions() {
				t.Fatalf("only %d things were found", found)
			}
		})
	}
}

// tolerance is by how much a distance may be another than that of PostGIS, which looks
// for the nearest points on a sphere and measures between them on the ellipsoid: where a
// point to the north and one to the east are as far there, the one that it takes may be
// half a percent farther here, by the two radii of curvature. Against points laid densely
// on the edges ours are true to 0.01 %; see geo.
func tolerance(d float64) float64 { return 0.05 + d*5e-3 }

// What is so near is what PostGIS says, but for what lies on the edge to within the
// tolerance.
func TestBuffersAgainstPostGIS(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 7))
	h, url := landed(t, random)
	all := make([]asked, questions())
	for i := range all {
		p := somewhere(random)
		all[i].metres = math.Round(random.Float64()*80_000) / 100
		all[i].shape = []orb.Geometry{p, wander(random, p, 1000), star(random, p, 800)}[i%3]
	}
	batch(t, url, all, "ST_Distance(t.gg, q.gg)", "JOIN t ON ST_DWithin(t.gg, q.gg, q.m * 1.01 + 1)")
	found, edge := 0, 0
	for _, a := range all {
		region, err := survey.Around(a.shape, geo.Metres(a.metres))
		if err != nil {
			t.Fatal(err)
		}
		got := h.selected(t, region)
		found += len(got)
		for _, one := range h.all {
			d, near := a.want[string(one.ID)]
			switch is := got[string(one.ID)]; {
			case math.Abs(d-a.metres) <= tolerance(d):
				edge++
			case is != (near && d <= a.metres):
				t.Errorf("%s within %g m of %s: %v, PostGIS says %g m", one.ID, a.metres, wkt.MarshalString(a.shape), is, d)
			}
		}
	}
	if found < questions() || edge > found/20 {
		t.Fatalf("%d things were found, %d on the edge", found, edge)
	}
}

// The nearest, and how far they are, are those of PostGIS; of things that are as far to
// within the tolerance the order may be another.
func TestNearestAgainstPostGIS(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 7))
	h, url := landed(t, random)
	all := make([]asked, questions())
	const k = 10
	for i := range all {
		all[i].shape = somewhere(random)
	}
	batch(t, url, all, "ST_Distance(t.gg, q.gg)", "CROSS JOIN LATERAL (SELECT id, gg FROM t ORDER BY t.gg <-> q.gg LIMIT 40) t")
	for i, a := range all {
		rows, err := h.Nearest(t.Context(), everything(), a.shape.(orb.Point), k, 20_000)
		if err != nil || len(rows) != k {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		want := make([]float64, 0, len(a.want))
		for _, d := range a.want {
			want = append(want, d)
		}
		slices.Sort(want)
		for n, row := range rows {
			d := float64(*row.Distance)
			if math.Abs(d-want[n]) > tolerance(d) || math.Abs(d-a.want[string(row.ID)]) > tolerance(d) {
				t.Fatalf("question %d: the %d. is %s at %g m, PostGIS has %g m, and this at %g m", i, n, row.ID, d, want[n], a.want[string(row.ID)])
			}
		}
	}
}

// Chainage and offset are those of PostGIS on the projected line, to a thousandth of the
// offset; where two stretches are as near, either may be it.
func TestChainageAgainstPostGIS(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 7))
	url := pgtest.Start(t)
	river := scene.River()
	lines := make([]string, questions())
	points := make([]orb.Point, len(lines))
	for i := range lines {
		points[i] = somewhere(random)
		lines[i] = fmt.Sprintf("%d\tSRID=4326;%s", i, wkt.MarshalString(points[i]))
	}
	pgtest.Query(t, url, `CREATE TABLE q (n int, g geometry); COPY q FROM STDIN`, lines...)
	sql := fmt.Sprintf(`WITH l AS (SELECT ST_Transform(ST_GeomFromText('%s', 4326), 4549) AS g)
		SELECT n, ST_LineLocatePoint(l.g, p) * ST_Length(l.g), ST_Distance(l.g, p)
		FROM l, q, LATERAL (SELECT ST_Transform(q.g, 4549) AS p) x ORDER BY n`, wkt.MarshalString(river.Line()))
	differ := 0
	for _, row := range pgtest.Query(t, url, sql) {
		n, _ := strconv.Atoi(row[0])
		chainage, _ := strconv.ParseFloat(row[1], 64)
		offset, _ := strconv.ParseFloat(row[2], 64)
		got := river.Locate(points[n])
		// The plane is 0.02 % too long here.
		if math.Abs(float64(got.Offset)-offset) > 0.1+0.001*offset {
			t.Fatalf("%v: offset %g, PostGIS says %g", points[n], float64(got.Offset), offset)
		}
		if math.Abs(float64(got.Chainage)-chainage) > 1+0.0005*chainage+0.002*offset {
			differ++
			other := river.At(geo.Place{Chainage: geo.Metres(chainage / 1.0002)})
			if d := float64(geo.Distance(points[n], other)); math.Abs(d-offset) > 4+0.002*offset {
				t.Fatalf("%v: chainage %g, PostGIS says %g", points[n], float64(got.Chainage), chainage)
			}
		}
	}
	if differ > len(lines)/100 {
		t.Errorf("%d of %d chainages are other ones", differ, len(lines))
	}
}

// A question of a thousand and one things is answered by kind and class as asked.
func TestNearestAsksForClasses(t *testing.T) {
	var all []*assets.Asset
	for i := range 400 {
		class := "asset.tree"
		if i%100 == 99 {
			class = "asset.lifebuoy"
		}
		all = append(all, at(assets.Fixture, class, assets.ID(fmt.Sprintf("f-%03d", i)), orb.Point{121.43, 31.25 + float64(i)*1e-5}))
	}
	all = append(all, at(assets.Sensor, "sensor.other", "s", orb.Point{121.43, 31.25}))
	h := open(t, nil, nil, all...)
	ask := everything()
	ask.Classes = []string{"asset.lifebuoy", "sensor"}
	rows, err := h.Nearest(t.Context(), ask, orb.Point{121.43, 31.25}, 3, 5000)
	var ids []string
	for _, r := range rows {
		ids = append(ids, string(r.ID))
	}
	if got := strings.Join(ids, " "); err != nil || got != "s f-099 f-199" {
		t.Errorf("nearest are %s, %v", got, err)
	}
}
