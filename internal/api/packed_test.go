package api

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
)

// line is one of a long file, of which gzip cannot make next to nothing.
func line(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%d,%d,%d\n", rand.Int64(), rand.Int64(), rand.Int64())
	return err
}

// A long file is packed as it is written: its beginning is there before its end is made,
// and its writer waits for who reads slowly.
func TestLongAnswersStream(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	s := httptest.NewServer(pack(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := newUnhurried(w, "text/csv", "long.csv")
		for range 10_000 {
			if err := line(out); err != nil {
				t.Error(err)
				return
			}
		}
		select {
		case <-begun:
			_, _ = io.WriteString(out, "the end\n")
		case <-r.Context().Done():
			t.Error("nobody reads before all is written")
		}
	})))
	defer s.Close()
	response, err := s.Client().Get(s.URL) // which takes gzip, and unpacks it
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.CopyN(io.Discard, response.Body, 100_000); err != nil || !response.Uncompressed {
		t.Fatalf("packed: %v, %v", response.Uncompressed, err)
	}
	close(begun)
	rest, err := io.ReadAll(response.Body)
	if err != nil || string(rest[max(0, len(rest)-8):]) != "the end\n" {
		t.Errorf("%d bytes more, %v", len(rest), err)
	}
}

// A file that breaks off is seen to be not whole.
func TestBrokenAnswersAreSeen(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(pack(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/csv")
		for range 10_000 {
			_ = line(w)
		}
		panic(http.ErrAbortHandler)
	})))
	defer s.Close()
	response, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if n, err := io.Copy(io.Discard, response.Body); !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, gzip.ErrHeader) {
		t.Errorf("%d bytes, then %v", n, err)
	}
}
