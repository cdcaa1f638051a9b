package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"

	"suhe/assets"
	"suhe/internal/wholefile"
)

// Devices gives every device a token of its own, derived from one key
// (HMAC-SHA-256, RFC 2104), so that nothing has to be kept per device. The zero
// Devices accepts nobody.
type Devices struct{ key []byte }

// OpenDevices reads the key from the file, or makes one; see wholefile.Key.
func OpenDevices(file string) (Devices, error) {
	key, err := wholefile.Key(file)
	if err != nil {
		return Devices{}, fmt.Errorf("device key: %w", err)
	}
	return Devices{key}, nil
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
