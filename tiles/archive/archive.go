package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"suhe/assets"
	"suhe/geo"
)

// ErrBroken says that a file is no archive, a kind that is not read here, or damaged.
var ErrBroken = errors.New("broken archive")

// Writer writes one archive. It belongs to one goroutine.
type Writer interface {
	// Put adds a tile, gzipped and not empty. Tiles come in ascending order of
	// their ID, within the zooms of the meta; any other is assets.ErrInvalid.
	Put(t geo.Tile, gzipped []byte) error
	// Close completes the file and puts it in its place, where it replaces
	// another. After an error, this one's or an earlier one of Put, the place is
	// as it was.
	Close() error
	// Abort throws away what was written; after Close it does nothing.
	Abort()
}

// Create begins an archive of gzipped vector tiles at path, in the format that
// the name's end says. A wrong name or meta is assets.ErrInvalid.
func Create(path string, m Meta) (Writer, error) {
	if err := CheckName(path); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	if filepath.Ext(path) == ".pmtiles" {
		return createPMTiles(path, m)
	}
	return createMBTiles(path, m)
}

// CheckName says whether a file's name tells a format; if not it is
// assets.ErrInvalid.
func CheckName(path string) error {
	switch filepath.Ext(path) {
	case ".pmtiles", ".mbtiles":
		return nil
	}
	return fmt.Errorf("archive: %w: %q, want a name that ends in .pmtiles or .mbtiles", assets.ErrInvalid, path)
}

// File is an archive open for reading. All methods may be called at once from
// many goroutines. The file must not be written meanwhile; an MBTiles file must
// not be replaced either, as SQLite may open it again by its name.
type File struct {
	meta   Meta
	source source
}

// source is one format's way to find a tile.
type source interface {
	// tile returns the tile as it is stored, or nil if there is none.
	tile(ctx context.Context, t geo.Tile) ([]byte, error)
	io.Closer
}

// Open opens the archive at path, in the format that its first bytes say. What
// is none is ErrBroken.
func Open(ctx context.Context, path string) (*File, error) {
	f, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("archive %s: %w", filepath.Base(path), err)
	}
	return f, nil
}

func open(ctx context.Context, path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for a writer
		return nil, fmt.Errorf("%w: it is no regular file", ErrBroken)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head := make([]byte, len(sqliteMagic))
	n, _ := file.ReadAt(head, 0)
	switch head = head[:n]; {
	case bytes.HasPrefix(head, []byte(pmtilesMagic)):
		f, err := openPMTiles(file, info.Size())
		if err != nil {
			file.Close()
		}
		return f, err
	case bytes.Equal(head, []byte(sqliteMagic)):
		file.Close()
		return openMBTiles(ctx, path)
	}
	file.Close()
	return nil, fmt.Errorf("%w: it begins like neither PMTiles nor SQLite", ErrBroken)
}

// Meta returns what the archive says of itself; it must not be changed.
func (f *File) Meta() Meta { return f.meta }

// Tile returns the tile's bytes and whether they are gzipped, or nil if the
// archive has no such tile. A tile outside the grid is assets.ErrNotFound,
// damage on the way to the tile ErrBroken.
func (f *File) Tile(ctx context.Context, t geo.Tile) (data []byte, gzipped bool, err error) {
	if !t.Valid() {
		return nil, false, fmt.Errorf("tile %d/%d/%d: %w", t.Z, t.X, t.Y, assets.ErrNotFound)
	}
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if data, err = f.source.tile(ctx, t); err != nil {
		return nil, false, fmt.Errorf("tile %d/%d/%d: %w", t.Z, t.X, t.Y, err)
	}
	return data, bytes.HasPrefix(data, []byte(gzipMagic)), nil
}

// Close closes the file. Tile must not be called any more.
func (f *File) Close() error { return f.source.Close() }
