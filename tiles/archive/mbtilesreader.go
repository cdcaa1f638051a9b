package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"suhe/geo"
)

const (
	sqliteMagic = "SQLite format 3\x00"
	askTime     = 2 * time.Second // for one question: a file's views may go on for ever
	askAtOnce   = 4               // questions at the same time
)

// mbtilesFile finds tiles in an MBTiles file.
type mbtilesFile struct{ db *sql.DB }

// openMBTiles opens the file as one that nobody writes, which needs no lock and
// no file beside it. Its schema is not trusted: views may call no function with
// a side effect.
func openMBTiles(ctx context.Context, path string) (*File, error) {
	db, err := openSQLite(path, "mode=ro&immutable=1&_pragma=trusted_schema(off)&_pragma=cell_size_check(on)&_pragma=query_only(on)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(askAtOnce)
	f := &mbtilesFile{db}
	m, err := f.meta(ctx)
	if err == nil {
		_, err = f.tile(ctx, geo.Tile{Z: m.MinZoom}) // whether it can be asked at all
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return &File{m, f}, nil
}

// tile implements source.
func (f *mbtilesFile) tile(ctx context.Context, t geo.Tile) (data []byte, err error) {
	err = f.ask(ctx, func(ctx context.Context, c *sql.Conn) error {
		err := c.QueryRowContext(ctx, "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
			t.Z, t.X, flipped(t)).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if len(data) == 0 {
		data = nil
	}
	return data, err
}

// ask runs a question within its bounds of time and size. The caller's end is
// the caller's error; everything else is the file's.
func (f *mbtilesFile) ask(ctx context.Context, question func(context.Context, *sql.Conn) error) error {
	timed, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	err := f.bounded(timed, question)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case timed.Err() != nil:
		return fmt.Errorf("%w: no answer within %v", ErrBroken, askTime)
	}
	return fmt.Errorf("%w: %w", ErrBroken, err)
}

func (f *mbtilesFile) bounded(ctx context.Context, question func(context.Context, *sql.Conn) error) error {
	c, err := f.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := sqlite.Limit(c, sqlite3.SQLITE_LIMIT_LENGTH, MaxTile); err != nil {
		return err
	}
	return question(ctx, c)
}

// meta reads the metadata and completes what it lacks.
func (f *mbtilesFile) meta(ctx context.Context) (m Meta, err error) {
	rows, err := f.rows(ctx)
	if err != nil {
		return Meta{}, err
	}
	m = Meta{Name: rows["name"], Description: rows["description"], Attribution: rows["attribution"], Version: rows["version"]}
	if m.Format, err = formatNamed(rows["format"]); err != nil {
		return Meta{}, err
	}
	if m.MinZoom, m.MaxZoom, err = f.zooms(ctx, rows); err != nil {
		return Meta{}, err
	}
	m.Bounds, err = parseBounds(rows["bounds"])
	if err != nil {
		return Meta{}, err
	}
	if text := rows["json"]; text != "" {
		if err := readMetadata([]byte(text), &m); err != nil {
			return Meta{}, err
		}
	}
	return m, m.settle()
}

// rows reads what is understood of the metadata.
func (f *mbtilesFile) rows(ctx context.Context) (map[string]string, error) {
	out := make(map[string]string)
	err := f.ask(ctx, func(ctx context.Context, c *sql.Conn) error {
		rows, err := c.QueryContext(ctx, `SELECT name, value FROM metadata WHERE value IS NOT NULL AND name IN
			('name', 'description', 'attribution', 'version', 'format', 'minzoom', 'maxzoom', 'bounds', 'json') LIMIT 20`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name, value string
			if err := rows.Scan(&name, &value); err != nil {
				return err
			}
			if len(value) > maxMetadata {
				return fmt.Errorf("metadata: %s: %d bytes, want at most %d", name, len(value), maxMetadata)
			}
			out[name] = value
		}
		return rows.Err()
	})
	return out, err
}

// formatNamed reads the row format.
func formatNamed(name string) (Format, error) {
	switch name {
	case "pbf", "mvt":
		return MVT, nil
	case "png":
		return PNG, nil
	case "jpg", "jpeg":
		return JPEG, nil
	case "webp":
		return WebP, nil
	}
	return "", fmt.Errorf("%w: metadata: format: %.20q, want pbf, mvt, png, jpg or webp", ErrBroken, name)
}

// zooms reads the rows minzoom and maxzoom or, if one is missing, the tiles.
func (f *mbtilesFile) zooms(ctx context.Context, rows map[string]string) (least, most uint32, err error) {
	from, to := rows["minzoom"], rows["maxzoom"]
	if from == "" || to == "" {
		err := f.ask(ctx, func(ctx context.Context, c *sql.Conn) error {
			return c.QueryRowContext(ctx, "SELECT coalesce(min(zoom_level), 0), coalesce(max(zoom_level), 0) FROM tiles").Scan(&from, &to)
		})
		if err != nil {
			return 0, 0, err
		}
	}
	if least, err = parseZoom("minzoom", from); err != nil {
		return 0, 0, err
	}
	most, err = parseZoom("maxzoom", to)
	return least, most, err
}

func parseZoom(name, text string) (uint32, error) {
	z, err := strconv.ParseUint(strings.TrimSpace(text), 10, 8)
	if err != nil {
		return 0, fmt.Errorf("%w: metadata: %s: %.20q is no zoom", ErrBroken, name, text)
	}
	return uint32(z), nil
}

// parseBounds reads west, south, east, north; nothing is the whole world.
func parseBounds(text string) (orb.Bound, error) {
	if text == "" {
		return world, nil
	}
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return orb.Bound{}, fmt.Errorf("%w: metadata: bounds: %d numbers, want 4", ErrBroken, len(parts))
	}
	var n [4]float64
	for i, part := range parts {
		var err error
		if n[i], err = strconv.ParseFloat(strings.TrimSpace(part), 64); err != nil {
			return orb.Bound{}, fmt.Errorf("%w: metadata: bounds: %.20q is no number", ErrBroken, part)
		}
	}
	return orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}, nil
}

// Close implements source.
func (f *mbtilesFile) Close() error { return f.db.Close() }
