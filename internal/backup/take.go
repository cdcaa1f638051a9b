package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"suhe/internal/bus"
	"suhe/internal/store"
)

// Dumper is a store that can write all that it holds at one moment.
type Dumper interface {
	Dump(ctx context.Context, create store.Create) error
}

// Broker has streams; *bus.Bus is one.
type Broker interface {
	Keeps(ctx context.Context, names ...string) ([]bus.Kept, error)
	Snapshot(ctx context.Context, k bus.Kept, w io.Writer) (bus.Snapshot, error)
}

// Sources are what a backup is of.
type Sources struct {
	Program string // version
	Kind    string // of the store
	Store   Dumper
	Broker  Broker
	Streams []string // of the node; the broker's own MQTT streams are taken as well
	Folder  fs.FS    // the data folder: keys and media
}

// maxKey is the most bytes that a file of the data folder has which is taken for a
// key; larger ones are no part of a backup.
const maxKey = 1 << 20

// Take writes a backup of what runs, or of what stands still.
//
// The order makes it whole without a pause: whatever moves, moves towards what is
// read later. A message of a device is in the MQTT stream or already in OBS, and an
// observation of OBS is in history or will be written from OBS. What was
// acknowledged before Take began is therefore in the backup; of what came since,
// some.
func Take(ctx context.Context, w io.Writer, passphrase string, s Sources) error {
	out, err := NewWriter(w, passphrase, Manifest{Program: s.Program, Begun: time.Now().UTC(), Store: s.Kind})
	if err != nil {
		return err
	}
	if err := s.take(ctx, out); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return out.Finish()
}

func (s Sources) take(ctx context.Context, out *Writer) error {
	kept, err := s.Broker.Keeps(ctx, s.Streams...)
	if err != nil {
		return err
	}
	if err := s.snapshots(ctx, out, kept, true); err != nil {
		return err
	}
	if err := s.files(ctx, out, sealed); err != nil {
		return err
	}
	err = s.Store.Dump(ctx, func(name string) (io.Writer, error) { return out.Create(path.Join(Store, name)) })
	if err != nil {
		return err
	}
	if err := s.snapshots(ctx, out, kept, false); err != nil {
		return err
	}
	return s.files(ctx, out, func(member string) bool { return !sealed(member) })
}

// sealed says whether a member is a seal of what the store holds, which must not be
// newer than that. A key, by contrast, must not be older.
func sealed(member string) bool { return strings.HasSuffix(member, ".seal") }

// snapshots takes the streams of the MQTT side, or those of the node.
func (s Sources) snapshots(ctx context.Context, out *Writer, kept []bus.Kept, mqtt bool) error {
	for _, k := range kept {
		if k.MQTT != mqtt {
			continue
		}
		w, err := out.Create(streamMember(k))
		if err != nil {
			return err
		}
		snapshot, err := s.Broker.Snapshot(ctx, k, w)
		if err != nil {
			return err
		}
		out.manifest.Streams = append(out.manifest.Streams, snapshot)
	}
	return nil
}

func streamMember(k bus.Kept) string {
	if k.MQTT {
		return path.Join(Streams, "mqtt", k.Name)
	}
	return path.Join(Streams, "node", k.Name)
}

// files takes those media and, into an encrypted archive, those keys that are wanted.
func (s Sources) files(ctx context.Context, out *Writer, wanted func(member string) bool) error {
	return fs.WalkDir(s.Folder, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it was there a moment ago
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case name == ".":
			return nil
		}
		member := MemberOf(name)
		if d.IsDir() {
			if member == "" {
				return fs.SkipDir
			}
			return nil
		}
		if member == "" || !d.Type().IsRegular() || !wanted(member) {
			return nil
		}
		return s.file(out, name, member)
	})
}

// MemberOf says as which member a file of the data folder is kept, or "" if it is
// part of the store, of a stream, or passing.
func MemberOf(name string) string {
	first, _, _ := strings.Cut(name, "/")
	switch {
	case first == Media:
		return name
	case strings.HasPrefix(first, "."), strings.HasSuffix(first, ".new"), first == "nats", strings.HasPrefix(first, "suhe.gpkg"):
		return ""
	}
	return path.Join(Keys, name)
}

func (s Sources) file(out *Writer, name, member string) error {
	f, err := s.Folder.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if strings.HasPrefix(member, Keys+"/") {
		info, err := f.Stat()
		if err != nil || info.Size() > maxKey || !out.Keys() {
			return err
		}
	}
	w, err := out.Create(member)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}
