// Package seal encrypts single values that a database, a log or a backup shall
// not show: phone numbers, addresses of pictures, secrets. The keys are in a file
// outside the database.
//
// A sealed value is text: sealed:1:KEY:DATA, where KEY names the key and DATA is
// nonce and ciphertext of AES-256-GCM (NIST SP 800-38D), base64url. What the value
// is of (table, id and field) is authenticated with it, so that a sealed value is
// worth nothing in another place. The nonce is an HMAC-SHA-256 of all that, under a
// key of its own: the same value in the same place is sealed alike, so that an edit
// which changes nothing is known as such, and no nonce is used for two values.
package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// prefix begins every sealed value.
const prefix = "sealed:1:"

// ErrSealed says that a value cannot be opened.
var ErrSealed = errors.New("cannot be opened")

// Keys seal and open by the keys of a file, which they follow: what Rotate adds counts
// within a second, and at once for what is sealed with it. A file that cannot be read
// any more leaves the keys as they were. All methods may be called at once.
type Keys struct {
	file   string
	Failed func(error) // is told why a file that changed cannot be used; nil: nobody is

	mu     sync.Mutex
	is     *ring
	mark   mark
	looked time.Time
}

// ring is the keys of a file as it was.
type ring struct {
	byID   map[string]key
	newest key
}

// Is says whether the text has the form of a sealed value.
func Is(text string) bool { return strings.HasPrefix(text, prefix) }

// Seal seals a value; of is what it is of.
func (k *Keys) Seal(value string, of ...string) string {
	about, newest := join(of), k.now().newest
	mac := hmac.New(sha256.New, newest.nonce)
	mac.Write(about)
	mac.Write([]byte(value))
	gcm := newest.gcm
	nonce := mac.Sum(nil)[:gcm.NonceSize()]
	return prefix + newest.id + ":" + base64.RawURLEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(value), about))
}

// Open opens a sealed value. The error wraps ErrSealed and tells nothing of it.
func (k *Keys) Open(sealed string, of ...string) (string, error) {
	id, data, ok := strings.Cut(strings.TrimPrefix(sealed, prefix), ":")
	if !Is(sealed) || !ok {
		return "", fmt.Errorf("%w: it is no sealed value", ErrSealed)
	}
	key, known := k.now().byID[id]
	if !known {
		key, known = k.anew().byID[id]
	}
	if !known {
		return "", fmt.Errorf("%w: key %.8q is not in the key file", ErrSealed, id)
	}
	raw, err := base64.RawURLEncoding.DecodeString(data)
	gcm := key.gcm
	if err != nil || len(raw) < gcm.NonceSize() {
		return "", fmt.Errorf("%w: it is no sealed value", ErrSealed)
	}
	plain, err := gcm.Open(nil, raw[:gcm.NonceSize()], raw[gcm.NonceSize():], join(of))
	if err != nil {
		return "", fmt.Errorf("%w: it was changed, or is of something else", ErrSealed)
	}
	return string(plain), nil
}

// Current says whether the value is sealed with the newest key.
func (k *Keys) Current(sealed string) bool {
	return strings.HasPrefix(sealed, prefix+k.now().newest.id+":")
}

// join writes each part with its length before it, so that no two lists are alike.
func join(parts []string) (out []byte) {
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}
