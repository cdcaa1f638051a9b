package geopackage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"suhe/assets"
)

// Restoring writes a file from a dump.
type Restoring struct {
	path  string
	whole bool
}

// Restore begins to write the file, which is not there yet.
func Restore(path string) *Restoring { return &Restoring{path: path} }

// Member takes the one member of the dump.
func (r *Restoring) Member(_ context.Context, name string, data io.Reader) error {
	if name != DumpName || r.whole {
		return fmt.Errorf("restore %.80q: %w: want %s, once", name, assets.ErrInvalid, DumpName)
	}
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	_, err = io.Copy(f, data)
	err = errors.Join(err, f.Sync(), f.Close())
	r.whole = err == nil
	return err
}

// Commit makes the file ready to be used: it is checked, and its epoch is a new
// one, so that no client takes the log that follows for the one that it knew.
func (r *Restoring) Commit(ctx context.Context) error {
	if !r.whole {
		return fmt.Errorf("restore: %w: no %s is in it", assets.ErrInvalid, DumpName)
	}
	s, err := Open(ctx, r.path, Options{})
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := errors.Join(s.restored(ctx), s.Close()); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

func (s *Store) restored(ctx context.Context) error {
	var verdict string
	if err := s.write.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("the file is broken: %s", verdict)
	}
	// The checkpoint leaves all in the one file that is moved to its place.
	_, err := s.write.ExecContext(ctx, "UPDATE meta SET value = max(value + 1, unixepoch()) WHERE name = ?; PRAGMA wal_checkpoint(TRUNCATE)", epoch)
	return err
}

// Close gives up nothing: the file is in a folder of whoever restores.
func (r *Restoring) Close(context.Context) error { return nil }
