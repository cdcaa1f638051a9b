package backup

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// partSize is the most that a part holds. Members are written as they come, their
// size unknown, and nothing is put on disk meanwhile.
const partSize = 1 << 20

// workFactor makes the key from the passphrase: scrypt with N = 2^17, 128 MiB.
const workFactor = 17

// Writer writes an archive. It is for one goroutine.
type Writer struct {
	manifest Manifest
	seal     io.WriteCloser // nil: no passphrase
	pack     *zstd.Encoder
	tar      *tar.Writer

	member string
	number int
	part   []byte
}

// NewWriter begins an archive; an empty passphrase does not encrypt it. What the
// manifest says of the archive as a whole is given here.
func NewWriter(w io.Writer, passphrase string, about Manifest) (*Writer, error) {
	out := &Writer{manifest: about, part: make([]byte, 0, partSize)}
	out.manifest.Format, out.manifest.Number = format, formatNumber
	out.manifest.Keys = passphrase != ""
	if passphrase != "" {
		recipient, err := age.NewScryptRecipient(passphrase)
		if err != nil {
			return nil, fmt.Errorf("backup: %w", err)
		}
		recipient.SetWorkFactor(workFactor)
		if out.seal, err = age.Encrypt(w, recipient); err != nil {
			return nil, fmt.Errorf("backup: %w", err)
		}
		w = out.seal
	}
	var err error
	if out.pack, err = zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	out.tar = tar.NewWriter(out.pack)
	return out, nil
}

// Keys says whether keys may be written: the archive is encrypted.
func (w *Writer) Keys() bool { return w.seal != nil }

// Create begins a member and ends the one before.
func (w *Writer) Create(name string) (io.Writer, error) {
	if err := w.end(); err != nil {
		return nil, err
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	w.member, w.number = name, 0
	return (*member)(w), nil
}

// member is the member that is being written.
type member Writer

// Write implements io.Writer.
func (m *member) Write(p []byte) (n int, err error) {
	w := (*Writer)(m)
	for len(p) > 0 {
		took := min(len(p), partSize-len(w.part))
		w.part = append(w.part, p[:took]...)
		p, n = p[took:], n+took
		if len(w.part) == partSize {
			if err := w.flush(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// end ends the member, which has one part at least.
func (w *Writer) end() error {
	if w.member == "" || len(w.part) == 0 && w.number > 0 {
		return nil
	}
	return w.flush()
}

// flush writes the part.
func (w *Writer) flush() error {
	sum := sha256.Sum256(w.part)
	p := Part{fmt.Sprintf("%s/%0*d", w.member, partDigits, w.number), int64(len(w.part)), hex.EncodeToString(sum[:])}
	if err := w.entry(p.Name, w.part); err != nil {
		return err
	}
	w.manifest.Parts = append(w.manifest.Parts, p)
	w.part = w.part[:0]
	w.number++
	return nil
}

func (w *Writer) entry(name string, data []byte) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(data)), Mode: 0o600, ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
	if err := w.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("backup: %s: %w", name, err)
	}
	if _, err := w.tar.Write(data); err != nil {
		return fmt.Errorf("backup: %s: %w", name, err)
	}
	return nil
}

// Finish writes the manifest, without which nothing is an archive.
func (w *Writer) Finish() error {
	if err := w.end(); err != nil {
		return err
	}
	text, err := json.Marshal(w.manifest)
	if err != nil {
		return err
	}
	err = w.entry(manifestName, text)
	if err == nil {
		err = errors.Join(w.tar.Close(), w.pack.Close())
	}
	if err == nil && w.seal != nil {
		err = w.seal.Close()
	}
	return err
}
