package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"suhe/assets"
)

const (
	sealedBegins = "age-encryption.org/"
	maxManifest  = 256 << 20 // a part takes about 150 bytes in it: 1 TiB of members
	maxWindow    = 64 << 20  // of the compression, in memory
	maxWork      = 20        // that an archive may ask of us for its passphrase: 1 GiB
)

// Verify reads all of an archive and says what is in it. An error that wraps
// assets.ErrInvalid tells that it is none, or not whole, or that the passphrase is
// another's.
func Verify(r io.Reader, passphrase string) (Manifest, error) {
	parts := map[string]Part{}
	var manifest *Manifest
	err := entries(r, passphrase, func(name string, data io.Reader) (err error) {
		if manifest != nil {
			return fmt.Errorf("%w: %.80q comes after the manifest", assets.ErrInvalid, name)
		}
		if name == manifestName {
			manifest, err = readManifest(data)
			return err
		}
		if _, err := split(name); err != nil {
			return err
		}
		if _, twice := parts[name]; twice {
			return fmt.Errorf("%w: %s comes twice", assets.ErrInvalid, name)
		}
		sum := sha256.New()
		n, err := io.Copy(sum, data)
		parts[name] = Part{name, n, hex.EncodeToString(sum.Sum(nil))}
		return err
	})
	if err != nil {
		return Manifest{}, err
	}
	if manifest == nil {
		return Manifest{}, fmt.Errorf("%w: it ends before its manifest: it is cut", assets.ErrInvalid)
	}
	return *manifest, manifest.compare(parts)
}

func readManifest(data io.Reader) (*Manifest, error) {
	m := new(Manifest)
	if err := json.NewDecoder(io.LimitReader(data, maxManifest)).Decode(m); err != nil {
		return nil, fmt.Errorf("%w: manifest: %w", assets.ErrInvalid, err)
	}
	return m, m.check()
}

// compare holds what was read against the manifest.
func (m *Manifest) compare(parts map[string]Part) error {
	if len(parts) != len(m.Parts) {
		return fmt.Errorf("%w: %d parts, the manifest has %d", assets.ErrInvalid, len(parts), len(m.Parts))
	}
	for _, want := range m.Parts {
		if got := parts[want.Name]; got != want {
			return fmt.Errorf("%w: %s: %d bytes with SHA-256 %.12s…, the manifest has %d with %.12s…",
				assets.ErrInvalid, want.Name, got.Size, got.SHA256, want.Size, want.SHA256)
		}
	}
	return nil
}

// Members calls yield for each member of an archive, in order. A part is given
// out only when it is what the manifest, of an earlier Verify, says.
func Members(r io.Reader, passphrase string, m Manifest, yield func(name string, data io.Reader) error) error {
	c := cursor{wants: m.Parts}
	defer c.stop(errStopped)
	err := entries(r, passphrase, func(name string, data io.Reader) error { return c.part(name, data, yield) })
	if err == nil && len(c.wants) > 0 {
		err = fmt.Errorf("%w: it ends before %s", assets.ErrInvalid, c.wants[0].Name)
	}
	if err != nil {
		return err
	}
	return c.stop(io.EOF)
}

// errStopped ends a member that is not whole.
var errStopped = errors.New("the archive was given up")

// cursor joins the parts of a member for whoever reads it on a goroutine of its own.
type cursor struct {
	wants  []Part
	member string
	in     *io.PipeWriter
	done   chan error
}

func (c *cursor) part(name string, data io.Reader, yield func(string, io.Reader) error) error {
	if name == manifestName {
		return nil
	}
	content, err := io.ReadAll(io.LimitReader(data, partSize+1))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	if got := (Part{name, int64(len(content)), hex.EncodeToString(sum[:])}); len(c.wants) == 0 || got != c.wants[0] {
		return fmt.Errorf("%w: %s is not what was verified: the archive changed meanwhile", assets.ErrInvalid, name)
	}
	c.wants = c.wants[1:]
	member, err := split(name)
	if err != nil {
		return err
	}
	if member != c.member {
		if err := c.stop(io.EOF); err != nil {
			return err
		}
		c.begin(member, yield)
	}
	if _, err := c.in.Write(content); err != nil {
		return c.stop(err) // why the reader stopped reading says more
	}
	return nil
}

func (c *cursor) begin(member string, yield func(string, io.Reader) error) {
	out, in := io.Pipe()
	c.member, c.in, c.done = member, in, make(chan error, 1)
	go func() {
		err := yield(member, out)
		if err == nil {
			_, err = io.Copy(io.Discard, out)
		}
		out.CloseWithError(errors.Join(errStopped, err))
		c.done <- err
	}()
}

// stop ends the member that is read and returns what its reader says.
func (c *cursor) stop(why error) error {
	if c.in == nil {
		return nil
	}
	c.in.CloseWithError(why)
	c.in = nil
	return <-c.done
}

// entries calls yield for each entry of the tar.
func entries(r io.Reader, passphrase string, yield func(name string, data io.Reader) error) error {
	in := bufio.NewReader(r)
	if begins, _ := in.Peek(len(sealedBegins)); bytes.Equal(begins, []byte(sealedBegins)) {
		opened, err := unseal(in, passphrase)
		if err != nil {
			return err
		}
		in = bufio.NewReader(opened)
	}
	packed, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	}
	defer packed.Close()
	if err := walk(tar.NewReader(packed), yield); err != nil {
		return err
	}
	// What encrypts and packs has an end of its own, which tells of a cut.
	if _, err := io.Copy(io.Discard, packed); err != nil {
		return fmt.Errorf("%w: the end: %w", assets.ErrInvalid, err)
	}
	return nil
}

func walk(t *tar.Reader, yield func(name string, data io.Reader) error) error {
	for {
		header, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", assets.ErrInvalid, err)
		}
		if header.Typeflag != tar.TypeReg {
			return fmt.Errorf("%w: %.80q is no plain file", assets.ErrInvalid, header.Name)
		}
		if header.Name != manifestName && header.Size > partSize {
			return fmt.Errorf("%w: %.80q has %d bytes, want at most %d", assets.ErrInvalid, header.Name, header.Size, partSize)
		}
		data := &body{in: t}
		if err := yield(header.Name, data); err != nil {
			if data.broken {
				return fmt.Errorf("%w: %w", assets.ErrInvalid, err)
			}
			return err
		}
	}
}

// body is the content of an entry, and whether it could be read.
type body struct {
	in     io.Reader
	broken bool
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if err != nil && err != io.EOF {
		b.broken = true
	}
	return n, err
}

func unseal(r io.Reader, passphrase string) (io.Reader, error) {
	if passphrase == "" {
		return nil, fmt.Errorf("%w: the archive is encrypted: want its passphrase", assets.ErrInvalid)
	}
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, fmt.Errorf("passphrase: %w", err)
	}
	identity.SetMaxWorkFactor(maxWork)
	opened, err := age.Decrypt(r, identity)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", assets.ErrInvalid, strings.TrimSpace(err.Error()))
	}
	return opened, nil
}
