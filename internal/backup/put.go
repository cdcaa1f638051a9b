package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
)

// Filler takes the members of a store's dump; nothing of them counts before Commit.
type Filler interface {
	Member(ctx context.Context, name string, data io.Reader) error
	Commit(ctx context.Context) error
	Close(ctx context.Context) error
}

// Restorer takes streams; *bus.Bus is one.
type Restorer interface {
	Restore(ctx context.Context, s bus.Snapshot, r io.Reader) error
	Drop(ctx context.Context, k bus.Kept) error
	Close() error
}

// Target is where a backup is restored to.
type Target struct {
	Dir   string // the data folder
	Force bool   // what is there is replaced
	// Store begins to fill a store of the kind; files of it go into the folder.
	Store func(kind, dir string) (Filler, error)
	// Broker opens a broker whose files go into the folder.
	Broker func(ctx context.Context, dir string) (Restorer, error)
}

// Unfinished is the folder in the data folder in which a restore prepares what it
// then moves in place. While it is there the data folder is not to be used.
const Unfinished = ".restoring"

// Put restores a backup. Until all of it has been read, checked and written beside
// what is there, that stays as it is; then all changes place. What was there is
// kept in a folder .before-TIME of the data folder; rows of a database are not.
//
// Errors wrap assets.ErrInvalid for what is no whole backup, and assets.ErrConflict
// for a target that is not empty.
func Put(ctx context.Context, archive io.ReadSeeker, passphrase string, to Target) (Manifest, error) {
	m, err := Verify(archive, passphrase)
	if err != nil {
		return m, err
	}
	if _, err := archive.Seek(0, io.SeekStart); err != nil {
		return m, err
	}
	old, err := to.old()
	if err != nil {
		return m, err
	}
	staging := filepath.Join(to.Dir, Unfinished)
	if err := os.RemoveAll(staging); err != nil {
		return m, err
	}
	if err := os.MkdirAll(staging, 0o700); err != nil {
		return m, err
	}
	committed, err := to.put(ctx, archive, passphrase, m, staging)
	if err == nil {
		err = swap(to.Dir, staging, old)
	}
	if err != nil && !committed {
		return m, errors.Join(err, os.RemoveAll(staging))
	}
	return m, err
}

// old lists what is in the data folder.
func (to Target) old() (names []string, err error) {
	entries, err := os.ReadDir(to.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && e.Name() != "lost+found" {
			names = append(names, e.Name())
		}
	}
	if len(names) > 0 && !to.Force {
		return nil, fmt.Errorf("%w: %s is not empty: %s is there; --force replaces what is there", assets.ErrConflict, to.Dir, names[0])
	}
	return names, nil
}

// put writes all into the staging folder and fills the store.
func (to Target) put(ctx context.Context, archive io.Reader, passphrase string, m Manifest, staging string) (committed bool, err error) {
	r := restoring{to: to, streams: map[string]bus.Snapshot{}}
	for _, s := range m.Streams {
		r.streams[streamMember(s.Kept)] = s
	}
	if r.root, err = os.OpenRoot(staging); err != nil {
		return false, err
	}
	defer r.root.Close()
	if r.store, err = to.Store(m.Store, staging); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, r.store.Close(ctx)) }()
	if r.broker, err = to.Broker(ctx, filepath.Join(staging, "nats")); err != nil {
		return false, err
	}
	err = Members(archive, passphrase, m, func(name string, data io.Reader) error { return r.member(ctx, name, data) })
	if err = errors.Join(err, r.broker.Close()); err != nil {
		return false, err
	}
	if len(r.streams) > 0 {
		return false, fmt.Errorf("%w: %d streams of the manifest are missing", assets.ErrInvalid, len(r.streams))
	}
	if err := r.store.Commit(ctx); err != nil {
		return false, err
	}
	return true, nil
}

// restoring is the state of one Put.
type restoring struct {
	to      Target
	root    *os.Root // the staging folder: no name leads out of it
	store   Filler
	broker  Restorer
	streams map[string]bus.Snapshot // that have not come yet
}

func (r *restoring) member(ctx context.Context, name string, data io.Reader) error {
	group, rest, _ := strings.Cut(name, "/")
	switch group {
	case Store:
		return r.store.Member(ctx, rest, data)
	case Streams:
		return r.stream(ctx, name, data)
	case Keys:
		if MemberOf(rest) != name {
			return fmt.Errorf("%w: %.80q is no key", assets.ErrInvalid, name)
		}
		return r.file(rest, data)
	default:
		return r.file(name, data)
	}
}

func (r *restoring) stream(ctx context.Context, name string, data io.Reader) error {
	s, ok := r.streams[name]
	if !ok {
		return fmt.Errorf("%w: %.80q is no stream of the manifest", assets.ErrInvalid, name)
	}
	delete(r.streams, name)
	if r.to.Force {
		if err := r.broker.Drop(ctx, s.Kept); err != nil {
			return err
		}
	}
	err := r.broker.Restore(ctx, s, data)
	if errors.Is(err, bus.ErrExists) {
		return fmt.Errorf("%w: %w; --force replaces it", assets.ErrConflict, err)
	}
	return err
}

func (r *restoring) file(name string, data io.Reader) error {
	if err := r.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := r.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, data)
	return errors.Join(err, f.Sync(), f.Close())
}

// swap moves what was there aside and what was prepared in its place.
func swap(dir, staging string, old []string) error {
	if len(old) > 0 {
		aside := filepath.Join(dir, ".before-"+time.Now().UTC().Format("20060102T150405.000"))
		if err := os.Mkdir(aside, 0o700); err != nil {
			return err
		}
		if err := move(dir, aside, old); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(staging)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if err := move(staging, dir, names); err != nil {
		return err
	}
	return os.Remove(staging)
}

func move(from, to string, names []string) error {
	for _, name := range names {
		if err := os.Rename(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}
