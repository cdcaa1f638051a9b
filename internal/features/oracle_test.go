package features_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/features"
	"suhe/internal/pgtest"
)

// asked is a question in both languages.
type asked struct {
	values url.Values
	where  []string // SQL
	order  string
}

// term is a predicate in both languages.
type term struct{ cql, sql string }

// instant is a literal of a time in both languages.
func instant(random *rand.Rand) term {
	text := at(random).Format(time.RFC3339)
	return term{"TIMESTAMP('" + text + "')", "'" + text + "'::timestamptz"}
}

// leaf is a random predicate without others in it.
func leaf(random *rand.Rand) term {
	op := pick(random, "=", "<>", "<", "<=", ">", ">=")
	n := random.IntN(9)
	word := pick(random, "steel", "stone", "木", "x")
	list := "(" + strings.Join([]string{"'" + pick(random, "a", "b") + "'", "'" + pick(random, "b", "c") + "'"}[:1+random.IntN(2)], ",") + ")"
	array := "ARRAY[" + strings.Trim(list, "()") + "]"
	from, to := instant(random), instant(random)
	if from.sql > to.sql { // of one year and offset: text is in order
		from, to = to, from
	}
	span := "INTERVAL(" + strings.TrimSuffix(strings.TrimPrefix(from.cql, "TIMESTAMP("), ")") + "," + strings.TrimSuffix(strings.TrimPrefix(to.cql, "TIMESTAMP("), ")") + ")"
	pattern := pick(random, "%桥", "%Bridge%", "_'_e%", `50\%`, `a\_b`, "a_b", "%", "苏%河", "wuning%")
	quoted := "'" + strings.ReplaceAll(pattern, "'", "''") + "'"
	g := shape(random)
	wkt := string(geo.AppendWKT(nil, g))
	spatial := pick(random, "Intersects", "Disjoint", "Within", "Contains", "Equals", "Touches", "Overlaps", "Crosses")
	return pick(random,
		term{fmt.Sprintf("height %s %d", op, n), fmt.Sprintf("height %s %d", op, n)},
		term{fmt.Sprintf("values.water_level %s %d", op, n/2), fmt.Sprintf("level %s %d", op, n/2)},
		term{fmt.Sprintf("%d %s height", n, op), fmt.Sprintf("%d %s height", n, op)},
		term{"values.water_level " + op + " height", "level " + op + " height"},
		term{"properties.material " + op + " '" + word + "'", "material " + op + " '" + word + "'"},
		term{"properties.gate = TRUE", "gate = TRUE"},
		term{"class IN ('sensor.rain', 'sensor.flow')", "class IN ('sensor.rain', 'sensor.flow')"},
		term{"properties.material NOT IN ('" + word + "', 'steel')", "material NOT IN ('" + word + "', 'steel')"},
		term{fmt.Sprintf("height NOT BETWEEN %d AND %d", n/2, n), fmt.Sprintf("height NOT BETWEEN %d AND %d", n/2, n)},
		term{"name LIKE " + quoted, "name LIKE " + quoted},
		term{"CASEI(name) LIKE CASEI(" + quoted + ")", "lower(name) LIKE lower(" + quoted + ")"},
		term{"name IS NULL", "name IS NULL"},
		term{"properties.tags IS NOT NULL", "tags IS NOT NULL"},
		term{"updated " + op + " " + from.cql, "updated " + op + " " + from.sql},
		term{"T_AFTER(updated, " + from.cql + ")", "updated > " + from.sql},
		term{"T_BEFORE(updated, " + span + ")", "updated < " + from.sql},
		term{"T_DURING(updated, " + span + ")", "(updated > " + from.sql + " AND updated < " + to.sql + ")"},
		term{"T_INTERSECTS(" + span + ", updated)", "(updated >= " + from.sql + " AND updated <= " + to.sql + ")"},
		term{"T_DISJOINT(updated, " + span + ")", "NOT (updated >= " + from.sql + " AND updated <= " + to.sql + ")"},
		term{"A_CONTAINS(properties.tags, " + list + ")", "tags @> " + array},
		term{"A_CONTAINEDBY(properties.tags, " + list + ")", "tags <@ " + array},
		term{"A_EQUALS(properties.tags, " + list + ")", "(tags @> " + array + " AND tags <@ " + array + ")"},
		term{"A_OVERLAPS(" + list + ", properties.tags)", "tags && " + array},
		term{"S_" + strings.ToUpper(spatial) + "(geometry, " + wkt + ")", "ST_" + spatial + "(geom, ST_GeomFromText('" + wkt + "', 4326))"},
	)
}

