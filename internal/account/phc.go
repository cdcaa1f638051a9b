package account

import (
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// params say how dear a hash is.
type params struct {
	memory  uint32 // KiB
	time    uint32 // passes
	threads uint8
}

// usual is what OWASP's Password Storage Cheat Sheet recommends for argon2id.
var usual = params{memory: 19 * 1024, time: 2, threads: 1}

// The most that is computed for a hash: a string from the store buys no more.
var dearest = params{memory: 256 * 1024, time: 16, threads: 16}

const (
	saltLength = 16 // bytes
	keyLength  = 32 // bytes
	maxPHC     = 256
)

// phc is a hash with all that is needed to check a password against it, as the
// PHC string format writes it.
type phc struct {
	params
	salt, key []byte
}

// derive hashes a password under a salt.
func derive(password string, salt []byte, p params) phc {
	return phc{p, salt, argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, keyLength)}
}

// String is $argon2id$v=19$m=…,t=…,p=…$salt$key in base 64 without padding.
func (h phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.time, h.threads,
		b64.EncodeToString(h.salt), b64.EncodeToString(h.key))
}

// parsePHC reads what String writes, and nothing else. No error quotes the text.
func parsePHC(text string) (h phc, err error) {
	if len(text) > maxPHC {
		return h, fmt.Errorf("hash: %d bytes, want at most %d", len(text), maxPHC)
	}
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return h, fmt.Errorf("hash: want $argon2id$v=…$m=…,t=…,p=…$salt$key")
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return h, fmt.Errorf("hash: want version %d", argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); err != nil {
		return h, fmt.Errorf("hash: parameters: want m=…,t=…,p=…")
	}
	if h.time < 1 || h.time > dearest.time || h.threads < 1 || h.threads > dearest.threads ||
		h.memory < 8*uint32(h.threads) || h.memory > dearest.memory {
		return h, fmt.Errorf("hash: parameters out of bounds")
	}
	if h.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return h, fmt.Errorf("hash: salt: want 8 to 64 bytes in base 64")
	}
	if h.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(h.key) != keyLength {
		return h, fmt.Errorf("hash: key: want %d bytes in base 64", keyLength)
	}
	if h.String() != text {
		return h, fmt.Errorf("hash: not in its one form")
	}
	return h, nil
}
