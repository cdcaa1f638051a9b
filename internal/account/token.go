package account

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"suhe/internal/access"
	"suhe/internal/wholefile"
)

// The claims of login tokens that are always the same.
const (
	issuer   = "suhe"
	audience = "suhe"
)

const (
	maxToken  = 2048            // bytes; a token of ours has about 400
	tokenSkew = 5 * time.Second // that the clocks of nodes may differ
)

// Key signs login tokens (Ed25519, RFC 8032). Nodes that work together have the
// same key; it never leaves its file.
type Key struct {
	private ed25519.PrivateKey
	parser  *jwt.Parser
}

// OpenKey reads the key's seed from the file, or makes one; see wholefile.Key.
func OpenKey(file string, now func() time.Time) (*Key, error) {
	seed, err := wholefile.Key(file)
	if err != nil {
		return nil, fmt.Errorf("login key: %w", err)
	}
	return &Key{ed25519.NewKeyFromSeed(seed), jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithNotBeforeRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(tokenSkew), jwt.WithTimeFunc(now), jwt.WithStrictDecoding(),
	)}, nil
}

// claims are what a token says.
type claims struct {
	jwt.RegisteredClaims
	Session string `json:"sid"`
}

// sign makes the token of a session.
func (k *Key) sign(session, name string, since, until time.Time) (string, error) {
	c := claims{jwt.RegisteredClaims{
		Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: name,
		IssuedAt: jwt.NewNumericDate(since), NotBefore: jwt.NewNumericDate(since), ExpiresAt: jwt.NewNumericDate(until),
	}, session}
	return jwt.NewWithClaims(jwt.SigningMethodEdDSA, c).SignedString(k.private)
}

// verify reads a token that we signed and that is valid now. It asks no store.
// access.ErrUnauthenticated, without the token's text: it is none.
func (k *Key) verify(token string) (claims, error) {
	var c claims
	if len(token) > maxToken {
		return c, fmt.Errorf("%w: token: %d bytes, want at most %d", access.ErrUnauthenticated, len(token), maxToken)
	}
	_, err := k.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		// Our tokens name no key: whoever does wants us to take another.
		if len(t.Header) != 2 || t.Header["typ"] != "JWT" {
			return nil, errors.New("header: want alg and typ only")
		}
		return k.private.Public(), nil
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return c, fmt.Errorf("%w: token: expired, log in again", access.ErrUnauthenticated)
	case err != nil || c.Session == "" || c.Subject == "":
		return c, fmt.Errorf("%w: token: not one of ours", access.ErrUnauthenticated)
	}
	return c, nil
}
