package audit

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"suhe/internal/wholefile"
)

// Key signs what a node says of the end of the record (Ed25519, RFC 8032). It is
// kept outside the store, so who can only change the store cannot sign.
type Key struct{ private ed25519.PrivateKey }

// OpenKey reads the key's seed from the file, or makes one; see wholefile.Key.
func OpenKey(file string) (Key, error) {
	seed, err := wholefile.Key(file)
	if err != nil {
		return Key{}, fmt.Errorf("audit key: %w", err)
	}
	return Key{ed25519.NewKeyFromSeed(seed)}, nil
}

// Public is the key by which seals are checked, hexadecimal.
func (k Key) Public() string { return hex.EncodeToString(k.private.Public().(ed25519.PublicKey)) }

// Seal is a signed head: what stood at the end of the record at some time.
type Seal struct {
	Head
	Key       string `json:"key"`       // hexadecimal
	Signature string `json:"signature"` // hexadecimal
}

// Seal signs a head.
func (k Key) Seal(h Head) Seal {
	return Seal{h, k.Public(), hex.EncodeToString(ed25519.Sign(k.private, h.sealed()))}
}

// sealed is what is signed: the head's parts, one a line.
func (h Head) sealed() []byte {
	return fmt.Appendf(nil, "suhe audit seal 1\n%s\n%d\n%s\n%s\n", h.Algorithm, h.Seq, h.At.UTC().Format(time.RFC3339Nano), h.Hash)
}

// Check says whether the seal was signed by its key, and that by one of the keys, if
// there are any. Errors wrap ErrBroken.
func (s Seal) Check(keys ...string) error {
	key, keyErr := hex.DecodeString(s.Key)
	signature, err := hex.DecodeString(s.Signature)
	if errors.Join(keyErr, err) != nil || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, s.sealed(), signature) {
		return fmt.Errorf("%w: the seal of entry %d is not signed by its key", ErrBroken, s.Seq)
	}
	for _, k := range keys {
		if k == s.Key {
			return nil
		}
	}
	if len(keys) > 0 {
		return fmt.Errorf("%w: the seal of entry %d is signed by %s, want another key", ErrBroken, s.Seq, s.Key)
	}
	return nil
}

// SealFile keeps the last seal of a node in a file beside the store.
type SealFile struct {
	Path string
	Key  Key
}

// Read reads the seal; false if there is none yet. An error that wraps ErrBroken
// says that somebody changed the file, or the key.
func (f SealFile) Read() (Seal, bool, error) {
	var s Seal
	text, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, false, nil
	}
	if err == nil {
		if wrong := json.Unmarshal(text, &s); wrong != nil {
			err = fmt.Errorf("%w: %w", ErrBroken, wrong)
		} else {
			err = s.Check(f.Key.Public())
		}
	}
	if err != nil {
		return Seal{}, false, fmt.Errorf("audit seal %s: %w", f.Path, err)
	}
	return s, true, nil
}

// Write seals the head in place of the one before.
func (f SealFile) Write(h Head) error {
	text, err := json.Marshal(f.Key.Seal(h))
	if err == nil {
		err = wholefile.Replace(f.Path, append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("audit seal: %w", err)
	}
	return nil
}
