package door

import (
	"log"
	"net/http"
	"time"
)

// Times are how long a client may take, so that one who dawdles holds nothing
// for long. A stream has deadlines of its own for each write.
type Times struct {
	Header time.Duration // to send the header
	Body   time.Duration // to send all of a request
	Answer time.Duration // to read all of an answer
	Idle   time.Duration // between requests of one connection
}

// Patient are the times of a public listener.
func Patient() Times {
	return Times{Header: 10 * time.Second, Body: time.Minute, Answer: 2 * time.Minute, Idle: 2 * time.Minute}
}

// maxHeader bounds the header of a request, in bytes (net/http allows 4 KiB more): a
// token of a MiB is still told that it is none.
const maxHeader = 1 << 20

// NewServer is an HTTP server that no single client can hold up.
func NewServer(h http.Handler, t Times, errors *log.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: t.Header,
		ReadTimeout:       t.Body,
		WriteTimeout:      t.Answer,
		IdleTimeout:       t.Idle,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          errors,
	}
}