// tree is a random filter of some depth.
func tree(random *rand.Rand, depth int) term {
	if depth == 0 || random.IntN(3) == 0 {
		return leaf(random)
	}
	a, b := tree(random, depth-1), tree(random, depth-1)
	word := pick(random, "AND", "OR")
	if random.IntN(4) == 0 {
		return term{"NOT (" + a.cql + ")", "NOT (" + a.sql + ")"}
	}
	return term{"(" + a.cql + " " + word + " " + b.cql + ")", "(" + a.sql + " " + word + " " + b.sql + ")"}
}

// boxes are bboxes in the systems that PostGIS knows.
var boxes = []struct {
	uri  string
	srid int
	swap bool
}{
	{"", 4326, false}, {"http://www.opengis.net/def/crs/EPSG/0/4326", 4326, true}, {"http://www.opengis.net/def/crs/EPSG/0/3857", 3857, false},
	{"http://www.opengis.net/def/crs/EPSG/0/4549", 4549, true}, {"EPSG:4490", 4490, true},
}

// box is a random bbox, and what it is in SQL: of a plane its edges are cut into
// pieces before they are bent. Things lie on a grid of 1e-7 degrees, and of a box in metres
// it would be rounding that says what is in it, if its corner did: it lies beside it.
func box(random *rand.Rand, systems features.Systems, q *asked) {
	in := boxes[random.IntN(len(boxes))]
	crs, err := systems.Find("bbox-crs", in.uri)
	if err != nil {
		panic(err)
	}
	p := somewhere(random)
	if in.srid == 3857 || in.srid == 4549 {
		p = orb.Point{p[0] + 0.3e-7, p[1] + 0.3e-7}
	}
	far := orb.Point{p[0] + random.Float64()/30, p[1] + random.Float64()/40}
	low, high := crs.Projected(geo.Solid{Plane: p}, true).Plane.(orb.Point), crs.Projected(geo.Solid{Plane: far}, true).Plane.(orb.Point)
	low, high = orb.Point{min(low[0], high[0]), min(low[1], high[1])}, orb.Point{max(low[0], high[0]), max(low[1], high[1])}
	numbers := []float64{low[0], low[1], high[0], high[1]}
	if in.swap {
		numbers = []float64{low[1], low[0], high[1], high[0]}
	}
	q.values.Set("bbox", strings.Trim(strings.Join(strings.Fields(fmt.Sprintf("%.9f", numbers)), ","), "[]"))
	if in.uri != "" {
		q.values.Set("bbox-crs", in.uri)
	}
	envelope := fmt.Sprintf("ST_MakeEnvelope(%.9f, %.9f, %.9f, %.9f, %d)", low[0], low[1], high[0], high[1], in.srid)
	if in.srid == 4549 {
		envelope = fmt.Sprintf("ST_Segmentize(%s, %f)", envelope, max(high[0]-low[0], high[1]-low[1])/32)
	}
	q.where = append(q.where, "ST_Intersects(geom, ST_Transform("+envelope+", 4326))")
}

func question(random *rand.Rand, systems features.Systems) asked {
	q := asked{values: url.Values{"limit": {fmt.Sprint(1 + random.IntN(200))}}, order: "fid"}
	if random.IntN(4) > 0 {
		f := tree(random, 3)
		q.values.Set("filter", f.cql)
		q.where = append(q.where, f.sql)
	}
	if random.IntN(3) == 0 {
		box(random, systems, &q)
	}
	switch random.IntN(6) {
	case 0:
		from, to := at(random), at(random)
		if to.Before(from) {
			from, to = to, from
		}
		q.values.Set("datetime", from.Format(time.RFC3339)+"/"+to.Format(time.RFC3339))
		q.where = append(q.where, fmt.Sprintf("updated BETWEEN '%s' AND '%s'", from.Format(time.RFC3339), to.Format(time.RFC3339)))
	case 1:
		q.values.Set("class", "sensor.rain")
		q.where = append(q.where, "class = 'sensor.rain'")
	}
	if order := pick(random, term{}, term{}, term{"-values.water_level,name", "level DESC NULLS LAST, name NULLS LAST, fid"},
		term{"properties.material,-updated", "material NULLS LAST, updated DESC, fid"}, term{"+height,-properties.gate", "height, gate DESC NULLS LAST, fid"}); order.cql != "" {
		q.values.Set("sortby", order.cql)
		q.order = order.sql
	}
	return q
}

