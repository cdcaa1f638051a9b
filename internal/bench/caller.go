package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// caller is a bare HTTP/1.1 client on one kept connection: net/http's own would
// spend more than the servers that are measured.
type caller struct {
	conn net.Conn
	in   *bufio.Reader
}

const callerPatience = 20 * time.Second

func dialCaller(ctx context.Context, addr string) (*caller, error) {
	conn, err := (&net.Dialer{Timeout: callerPatience}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &caller{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}, nil
}

// request is the text of a GET; more are header lines, each with its CRLF.
func request(path, more string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n" + more + "\r\n")
}

// get sends a request and passes over the answer's body; it returns the status
// and the ETag.
func (c *caller) get(request []byte) (status int, etag string, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(callerPatience)); err != nil {
		return 0, "", err
	}
	if _, err := c.conn.Write(request); err != nil {
		return 0, "", err
	}
	length := 0
	for first := true; ; first = false {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, "", err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case first:
			status, err = strconv.Atoi(string(line[len("HTTP/1.1 "):len("HTTP/1.1 200")]))
		case string(name) == "Content-Length":
			length, err = strconv.Atoi(string(value))
		case string(name) == "Etag":
			etag = string(value)
		}
		if err != nil {
			return 0, "", fmt.Errorf("answer: %q: %w", line, err)
		}
	}
	_, err = io.CopyN(io.Discard, c.in, int64(length))
	return status, etag, err
}

// crowd is several callers who ask one server for the same things over and over.
type crowd struct {
	callers  []*caller
	requests [][]byte
	want     int // the status of every answer
}

func newCrowd(ctx context.Context, addr string, n int, requests [][]byte, want int) (*crowd, error) {
	c := &crowd{requests: requests, want: want}
	for range n {
		one, err := dialCaller(ctx, addr)
		if err != nil {
			c.close()
			return nil, err
		}
		c.callers = append(c.callers, one)
	}
	return c, nil
}

func (c *crowd) close() {
	for _, one := range c.callers {
		_ = one.conn.Close() // nothing is on its way
	}
}

// ask lets all ask for the span and returns how many answers came in which time.
func (c *crowd) ask(ctx context.Context, span time.Duration) (answers int64, took time.Duration, err error) {
	var n atomic.Int64
	start := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for i, one := range c.callers {
		group.Go(func() error {
			own := int64(0)
			for at := i; time.Since(start) < span && ctx.Err() == nil; at++ {
				status, _, err := one.get(c.requests[at%len(c.requests)])
				if err != nil {
					return err
				}
				if status != c.want {
					return fmt.Errorf("status %d, want %d", status, c.want)
				}
				own++
			}
			n.Add(own)
			return ctx.Err()
		})
	}
	err = group.Wait()
	return n.Load(), time.Since(start), err
}
