package door

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// reloadEvery is how often the files are looked at, at most.
const reloadEvery = time.Second

// Certificate is a certificate chain and its key in two PEM files. It follows
// them: a handshake after they changed uses the new ones. A pair that does not
// fit, as while only one of the files was replaced, is tried again and the old
// one used meanwhile. All methods may be called at once.
type Certificate struct {
	cert, key string
	failed    func(error) // told why a changed pair cannot be used

	mu     sync.Mutex
	pair   *tls.Certificate
	marks  [2]mark
	looked time.Time
}

// mark tells whether a file changed.
type mark struct {
	size int64
	at   time.Time
}

// OpenCertificate reads the pair; failed is told of later trouble with it.
func OpenCertificate(cert, key string, failed func(error)) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key, failed: failed}
	return c, c.load(c.look())
}

// look reads what tells whether the files changed; of a file that is not there zero.
func (c *Certificate) look() (marks [2]mark) {
	for i, name := range [...]string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			marks[i] = mark{info.Size(), info.ModTime()}
		}
	}
	return marks
}

func (c *Certificate) load(marks [2]mark) error {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("certificate %s: %w", c.cert, err)
	}
	c.pair, c.marks = &pair, marks
	return nil
}

// get is a tls.Config's GetCertificate.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.looked) >= reloadEvery {
		c.looked = now
		if marks := c.look(); marks != c.marks {
			if err := c.load(marks); err != nil {
				c.failed(err)
			}
		}
	}
	return c.pair, nil
}

// Config is how a listener speaks TLS with the certificate: 1.2 or later, with
// the suites and curves that Go prefers.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12}
}
