// Package wholefile is files that are whole or not there: whoever reads one finds
// all that was written, also after a crash, or what stood there before. They are
// readable by their owner only.
package wholefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// part is how what is being written ends: no backup takes it, see backup.MemberOf.
const part = ".*.new"

// Replace writes a file beside the path and moves it in place when it is on disk.
func Replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+part)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// keyLength is that of SHA-256's output, as RFC 2104 recommends, and of the seed
// of Ed25519 (RFC 8032).
const keyLength = 32

// Key reads a key of 32 bytes from the file; if there is none it makes one.
func Key(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, keyLength)
		rand.Read(key)
		err = Replace(path, key)
	}
	if err != nil {
		return nil, err
	}
	if len(key) != keyLength {
		return nil, fmt.Errorf("%s has %d bytes, want %d", path, len(key), keyLength)
	}
	return key, nil
}
