package geopackage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"suhe/internal/store"
)

// DumpName is the one member of a dump.
const DumpName = "suhe.gpkg"

// Dump writes all that the file holds at one moment, as a file of the same kind
// without what was deleted. It needs as much room beside the file meanwhile;
// writers are not held up.
func (s *Store) Dump(ctx context.Context, create store.Create) error {
	if err := s.dump(ctx, create); err != nil {
		return fmt.Errorf("dump: %w", err)
	}
	return nil
}

func (s *Store) dump(ctx context.Context, create store.Create) error {
	dir, err := os.MkdirTemp(filepath.Dir(s.path), ".dump-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, DumpName)
	conn, err := acquire(ctx, s.read)
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", file)
	if err = errors.Join(err, conn.Close()); err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := create(DumpName)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}
