package idp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// The bounds of what a provider answers.
const (
	answerLimit = 10 * time.Second
	maxAnswer   = 1 << 20 // bytes
)

// carefulClient follows nobody elsewhere and reads no more than the bounds: the
// provider is known, and what stands between us may not be.
func carefulClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &http.Client{
		Transport: bounded{transport},
		Timeout:   answerLimit,
		CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			return fmt.Errorf("sent elsewhere, to %s", r.URL.Host)
		},
	}
}

// bounded cuts answers that are too long.
type bounded struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = &cut{answer.Body, maxAnswer}
	}
	return answer, err
}

// cut is a body that fails when more is left of it than may be read.
type cut struct {
	io.ReadCloser
	left int
}

var errLong = errors.New("the answer is too long")

func (c *cut) Read(b []byte) (int, error) {
	if c.left == 0 {
		return 0, errLong
	}
	n, err := c.ReadCloser.Read(b[:min(len(b), c.left)])
	c.left -= n
	return n, err
}
