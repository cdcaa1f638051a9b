package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"suhe/internal/access"
)

const (
	dialLimit  = 5 * time.Second
	maxAnswer  = 64 << 10 // bytes that are read of an answer, and thrown away
	maxHeaders = 64 << 10
)

// newClient asks no proxy, which would dial in our place, and follows nobody
// elsewhere: an answer that leads on is one that is no success.
func newClient(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: dialLimit, Control: o.Reach.Control, Resolver: o.Resolver}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
			TLSHandshakeTimeout:    dialLimit,
			MaxResponseHeaderBytes: maxHeaders,
			MaxIdleConnsPerHost:    1,
			IdleConnTimeout:        30 * time.Second,
			DisableCompression:     true,
			ForceAttemptHTTP2:      true,
		},
		Timeout:       o.Answer,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post sends a message once. The error says in few words why it was not taken: never
// what was answered, nor the address, which may hold a secret.
func (d *Desk) post(ctx context.Context, h *held, m Message) error {
	body := textOf(m)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address is none")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "suhe")
	r.Header.Set("Idempotency-Key", `"`+m.ID+`"`)
	r.Header.Set(access.SignatureHeader, access.Sign(h.Secret, d.o.Now(), body))
	answer, err := d.client.Do(r)
	if err != nil {
		return reason(err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer) // so that the connection can be used again; the status is what counts
	switch {
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return fmt.Errorf("answered %d: nobody is followed elsewhere", answer.StatusCode)
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return fmt.Errorf("answered %d", answer.StatusCode)
	}
	return nil
}

// reason is an error of the client in the words of this package.
func reason(err error) error {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	var unknown *net.DNSError
	var certificate *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, ErrReach):
		return ErrReach
	case errors.As(err, &unknown):
		return errors.New("its name is not known")
	case errors.As(err, &certificate):
		return errors.New("its certificate is not trusted")
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer in time")
	}
	return errors.New("no connection")
}
