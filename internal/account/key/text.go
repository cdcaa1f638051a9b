package key

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"suhe/internal/account"
)

// prefix begins every key, so that people and programs that look for secrets in
// the wrong places know one when they see it.
const prefix = account.KeyPrefix

const (
	idBytes     = 10 // 16 characters
	secretBytes = 32 // 52 characters
	idLength    = 16
	length      = len(prefix) + idLength + 1 + 52
)

// letters is base 32 (RFC 4648) in lower case, so that a double click takes the whole key.
var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newText makes a key.
func newText() (text, id string, sum [sha256.Size]byte) {
	bytes := make([]byte, idBytes+secretBytes)
	rand.Read(bytes)
	id = letters.EncodeToString(bytes[:idBytes])
	secret := letters.EncodeToString(bytes[idBytes:])
	return prefix + id + "_" + secret, id, sha256.Sum256([]byte(secret))
}

// parse reads a key; false: it is none. What is too long is not looked at.
func parse(text string) (id string, sum [sha256.Size]byte, ok bool) {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok || len(text) != length || rest[idLength] != '_' {
		return "", sum, false
	}
	id, secret := rest[:idLength], rest[idLength+1:]
	if !lettersOnly(id) || !lettersOnly(secret) {
		return "", sum, false
	}
	return id, sha256.Sum256([]byte(secret)), true
}

func lettersOnly(text string) bool {
	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}
