package account_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"suhe/internal/access"
	"suhe/internal/account"
)

func signed(t testing.TB, method jwt.SigningMethod, key any, header, claims map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, jwt.MapClaims(claims))
	maps.Copy(token.Header, header)
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// confusions are tokens that are none of ours, made by somebody who has a real one
// and knows the public key, and even the private key where a claim is wrong.
func confusions(t testing.TB, n *node, real string) map[string]string {
	t.Helper()
	seed, err := os.ReadFile(n.town.key)
	if err != nil {
		t.Fatal(err)
	}
	private := ed25519.NewKeyFromSeed(seed)
	public := private.Public().(ed25519.PublicKey)
	der, _ := x509.MarshalPKIXPublicKey(public)
	_, other, _ := ed25519.GenerateKey(rand.Reader)
	parts := strings.Split(real, ".")
	body, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var good map[string]any
	json.Unmarshal(body, &good)
	now := n.town.clock.Now()
	with := func(claim string, v any) string {
		c := maps.Clone(good)
		if c[claim] = v; v == nil {
			delete(c, claim)
		}
		return signed(t, jwt.SigningMethodEdDSA, private, nil, c)
	}
	header := func(h map[string]any, key ed25519.PrivateKey) string {
		return signed(t, jwt.SigningMethodEdDSA, key, h, good)
	}
	b64 := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	jwk := map[string]any{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(other.Public().(ed25519.PublicKey))}
	return map[string]string{
		"nothing":                      "",
		"no token":                     "x",
		"dots":                         "..",
		"alg none":                     signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, good),
		"alg None":                     b64(`{"alg":"None","typ":"JWT"}`) + "." + parts[1] + ".",
		"alg none, our signature":      b64(`{"alg":"none","typ":"JWT"}`) + "." + parts[1] + "." + parts[2],
		"HS256 with the public key":    signed(t, jwt.SigningMethodHS256, []byte(public), nil, good),
		"HS256 with its DER":           signed(t, jwt.SigningMethodHS256, der, nil, good),
		"HS256 with its PEM":           signed(t, jwt.SigningMethodHS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil, good),
		"HS512 with nothing":           signed(t, jwt.SigningMethodHS512, []byte{}, nil, good),
		"another key":                  signed(t, jwt.SigningMethodEdDSA, other, nil, good),
		"kid of a file":                header(map[string]any{"kid": "../../../../dev/null"}, private),
		"kid of SQL":                   header(map[string]any{"kid": "x' UNION SELECT 'key"}, private),
		"kid and another key":          header(map[string]any{"kid": "1"}, other),
		"jku":                          header(map[string]any{"jku": "https://evil.example/jwks.json"}, other),
		"jwk":                          header(map[string]any{"jwk": jwk}, other),
		"jwk with our signature":       header(map[string]any{"jwk": jwk}, private),
		"x5u":                          header(map[string]any{"x5u": "https://evil.example/cert.pem"}, other),
		"crit":                         header(map[string]any{"crit": []string{"exp"}}, private),
		"typ of something else":        header(map[string]any{"typ": "at+jwt"}, private),
		"empty signature":              parts[0] + "." + parts[1] + ".",
		"no signature":                 parts[0] + "." + parts[1],
		"signature of zeros":           parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, ed25519.SignatureSize)),
		"cut signature":                real[:len(real)-4],
		"padded signature":             real + "==",
		"text behind":                  real + ".x",
		"other claims, same signature": parts[0] + "." + b64(`{"iss":"suhe","aud":"suhe","sub":"security","sid":"x","exp":9999999999,"nbf":0,"iat":0}`) + "." + parts[2],
		"expired":                      with("exp", now.Add(-time.Minute).Unix()),
		"never expires":                with("exp", nil),
		"expires at a word":            with("exp", "tomorrow"),
		"not yet valid":                with("nbf", now.Add(time.Hour).Unix()),
		"without nbf":                  with("nbf", nil),
		"issued in the future":         with("iat", now.Add(time.Hour).Unix()),
		"of another audience":          with("aud", "other"),
		"of audiences, none ours":      with("aud", []string{"a", "b"}),
		"without an audience":          with("aud", nil),
		"of another issuer":            with("iss", "https://evil.example"),
		"without an issuer":            with("iss", nil),
		"without a session":            with("sid", nil),
		"without a subject":            with("sub", nil),
		"a megabyte of letters":        strings.Repeat("A", 1<<20),
		"a megabyte of dots":           strings.Repeat(".", 1<<20),
		"a megabyte of claims":         with("pad", strings.Repeat("A", 1<<20)),
	}
}

// None of them lets anybody in, and none costs more than a look: the store is not
// asked.
func TestConfusedTokens(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	real := n.in("li").Token
	if !n.known(real) {
		t.Fatal("the real token is not known")
	}
	asked := n.store.asked.Load()
	for name, token := range confusions(t, n, real) {
		t.Run(name, func(t *testing.T) {
			who, err := n.Token(t.Context(), token)
			if !errors.Is(err, access.ErrUnauthenticated) || who.ID != "" || who.Scope.May(access.View) {
				t.Errorf("%q, %v", who.ID, err)
			}
			if err != nil && token != "" && len(token) > 10 && strings.Contains(err.Error(), token) {
				t.Error("the error quotes the token")
			}
		})
	}
	if now := n.store.asked.Load(); now != asked {
		t.Errorf("the store was asked %d times", now-asked)
	}
}

// A token says nothing of rights: whoever may sign one gets those of a session
// that is there, or none.
func TestATokenOfASessionThatIsNotThere(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	n.in("li")
	seed, _ := os.ReadFile(n.town.key)
	now := n.town.clock.Now()
	token := signed(t, jwt.SigningMethodEdDSA, ed25519.NewKeyFromSeed(seed), nil, map[string]any{"iss": "suhe", "aud": "suhe", "sub": "li", "sid": "NONE",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix()})
	if n.known(token) {
		t.Error("it lets in")
	}
}

func TestTheKeyIsItsOwnersAlone(t *testing.T) {
	w := newTown(t)
	n := w.node(false)
	if info, err := os.Stat(w.key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	n.add("li", access.Operator)
	token := n.in("li").Token
	if !w.node(false).known(token) {
		t.Error("another node with the same key does not know the token")
	}
	w.key += ".other"
	if w.node(false).known(token) {
		t.Error("a node with another key knows the token")
	}
	os.WriteFile(w.key, []byte("short"), 0o600)
	if _, err := account.OpenKey(w.key, time.Now); err == nil {
		t.Error("a key of 5 bytes was taken")
	}
}

func FuzzToken(f *testing.F) {
	w := newTown(f)
	n := w.node(false)
	n.add("li", access.Operator)
	real := n.in("li").Token
	for _, token := range confusions(f, n, real) {
		f.Add(token[:min(len(token), 4096)])
	}
	f.Fuzz(func(t *testing.T, token string) {
		if err := n.key.Verify(token); err == nil && token != real {
			t.Errorf("%q is taken for ours", token)
		} else if err != nil && !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("%q: %v", token, err)
		}
	})
}

func BenchmarkToken(b *testing.B) {
	n := newTown(b).node(false)
	n.add("li", access.Operator)
	real := n.in("li").Token
	bad := real[:len(real)-8] + "AAAAAAAA"
	for _, c := range []struct{ name, token string }{{"known", real}, {"forged", bad}, {"a megabyte", strings.Repeat("A", 1<<20)}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.Token(b.Context(), c.token); (err == nil) != (c.token == real) {
					b.Fatal(err)
				}
			}
		})
	}
}
