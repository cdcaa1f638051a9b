package media_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/media"
)

const upload, by = "upload-0001", "0123456789abcdef"

// A file in pieces becomes what it would have become whole, also if pieces come twice.
func TestUploadInPieces(t *testing.T) {
	s, data := open(t), jpegOf(t)
	for at := 0; at < len(data); at += 100 {
		end := min(at+100, len(data))
		for range 2 {
			if u, err := s.Append(t.Context(), by, upload, int64(at), data[at:end]); err != nil || u.Offset != int64(end) {
				t.Fatalf("piece at %d: %+v %v", at, u, err)
			}
		}
		if u, err := s.Uploaded(t.Context(), by, upload); err != nil || u.Offset != int64(end) {
			t.Fatalf("after %d: %+v %v", end, u, err)
		}
	}
	f, err := s.Assemble(t.Context(), by, upload, "I-1")
	if err != nil || f.Type != "image/jpeg" {
		t.Fatalf("%+v %v", f, err)
	}
	if again, err := s.Assemble(t.Context(), by, upload, "I-1"); err != nil || again.ID != f.ID {
		t.Errorf("once more: %+v %v", again, err)
	}
	if err := s.Settle(t.Context(), by, upload, f); err != nil {
		t.Fatal(err)
	}
	if u, err := s.Uploaded(t.Context(), by, upload); err != nil || u.File != f.ID || u.Offset != int64(len(data)) {
		t.Errorf("settled: %+v %v", u, err)
	}
	if u, err := s.Append(t.Context(), by, upload, 0, data[:100]); err != nil || u.File != f.ID {
		t.Errorf("a piece after all: %+v %v", u, err)
	}
	r, _, err := s.Get(t.Context(), "I-1", f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if kept, err := io.ReadAll(r); err != nil || len(kept) != f.Size {
		t.Errorf("%d bytes, want %d; %v", len(kept), f.Size, err)
	}
}

func TestUploadRefuses(t *testing.T) {
	s := open(t)
	if _, err := s.Append(t.Context(), by, upload, 0, []byte("abc")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by, name string
		at       int64
		piece    []byte
		want     error
	}{
		"a gap":     {by, upload, 7, []byte("x"), assets.ErrConflict},
		"a part":    {by, upload, 1, []byte("bcd"), assets.ErrConflict},
		"too much":  {by, upload, media.MaxSize, []byte("x"), assets.ErrInvalid},
		"a path":    {by, "../../etc/passwd", 0, []byte("x"), assets.ErrInvalid},
		"too short": {by, "abc", 0, []byte("x"), assets.ErrInvalid},
	} {
		if _, err := s.Append(t.Context(), c.by, c.name, c.at, c.piece); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if u, err := s.Uploaded(t.Context(), "fedcba9876543210", upload); err != nil || u.Offset != 0 {
		t.Errorf("that of another: %+v %v", u, err)
	}
	if _, err := s.Assemble(t.Context(), by, upload, "I-1"); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("no picture: %v", err)
	}
}

// What nobody goes on with is forgotten when another upload begins.
func TestUploadIsForgotten(t *testing.T) {
	dir := t.TempDir()
	s, err := media.Open(t.Context(), media.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Append(t.Context(), by, upload, 0, []byte("abc")); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-72 * time.Hour)
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chtimes(path, long, long)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), by, "upload-0002", 0, []byte("abc")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{upload: 0, "upload-0002": 3} {
		if u, err := s.Uploaded(t.Context(), by, name); err != nil || u.Offset != want {
			t.Errorf("%s: %+v %v, want %d", name, u, err, want)
		}
	}
}
