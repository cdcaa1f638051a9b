package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"suhe/internal/bench"
	"suhe/internal/pgtest"
)

// measured runs a measurement with small numbers, in the built program: it
// starts itself again.
func measured(t *testing.T, args ...string) map[string][]bench.Row {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(program, append([]string{"bench"}, append(args, "--quick", "--json")...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var table bench.Table
	if err := json.Unmarshal(out.Bytes(), &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Machine) < 3 {
		t.Errorf("the table does not tell where it is from: %q", table.Machine)
	}
	rows := map[string][]bench.Row{}
	for _, r := range table.Rows {
		// Processor time comes in hundredths of a second: of a quick run it may be none,
		// and less than that of the same without clients.
		quick := strings.Contains(r.What, "processor time of an update")
		if r.Rival != "" && !quick && (r.Yardstick <= 0 || r.Ratio <= 0) {
			t.Errorf("no yardstick: %+v", r)
		}
		if r.Target != "" && r.Verdict != "pass" && r.Verdict != "miss" {
			t.Errorf("no verdict: %+v", r)
		}
		rows[r.What] = append(rows[r.What], r)
	}
	return rows
}

// plausible is between what a figure cannot be outside of on any machine.
type plausible struct {
	what     string
	from, to float64
}

func check(t *testing.T, rows map[string][]bench.Row, want []plausible) {
	t.Helper()
	for _, p := range want {
		found := rows[p.what]
		if len(found) == 0 {
			t.Errorf("no row %q", p.what)
		}
		for _, r := range found {
			if !(r.Figure >= p.from && r.Figure <= p.to) {
				t.Errorf("%s: %v %s, want %v to %v", r.What, r.Figure, r.Unit, p.from, p.to)
			}
		}
	}
	if t.Failed() {
		var names []string
		for name := range rows {
			names = append(names, name)
		}
		slices.Sort(names)
		t.Logf("there are:\n%s", strings.Join(names, "\n"))
	}
}

func TestBenchTiles(t *testing.T) {
	t.Parallel()
	database := pgtest.Start(t)
	rows := measured(t, "tiles", "--database", database)
	var want []plausible
	for _, set := range []string{"2k points z10–z18", "1k buildings z12–z18", "5k points z10–z18"} {
		want = append(want, plausible{set + ": fresh tiles", 10, 1e6}, plausible{set + ": p99", 0.001, 1000},
			plausible{set + ": size", 100, 1e6}, plausible{set + ": fresh tiles, gzip", 1, 1e6})
		for _, r := range rows[set+": size"] {
			if r.Ratio < 0.8 || r.Ratio > 1.2 {
				t.Errorf("%s: %v of the yardstick's: not the same tiles", r.What, r.Ratio)
			}
		}
	}
	check(t, rows, append(want,
		plausible{"z14–z16 tile of 1000 points", 1, 1e5}, plausible{"heap allocations of one point more", 0, 0.5},
		plausible{"repeated tiles over HTTP", 100, 1e7}, plausible{"the same, 304", 100, 1e7},
		plausible{"z14–z16 tiles of points and sensors, beside changes of state", 1, 1e6},
		plausible{"changes of state shown meanwhile", 1000, 1e4}, plausible{"5k assets, slowest tile of z0–z8", 0, 1000},
		plausible{"PUT by the API, sent → its tile served: p50", 0.1, 10_000}, plausible{"PUT by the API, sent → its tile served: p99", 0.1, 30_000},
		plausible{"UPDATE in SQL, committed → its tile served: p50", 0.1, 10_000}, plausible{"UPDATE in SQL, committed → its tile served: p99", 0.1, 30_000}))
	for _, what := range []string{"z14–z16 tile of 1000 points", "z14–z16 tile of 1000 points, encoded without search and ETag"} {
		if n := len(rows[what]); n != 2 {
			t.Errorf("%d yardsticks of a %s, want orb and ST_AsMVT", n, what)
		}
	}
	// Another measurement beside this one may have a database for as long as it takes.
	eventually(t, "nothing is left in the database", func() bool {
		return len(pgtest.Query(t, database, `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'suhe%'
			UNION ALL SELECT datname FROM pg_database WHERE datname LIKE 'suhe%'`)) == 0
	})
}

func TestBenchLoad(t *testing.T) {
	t.Parallel()
	rows := measured(t, "load")
	check(t, rows, []plausible{
		{"20k assets: from PostGIS to a world with its index", 0.001, 60}, {"20k assets: the same, beside rows that nobody looks at", 0.001, 60},
		{"20k assets: resident at most while loading", 0.01, 2}, {"20k assets: resident when loaded", 0.01, 2},
		{"z16 tile among 20k assets", 1, 1e5},
	})
}

func TestBenchQuery(t *testing.T) {
	t.Parallel()
	rows := measured(t, "query", "--database", pgtest.Start(t))
	check(t, rows, []plausible{
		{"5k assets: box of 250 m", 10, 1e7}, {"5k assets: polygon of 12 corners", 10, 1e7}, {"5k assets: nearest 10", 10, 1e7},
		{"300 cameras, 1k buildings: who sees a place: p99", 0.001, 1000}, {"5k assets by words, with facets: p99", 0.001, 1000},
		{"index of words: memory", 0.1, 100}, {"5k assets as CSV", 100, 1e7}, {"5k assets as CSV: memory held more at most", 0, 1000},
	})
}

func TestBenchStream(t *testing.T) {
	t.Parallel()
	rows := measured(t, "stream", "--database", pgtest.Start(t))
	var want []plausible
	for _, store := range []string{"", "PostGIS; "} {
		for _, way := range []string{"MQTT, QoS 1", "HTTP, batches of 100"} {
			want = append(want, plausible{store + way + ": observations confirmed and shown in memory", 100, 1e7}, plausible{store + way + ": lost", 0, 0},
				plausible{store + way + ": processor time of the node for one", 0.1, 1e5})
		}
	}
	watched := " at 500 observations a second"
	for _, what := range []string{"device → WebSocket", "PostGIS; device → WebSocket while history drains"} {
		want = append(want, plausible{what + watched + ": p50", 0, 5000}, plausible{what + watched + ": p99", 0, 10_000}, plausible{what + watched + ": sent", 100, 600})
	}
	phones, screens := "200 clients, each its own view, 500 changes/s: ", "100 clients, one view, 1000 changes/s, "
	want = append(want, plausible{phones + "change → client, p99", 1, 60_000}, plausible{phones + "object updates delivered", 10, 1e5},
		plausible{phones + "events that did not come", 0, 0}, plausible{phones + "lost, or begun anew", 0, 0})
	for _, protocol := range []string{"suhe.v1.pb", "suhe.v1.json"} {
		want = append(want, plausible{screens + protocol + ": object updates delivered", 1000, 2e5}, plausible{screens + protocol + ": change → client, p99", 1, 60_000})
	}
	check(t, rows, append(want, plausible{"100 clients come back at once: the last is live after", 1, 60_000},
		plausible{"100 clients come back at once: snapshots, where a difference would do", 0, 0},
		plausible{"PostGIS; history: confirmed and not in it, or in it twice", 0, 0}))
}
