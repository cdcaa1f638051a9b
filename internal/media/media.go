// Package media keeps photos and files, in a folder or an object store (gocloud.dev/blob).
//
// What a file is, its first bytes say, not its name. Pictures are decoded and written
// anew: what is kept is the picture and nothing that came along with it; where and when
// it was taken is read before. A file is named by what was sent, so that sending it again
// is no second file.
package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // s3:// addresses
	"gocloud.dev/gcerrors"

	"suhe/assets"
)

// MaxSize is the most bytes of one file.
const MaxSize = 20 << 20

// Options say where files are kept.
type Options struct {
	URL string // of gocloud.dev/blob, s3://BUCKET?region=… or file:///…; "": Dir
	Dir string // made if it is not there

	Zone *time.Location // of photos that do not say theirs; nil: UTC
}

// File is what is known of one file.
type File struct {
	ID    string      // among those of its folder
	Type  string      // media type
	Size  int         // bytes that are kept
	Taken time.Time   // zero: it does not say
	Place *[2]float64 // lon, lat; nil: it does not say
}

// Store keeps files. All methods may be called at once.
type Store struct {
	bucket *blob.Bucket
	zone   *time.Location
	slots  chan struct{} // pictures that are decoded at a time
}

// decoders bounds the memory that pictures take: one takes up to 4 bytes a pixel,
// twice if it is turned.
const decoders = 2

// Open opens the store.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{zone: o.Zone, slots: make(chan struct{}, decoders)}
	if s.zone == nil {
		s.zone = time.UTC
	}
	var err error
	if o.URL != "" {
		s.bucket, err = blob.OpenBucket(ctx, o.URL)
	} else {
		s.bucket, err = fileblob.OpenBucket(o.Dir, &fileblob.Options{
			CreateDir: true, NoTempDir: true, Metadata: fileblob.MetadataDontWrite, DirFileMode: 0o700,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	return s, nil
}

// Close closes the store.
func (s *Store) Close() error { return s.bucket.Close() }

var (
	folderName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$`)
	fileName   = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// key is where a file is kept.
func key(folder, id string) (string, error) {
	if !folderName.MatchString(folder) || !fileName.MatchString(id) {
		return "", fmt.Errorf("file %.40q: %w", id, assets.ErrNotFound)
	}
	return folder + "/" + id, nil
}

// Put keeps a file in the folder. assets.ErrInvalid: it is too large, or of a type that
// is not taken, or not what it seems.
func (s *Store) Put(ctx context.Context, folder string, r io.Reader) (File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return File{}, err
	}
	if len(data) == 0 || len(data) > MaxSize {
		return File{}, fmt.Errorf("%w: file: %d bytes or more, want 1 to %d", assets.ErrInvalid, len(data), MaxSize)
	}
	sum := sha256.Sum256(data)
	f := File{ID: hex.EncodeToString(sum[:16]), Type: http.DetectContentType(data)}
	switch f.Type {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		data, err = s.picture(ctx, &f, data)
	case "video/mp4", "application/pdf":
	default:
		err = fmt.Errorf("%w: file: it is %s, want JPEG, PNG, GIF, WebP, MP4 or PDF", assets.ErrInvalid, f.Type)
	}
	if err != nil {
		return File{}, err
	}
	f.Size = len(data)
	name, err := key(folder, f.ID)
	if err != nil {
		return File{}, err
	}
	if err := s.bucket.WriteAll(ctx, name, data, &blob.WriterOptions{ContentType: f.Type}); err != nil {
		return File{}, fmt.Errorf("%w: keep file: %w", assets.ErrBusy, err)
	}
	return f, nil
}

// Get opens a file to read; assets.ErrNotFound: there is none.
func (s *Store) Get(ctx context.Context, folder, id string) (io.ReadCloser, int64, error) {
	name, err := key(folder, id)
	if err != nil {
		return nil, 0, err
	}
	r, err := s.bucket.NewReader(ctx, name, nil)
	switch {
	case gcerrors.Code(err) == gcerrors.NotFound:
		return nil, 0, fmt.Errorf("file %s: %w", id, assets.ErrNotFound)
	case errors.Is(err, context.Canceled):
		return nil, 0, err
	case err != nil:
		return nil, 0, fmt.Errorf("%w: read file: %w", assets.ErrBusy, err)
	}
	return r, r.Size(), nil
}
