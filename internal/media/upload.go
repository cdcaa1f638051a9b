package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"suhe/assets"
)

// Uploads come in pieces, from phones whose network breaks off: each piece is kept under
// the place where it begins, until the last one makes a file of them.
const (
	uploads     = "uploads/"
	uploadKept  = 48 * time.Hour // an upload of which nothing more came for so long is forgotten
	uploadDone  = "done"         // in place of pieces: the id of the file that they became
	maxPieces   = 1024           // of one upload
	placeDigits = 10
)

var uploadName = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// Upload is how far an upload has come.
type Upload struct {
	Offset int64  // bytes that are here, without a gap from the start
	File   string // the id of the file that it became; "": there is more to come
}

// uploadFolder is where the pieces are kept; by tells the uploads of one apart from
// those of another.
func uploadFolder(by, name string) (string, error) {
	if !folderName.MatchString(by) || !uploadName.MatchString(name) {
		return "", fmt.Errorf("%w: upload: %.80q, want 8 to 64 letters, digits, - or _", assets.ErrInvalid, name)
	}
	return uploads + by + "/" + name + "/", nil
}

// Uploaded tells how far an upload has come: zero of one that has not begun.
func (s *Store) Uploaded(ctx context.Context, by, name string) (Upload, error) {
	folder, err := uploadFolder(by, name)
	if err != nil {
		return Upload{}, err
	}
	done, err := s.bucket.ReadAll(ctx, folder+uploadDone)
	if err == nil {
		file, size, _ := strings.Cut(string(done), " ")
		n, err := strconv.ParseInt(size, 10, 64)
		return Upload{n, file}, err
	}
	if gcerrors.Code(err) != gcerrors.NotFound {
		return Upload{}, fmt.Errorf("%w: read upload: %w", assets.ErrBusy, err)
	}
	pieces, err := s.pieces(ctx, folder)
	if err != nil {
		return Upload{}, err
	}
	var u Upload
	for _, p := range pieces {
		u.Offset = p.at + p.size
	}
	return u, nil
}

// Append keeps the piece that begins at offset, and says how far the upload is then. A
// piece that is here already may come again. assets.ErrConflict: the piece does not begin
// where the upload ends; assets.ErrInvalid: too much.
func (s *Store) Append(ctx context.Context, by, name string, offset int64, piece []byte) (Upload, error) {
	u, err := s.Uploaded(ctx, by, name)
	if err != nil {
		return Upload{}, err
	}
	end := offset + int64(len(piece))
	switch {
	case end > MaxSize:
		return u, fmt.Errorf("%w: file: %d bytes or more, want 1 to %d", assets.ErrInvalid, end, MaxSize)
	case u.File != "" || end <= u.Offset:
		return u, nil // it came before
	case offset != u.Offset:
		return u, fmt.Errorf("%w: upload: the piece begins at %d, want %d", assets.ErrConflict, offset, u.Offset)
	}
	folder, err := uploadFolder(by, name)
	if err != nil {
		return Upload{}, err
	}
	if offset == 0 {
		s.sweep(ctx)
	}
	key := fmt.Sprintf("%s%0*d", folder, placeDigits, offset)
	if err := s.bucket.WriteAll(ctx, key, piece, &blob.WriterOptions{ContentType: "application/octet-stream"}); err != nil {
		return u, fmt.Errorf("%w: keep piece: %w", assets.ErrBusy, err)
	}
	return Upload{Offset: end}, nil
}

// Assemble makes a file in the folder of all pieces that came. What it is, its bytes say;
// see Put. The pieces stay until Settle.
func (s *Store) Assemble(ctx context.Context, by, name, folder string) (File, error) {
	from, err := uploadFolder(by, name)
	if err != nil {
		return File{}, err
	}
	pieces, err := s.pieces(ctx, from)
	if err != nil {
		return File{}, err
	}
	var whole bytes.Buffer
	for _, p := range pieces {
		data, err := s.bucket.ReadAll(ctx, p.key)
		if err != nil {
			return File{}, fmt.Errorf("%w: read piece: %w", assets.ErrBusy, err)
		}
		whole.Write(data)
	}
	return s.Put(ctx, folder, &whole)
}

// Settle notes which file an upload became, for whoever did not hear of it, and forgets
// its pieces.
func (s *Store) Settle(ctx context.Context, by, name string, f File) error {
	from, err := uploadFolder(by, name)
	if err != nil {
		return err
	}
	pieces, err := s.pieces(ctx, from)
	if err != nil {
		return err
	}
	size := int64(0)
	for _, p := range pieces {
		size += p.size
	}
	if err := s.bucket.WriteAll(ctx, from+uploadDone, fmt.Appendf(nil, "%s %d", f.ID, size), nil); err != nil {
		return fmt.Errorf("%w: settle upload: %w", assets.ErrBusy, err)
	}
	for _, p := range pieces {
		_ = s.bucket.Delete(ctx, p.key) // what stays is swept
	}
	return nil
}

// piece is a part of an upload.
type piece struct {
	key      string
	at, size int64
}

// pieces are those of an upload that follow each other from the start.
func (s *Store) pieces(ctx context.Context, folder string) (out []piece, err error) {
	end := int64(0)
	each := s.bucket.List(&blob.ListOptions{Prefix: folder})
	for {
		o, err := each.Next(ctx)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: list pieces: %w", assets.ErrBusy, err)
		}
		at, err := strconv.ParseInt(strings.TrimPrefix(o.Key, folder), 10, 64)
		if err != nil || at != end {
			continue
		}
		if len(out) == maxPieces {
			return nil, fmt.Errorf("%w: upload: more than %d pieces", assets.ErrInvalid, maxPieces)
		}
		out = append(out, piece{o.Key, at, o.Size})
		end += o.Size
	}
}

// sweep forgets uploads of which nothing came for long. That it fails does no harm: the
// next upload tries again.
func (s *Store) sweep(ctx context.Context) {
	each := s.bucket.List(&blob.ListOptions{Prefix: uploads})
	for {
		o, err := each.Next(ctx)
		if err != nil {
			return
		}
		if time.Since(o.ModTime) > uploadKept {
			_ = s.bucket.Delete(ctx, o.Key)
		}
	}
}