// answer reads all pages of an answer.
func answer(t *testing.T, w features.World, v features.Viewer, systems features.Systems, values url.Values) (fids []string) {
	t.Helper()
	schema := features.SchemaOf(assets.Sensor, assets.DefaultClasses(), v)
	for {
		q, err := schema.Read(values, systems, v)
		if err != nil {
			t.Fatalf("%v: %v", values, err)
		}
		p, err := q.Page(t.Context(), w, v)
		if err != nil {
			t.Fatal(err)
		}
		for _, thing := range p.Things {
			fids = append(fids, fmt.Sprint(thing.Asset.FID))
		}
		if len(p.Things) > q.Limit || p.Next == nil != (len(fids) == p.Matched) {
			t.Fatalf("%v: a page of %d, %d so far of %d, next %v", values, len(p.Things), len(fids), p.Matched, p.Next)
		}
		if p.Next == nil {
			return fids
		}
		values.Set("after", p.Next.String())
	}
}

// Random questions, all pages of their answers, for one who sees everything and one
// who sees an area: what comes, and in which order, is what PostGIS says. SUHE_SOAK=1
// asks a million.
func TestAgainstPostGIS(t *testing.T) {
	questions := 10_000
	if os.Getenv("SUHE_SOAK") != "" {
		questions = 1_000_000
	}
	random := rand.New(rand.NewPCG(7, 2026))
	s := fill(random, 400)
	w := s.open(t)
	url := pgtest.Start(t)
	s.copyTo(t, url)
	systems := features.NewSystems(geo.ShanghaiPlane)
	neighbour := viewer(access.Grant{Actions: access.Actions(), Kinds: assets.Kinds(), Sensitivity: assets.Personal, Areas: []string{"310107005"}}.Compile(nil))
	pgtest.Query(t, url, `CREATE TABLE questions (n int, wanted text, ranked text);
		CREATE FUNCTION found(wanted text, ranked text) RETURNS text LANGUAGE plpgsql AS $$
		DECLARE fids text; BEGIN
			EXECUTE 'SELECT string_agg(fid::text, '','' ORDER BY ' || ranked || ') FROM things WHERE ' || wanted INTO fids;
			RETURN fids;
		END $$`)
	const atOnce = 1000
	found, empty := 0, 0
	for from := 0; from < questions; from += atOnce {
		var asks []asked
		var sql []string
		for i := range atOnce {
			q := question(random, systems)
			asks = append(asks, q)
			where := append([]string{"TRUE"}, q.where...)
			if i%5 == 0 {
				where = append(where, "area = '310107005'")
			}
			text := strings.ReplaceAll(strings.Join(where, " AND "), `\`, `\\`)
			sql = append(sql, fmt.Sprintf("%d\t%s\t%s", i, text, q.order))
		}
		pgtest.Query(t, url, "TRUNCATE questions; COPY questions FROM STDIN", sql...)
		rows := map[string]string{}
		for _, r := range pgtest.Query(t, url, "SELECT n, found(wanted, ranked) FROM questions") {
			rows[r[0]] = r[1]
		}
		for i, q := range asks {
			v := everything()
			if i%5 == 0 {
				v = neighbour
			}
			got := strings.Join(answer(t, w, v, systems, q.values), ",")
			if want := rows[fmt.Sprint(i)]; got != want {
				t.Fatalf("%v\nfinds   %s\nPostGIS %s\nby %s", q.values, got, want, sql[i])
			}
			if got == "" {
				empty++
			} else {
				found++
			}
		}
	}
	if found < questions/3 || empty == 0 {
		t.Errorf("%d answers with features, %d without", found, empty)
	}
	t.Logf("%d answers with features, %d without", found, empty)
}
