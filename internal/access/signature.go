package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// SignatureHeader is the header that carries the signature of a webhook.
const SignatureHeader = "Suhe-Signature"

const (
	signatureTolerance = 5 * 60 // seconds that the time of a signature may be off
	maxSignatures      = 4      // in one header, so that a secret can be exchanged
	maxSignature       = 512    // bytes of the header
)

// Sign is the value of SignatureHeader for a body that is sent at a time:
// t=UNIX,v1=HEX, where HEX is the HMAC-SHA-256 (RFC 2104) under the secret's text
// of the time's digits, a full stop, and the body.
func Sign(secret string, at time.Time, body []byte) string {
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac(secret, at.Unix(), body)))
}

func mac(secret string, at int64, body []byte) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(strconv.AppendInt(nil, at, 10))
	m.Write([]byte{'.'})
	m.Write(body)
	return m.Sum(nil)
}

// signature is a header that could be read.
type signature struct {
	at   int64
	sums [][]byte
}

// parseSignature reads t once and one to four v1, in any order.
func parseSignature(header string) (s signature, err error) {
	if header == "" {
		return s, fmt.Errorf("%w: %s: missing, want t=UNIX,v1=HEX", ErrUnauthenticated, SignatureHeader)
	}
	if len(header) > maxSignature {
		return s, fmt.Errorf("%w: %s: %d bytes, want at most %d", ErrUnauthenticated, SignatureHeader, len(header), maxSignature)
	}
	timed := false
	for part := range strings.SplitSeq(header, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch key {
		case "t":
			s.at, err = strconv.ParseInt(value, 10, 64)
			if err != nil || timed || s.at < 0 || strconv.FormatInt(s.at, 10) != value {
				return s, fmt.Errorf("%w: %s: t: want one Unix time in seconds", ErrUnauthenticated, SignatureHeader)
			}
			timed = true
		case "v1":
			sum, err := hex.DecodeString(value)
			if err != nil || len(sum) != sha256.Size || len(s.sums) == maxSignatures {
				return s, fmt.Errorf("%w: %s: v1: want %d hexadecimal digits, at most %d times", ErrUnauthenticated, SignatureHeader, 2*sha256.Size, maxSignatures)
			}
			s.sums = append(s.sums, sum)
		}
	}
	if !timed || len(s.sums) == 0 {
		return s, fmt.Errorf("%w: %s: want t=UNIX,v1=HEX", ErrUnauthenticated, SignatureHeader)
	}
	return s, nil
}

// matches takes the same time for any wrong sum.
func (s signature) matches(secret string, body []byte) bool {
	want, right := mac(secret, s.at, body), false
	for _, sum := range s.sums {
		if hmac.Equal(sum, want) {
			right = true
		}
	}
	return right
}
