package idp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"
)

// FlowLife is how long somebody has to log in at the provider.
const FlowLife = 10 * time.Minute

// maxFlow bounds the cookie of a flow, in bytes.
const maxFlow = 1024

// flow is a login that was begun, as the browser keeps it: sealed, so that it can
// neither be read nor made by anybody but us, and good for one provider.
type flow struct {
	State    string `json:"s"` // that the answer must bring back
	Nonce    string `json:"n"` // that the id token must hold
	Verifier string `json:"v"` // of PKCE (RFC 7636)
	Ends     int64  `json:"e"` // Unix seconds
}

// sealer seals flows (AES-256-GCM).
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	own, err := hkdf.Key(sha256.New, key, nil, "suhe oidc flow", 32)
	if err != nil {
		return sealer{}, err
	}
	block, err := aes.NewCipher(own)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealer{aead}, err
}

func (s sealer) seal(provider string, f flow) string {
	plain, err := json.Marshal(f)
	if err != nil {
		panic(err) // strings and a number
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, []byte(provider)))
}

// open reads what seal made for the provider.
func (s sealer) open(provider, text string) (f flow, err error) {
	if len(text) > maxFlow {
		return f, errors.New("too long")
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return f, err
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(provider))
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(plain, &f)
}

// secret is one of 256 bits.
func secret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
