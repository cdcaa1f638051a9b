package bench

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// repeated measures tiles that are in the cache, over HTTP on the loopback,
// beside net/http that serves the same bytes out of a map.
func (m *measuring) repeated(ctx context.Context, world *twin.World, points []*assets.Asset) error {
	m.say("repeated tiles over HTTP")
	s, err := newServer(world, how{keep: true})
	if err != nil {
		return err
	}
	defer s.Close()
	our := ours(s, points[0].Kind)
	files := map[string][]byte{}
	var paths []string
	for _, t := range tilesOf(points, zooms{14, 16}, m.Each) {
		path := tilePath(points[0].Kind, t)
		if files[path], err = our(ctx, t); err != nil {
			return err
		}
		paths = append(paths, path)
	}
	return m.overHTTP(ctx, face(s), fromMap(files), paths)
}

func tilePath(kind assets.Kind, t geo.Tile) string {
	return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", kind.Layer(), t.Z, t.X, t.Y)
}

// fromMap is as little as net/http can do to serve bytes with their type.
func fromMap(files map[string][]byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data := files[r.URL.Path]
		h := w.Header()
		h.Set("Content-Type", "application/vnd.mapbox-vector-tile")
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data) // the caller may be gone
	})
}

// overHTTP lets three crowds take turns: one asks the yardstick, one us, and one
// us for what it has already.
func (m *measuring) overHTTP(ctx context.Context, face, plain http.Handler, paths []string) error {
	our, endOurs, err := listen(face)
	if err != nil {
		return err
	}
	defer endOurs()
	theirs, endTheirs, err := listen(plain)
	if err != nil {
		return err
	}
	defer endTheirs()
	whole, had, err := requestsFor(ctx, our, paths)
	if err != nil {
		return err
	}
	crowds := make([]*crowd, 3)
	for i, c := range []struct {
		addr     string
		requests [][]byte
		want     int
	}{{theirs, whole, http.StatusOK}, {our, whole, http.StatusOK}, {our, had, http.StatusNotModified}} {
		if crowds[i], err = newCrowd(ctx, c.addr, 4*m.workers, c.requests, c.want); err != nil {
			return err
		}
		defer crowds[i].close()
	}
	rates, err := m.turns(ctx, crowds)
	if err != nil {
		return err
	}
	const rival = "net/http, the same bytes"
	m.add(compare("repeated tiles over HTTP", "/s", rates[1], rival, rates[0], atLeast(0.8)),
		compare("the same, 304", "/s", rates[2], rival, rates[0], atLeast(1)))
	return nil
}

// turns lets each crowd ask many times; the first turn of each is to warm up.
// What counts is the median turn.
func (m *measuring) turns(ctx context.Context, crowds []*crowd) (rates []float64, err error) {
	const turns = 40
	all := make([][]float64, len(crowds))
	for turn := range turns + 1 {
		for i, c := range crowds {
			n, took, err := c.ask(ctx, max(m.Span/turns, 20*time.Millisecond))
			if err != nil {
				return nil, err
			}
			if turn > 0 {
				all[i] = append(all[i], float64(n)/took.Seconds())
			}
		}
	}
	for _, r := range all {
		slices.Sort(r)
		rates = append(rates, r[len(r)/2])
	}
	return rates, nil
}

// requestsFor makes the requests for the paths, as from one who has nothing and
// as from one who has all.
func requestsFor(ctx context.Context, addr string, paths []string) (whole, had [][]byte, err error) {
	c, err := dialCaller(ctx, addr)
	if err != nil {
		return nil, nil, err
	}
	defer c.conn.Close()
	for _, path := range paths {
		ask := request(path, "")
		status, etag, err := c.get(ask)
		if err != nil || status != http.StatusOK {
			return nil, nil, fmt.Errorf("%s: status %d: %w", path, status, err)
		}
		whole = append(whole, ask)
		had = append(had, request(path, "If-None-Match: "+etag+"\r\n"))
	}
	return whole, had, nil
}

// listen serves on a loopback port of its own until end.
func listen(h http.Handler) (addr string, end func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // ends with Close
	}()
	return l.Addr().String(), func() {
		_ = server.Close()
		<-done
	}, nil
}
