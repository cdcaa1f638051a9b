package access

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// keyLength is that of SHA-256's output, as RFC 2104 recommends, and of the seed
// of Ed25519 (RFC 8032).
const keyLength = 32

// KeyFile reads a key of 32 bytes from the file; if there is none it makes one,
// readable by its owner only.
func KeyFile(file string) ([]byte, error) {
	key, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = makeKey(file)
	}
	if err != nil {
		return nil, err
	}
	if len(key) != keyLength {
		return nil, fmt.Errorf("%s has %d bytes, want %d", file, len(key), keyLength)
	}
	return key, nil
}

// makeKey writes a new key beside the file and moves it in place, so that a
// crash leaves a whole key or none.
func makeKey(file string) ([]byte, error) {
	key := make([]byte, keyLength)
	rand.Read(key)
	if err := os.WriteFile(file+".new", key, 0o600); err != nil {
		return nil, err
	}
	return key, os.Rename(file+".new", file)
}
