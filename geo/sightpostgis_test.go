package geo_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"suhe/geo"
	"suhe/internal/pgtest"
)

// Over the ground, where heights make no difference, nothing stands between two points
// exactly when PostGIS finds that their line meets no house, wherever a decimetre makes
// no difference to that. With SUHE_SOAK it is asked a million times.
func TestClearAgainstPostGIS(t *testing.T) {
	n := 100 // lenses, and as many places
	if os.Getenv("SUHE_SOAK") != "" {
		n = 1000
	}
	url := pgtest.Start(t)
	random := rand.New(rand.NewPCG(7, 8))
	pgtest.Query(t, url, "CREATE TABLE houses (g geometry); CREATE TABLE lenses (id int, p geometry); CREATE TABLE places (id int, p geometry)")
	var around []geo.Block
	var rows []string
	for range 60 {
		h := oriented{x: random.Float64()*600 - 300, y: random.Float64()*600 - 300, a: 3 + 25*random.Float64(), b: 3 + 12*random.Float64(), angle: 3 * random.Float64(), top: 1000}
		b := h.block(0)
		b.Base, b.Top = -1, 1000
		if random.IntN(4) == 0 { // with a yard
			yard := h
			yard.a, yard.b = h.a/2, h.b/2
			b.Ground = append(b.Ground.(orb.Polygon), yard.block(0).Ground.(orb.Polygon)[0])
		}
		around = append(around, b)
		rows = append(rows, "SRID=4326;"+wkt.MarshalString(b.Ground))
	}
	pgtest.Query(t, url, "COPY houses FROM STDIN", rows...)
	points := func(table string) (out []orb.Point) {
		rows := make([]string, n)
		for i := range n {
			p := from(random.Float64()*640-320, random.Float64()*640-320)
			out = append(out, p)
			rows[i] = fmt.Sprintf("%d\tSRID=4326;POINT(%.17g %.17g)", i, p[0], p[1])
		}
		pgtest.Query(t, url, "COPY "+table+" FROM STDIN", rows...)
		return out
	}
	lenses, places := points("lenses"), points("places")
	// Houses are not grown or shrunk here but rays asked twice: those that come nearer
	// than a decimetre to a wall without crossing it, or that barely cut a house, are
	// left out, and so are those from or to a house and the few metres that are shorter.
	sql := fmt.Sprintf(`CREATE INDEX ON houses USING gist (g); ANALYZE;
		SELECT l.id, p.id, NOT EXISTS (SELECT FROM houses h WHERE ST_Intersects(h.g, r.line)),
			EXISTS (SELECT FROM houses h WHERE ST_DWithin(ST_Boundary(h.g), r.line, %[1]g) AND
				(NOT ST_Intersects(h.g, r.line) OR ST_Length(ST_Intersection(h.g, r.line)) < %[1]g * 20))
		FROM lenses l, places p, LATERAL (SELECT ST_MakeLine(l.p, p.p) line) r
		WHERE ST_Length(r.line) > %[1]g * 50
			AND NOT EXISTS (SELECT FROM houses h WHERE ST_DWithin(h.g, l.p, %[1]g * 10) OR ST_DWithin(h.g, p.p, %[1]g * 10))`, 0.1*metre[1])
	eyes := make([]*geo.Eye, n)
	for i, p := range lenses {
		eyes[i] = geo.NewEye(geo.Lens{At: p, Height: 1, Horizontal: 360, Vertical: 180, Range: 5000}, around)
	}
	asked, clear, unsure := 0, 0, 0
	for _, row := range pgtest.Query(t, url, sql) {
		ids := numbers(t, row[:2])
		if row[3] == "t" {
			unsure++
			continue
		}
		asked++
		l, p := int(ids[0]), int(ids[1])
		is := eyes[l].Clear(places[p], 1)
		if is {
			clear++
		}
		if is != (row[2] == "t") {
			t.Errorf("from %v to %v: clear %v, PostGIS says %s", lenses[l], places[p], is, row[2])
		}
	}
	if asked < n*n/4 || clear < asked/50 || clear > asked*49/50 || unsure > asked/5 {
		t.Errorf("%d rays of %d, %d of them clear, %d left out", asked, n*n, clear, unsure)
	}
	t.Logf("%d rays, %d clear, %d left out", asked, clear, unsure)
}
