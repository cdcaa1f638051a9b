package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// WorldOptions are what World loads.
type WorldOptions struct {
	Source   twin.Source  // of a store in the database
	Prepare  twin.Prepare // as a node does
	Database string
	Count    int // assets that there are
	Rounds   int
}

// WorldReport is what one process found. Times are seconds, sizes bytes.
type WorldReport struct {
	Load     float64 `json:"load"`     // rows to a world with its index
	Scanned  float64 `json:"scanned"`  // the same rows by pgx, as values of Go
	Raw      float64 `json:"raw"`      // the same rows by pgx, as bytes that nobody looks at
	Peak     int64   `json:"peak"`     // the most resident, after the first load
	Resident int64   `json:"resident"` // after the first load
	Large    float64 `json:"large"`    // median z16 tile
	Small    float64 `json:"small"`    // the same in a world of ten thousand
}

func (f *WorldReport) rows(n int) []Row {
	const gib = 1 << 30
	name := count(n) + " assets"
	return []Row{
		compare(name+": from PostGIS to a world with its index", "s", f.Load, "pgx alone, rows scanned", f.Scanned, atMost(2)),
		compare(name+": the same, beside rows that nobody looks at", "s", f.Load, "pgx alone, bytes", f.Raw, limit{}),
		alone(name+": resident at most while loading", "GiB", float64(f.Peak)/gib, atMost(loadLimit)),
		alone(name+": resident when loaded", "GiB", float64(f.Resident)/gib, atMost(loadLimit)),
		compare("z16 tile among "+name, "µs", 1e6*f.Large, fmt.Sprintf("among %s of the same density", count(smallSet)), 1e6*f.Small, atMost(1.5)),
	}
}

// World is the child of Load: it measures in the process that it runs in.
func World(ctx context.Context, o WorldOptions) (f WorldReport, err error) {
	var world *twin.World
	var load, scanned, raw []float64
	for round := range o.Rounds {
		world = nil
		debug.FreeOSMemory()
		took, err := timed(func() error {
			world, err = loaded(ctx, o)
			return err
		})
		if err != nil {
			return f, err
		}
		load = append(load, took)
		if round == 0 {
			if err := f.weigh(); err != nil {
				return f, err
			}
		}
		for _, way := range []struct {
			scan bool
			to   *[]float64
		}{{true, &scanned}, {false, &raw}} {
			runtime.GC()
			took, err := timed(func() error { return readRows(ctx, o.Database, o.Count, way.scan) })
			if err != nil {
				return f, err
			}
			*way.to = append(*way.to, took)
		}
	}
	f.Load, f.Scanned, f.Raw = median(load), median(scanned), median(raw)
	return f, f.drawBoth(ctx, world, o.Count)
}

func loaded(ctx context.Context, o WorldOptions) (*twin.World, error) {
	w, err := twin.New(twin.Options{Phenomenon: rule, Prepare: o.Prepare})
	if err != nil {
		return nil, err
	}
	if err := w.Load(ctx, o.Source); err != nil {
		return nil, err
	}
	if n := w.Counts(access.Open().SeesFacet); totalOf(n) != o.Count {
		return nil, fmt.Errorf("the world has %d things, want %d", totalOf(n), o.Count)
	}
	return w, nil
}

func totalOf(counts []twin.Count) (n int) {
	for _, c := range counts {
		n += c.Total
	}
	return n
}

// weigh reads the process's memory: first the peak, then what stays.
func (f *WorldReport) weigh() (err error) {
	if f.Peak, err = memory("self", "VmHWM"); err != nil {
		return err
	}
	debug.FreeOSMemory()
	f.Resident, err = memory("self", "VmRSS")
	return err
}

// drawBoth compares z16 tiles of the large world with those of a small one,
// whole tiles all over each, one at a time and by turns.
func (f *WorldReport) drawBoth(ctx context.Context, large *twin.World, n int) error {
	small, err := newWorld(ctx, newMaker().points(assets.Fixture, smallSet, ground(smallSet)))
	if err != nil {
		return err
	}
	ofLarge, err := newServer(large, how{plain: true})
	if err != nil {
		return err
	}
	defer ofLarge.Close()
	ofSmall, err := newServer(small, how{plain: true})
	if err != nil {
		return err
	}
	defer ofSmall.Close()
	var a, b score
	for range 20 {
		if err := pass(ctx, inner(n), 1, ours(ofLarge, assets.Fixture), &a); err != nil {
			return err
		}
		if err := pass(ctx, inner(smallSet), 1, ours(ofSmall, assets.Fixture), &b); err != nil {
			return err
		}
	}
	f.Large, f.Small = a.percentile(0.5)/1000, b.percentile(0.5)/1000
	return nil
}

// inner are z16 tiles that lie wholly in the ground of n things, at most 400,
// all over it.
func inner(n int) []geo.Tile {
	box := ground(n)
	from, to := geo.TileAt(box.LeftTop(), 16), geo.TileAt(box.RightBottom(), 16)
	var all []geo.Tile
	for x := from.X + 1; x < to.X; x++ {
		for y := from.Y + 1; y < to.Y; y++ {
			all = append(all, geo.Tile{Z: 16, X: x, Y: y})
		}
	}
	step := max(1, len(all)/400)
	out := all[:0]
	for i := 0; i < len(all); i += step {
		out = append(out, all[i])
	}
	return out
}

// columns are those of an asset, as the store reads them.
const columns = `fid, id, kind, class, name, geom, base, height, orientation, owner, area, chainage, bank, offset_m,
	lifecycle, properties, camera, sensor, revision, changed_at, changed_by, why`

// readRows reads every asset's row with pgx: into values of Go, as who has no
// other use for them would, or without a look.
func readRows(ctx context.Context, url string, want int, scan bool) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, "SELECT "+columns+" FROM suhe.assets ORDER BY fid", pgx.QueryResultFormats{pgx.BinaryFormatCode})
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
		if scan {
			if err := scanRow(rows); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != want {
		return fmt.Errorf("%d rows, want %d", n, want)
	}
	return nil
}

func scanRow(rows pgx.Rows) error {
	var (
		fid, revision                            int64
		id, kind, class, name, owner, area, life string
		by, why                                  string
		geom                                     []byte
		base, height, orientation                float64
		chainage, offset                         *float64
		bank                                     *string
		properties, camera, sensor               json.RawMessage
		at                                       time.Time
	)
	return rows.Scan(&fid, &id, &kind, &class, &name, &geom, &base, &height, &orientation, &owner, &area, &chainage, &bank, &offset,
		&life, &properties, &camera, &sensor, &revision, &at, &by, &why)
}

func timed(f func() error) (seconds float64, err error) {
	start := time.Now()
	err = f()
	return time.Since(start).Seconds(), err
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
