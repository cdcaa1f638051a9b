package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// The second factor: time-based one-time passwords (RFC 6238) as every
// authenticator app makes them, HMAC-SHA-1, 6 digits, a new one every 30 seconds.
const (
	otpSecret = 20 // bytes, as RFC 4226 recommends
	otpDigits = 6
	otpStep   = 30 // seconds
	otpSlack  = 1  // steps that the clocks may differ
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

func newOTPSecret() string {
	secret := make([]byte, otpSecret)
	rand.Read(secret)
	return base32Text.EncodeToString(secret)
}

// otpAt is the code of a step (RFC 4226, 5.3).
func otpAt(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// checkOTP finds the step that the code is of, later than the last one that was
// used: a code is good once.
func checkOTP(secret, code string, now time.Time, used int64) (step int64, right bool) {
	key, err := base32Text.DecodeString(secret)
	if err != nil || len(key) == 0 || len(code) != otpDigits {
		return 0, false
	}
	at := now.Unix() / otpStep
	for s := at - otpSlack; s <= at+otpSlack; s++ {
		if subtle.ConstantTimeCompare([]byte(otpAt(key, s)), []byte(code)) == 1 && s > used {
			step, right = s, true
		}
	}
	return step, right
}

// otpURI is what an authenticator app reads, mostly from a square code.
func otpURI(account, secret string) string {
	return fmt.Sprintf("otpauth://totp/Suhe:%s?secret=%s&issuer=Suhe&algorithm=SHA1&digits=%d&period=%d",
		url.PathEscape(account), secret, otpDigits, otpStep)
}
