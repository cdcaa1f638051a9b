package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"suhe/assets"
)

// Devices gives every device a token of its own, derived from one key
// (HMAC-SHA-256, RFC 2104), so that nothing has to be kept per device. The zero
// Devices accepts nobody.
type Devices struct{ key []byte }

// keyLength is that of SHA-256's output, as RFC 2104 recommends.
const keyLength = 32

// OpenDevices reads the key from the file; if there is none it makes one,
// readable by its owner only.
func OpenDevices(file string) (Devices, error) {
	key, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = makeKey(file)
	}
	if err != nil {
		return Devices{}, fmt.Errorf("device key: %w", err)
	}
	if len(key) != keyLength {
		return Devices{}, fmt.Errorf("device key: %s has %d bytes, want %d", file, len(key), keyLength)
	}
	return Devices{key}, nil
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

// Token is the password of the device.
func (d Devices) Token(id assets.ID) string { return d.token("device:" + string(id)) }

// Check says whether the token is the device's; it takes the same time for any wrong one.
func (d Devices) Check(id assets.ID, token string) bool { return d.check(d.Token(id), token) }

// GatewayToken is the password of the gateway, which speaks for other devices. A
// device of the same id has another.
func (d Devices) GatewayToken(id assets.ID) string { return d.token("gateway:" + string(id)) }

// CheckGateway is Check for gateways.
func (d Devices) CheckGateway(id assets.ID, token string) bool {
	return d.check(d.GatewayToken(id), token)
}

func (d Devices) token(name string) string {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte(name))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (d Devices) check(want, token string) bool {
	if len(d.key) == 0 {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(token)) == 1
}
