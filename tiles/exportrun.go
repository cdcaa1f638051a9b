package tiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/geo"
	"suhe/tiles/archive"
)

// reportEvery is the time between two reports of progress.
const reportEvery = time.Second

// errEnough ends a count at its limit.
var errEnough = errors.New("enough")

// exported is a tile that is rendered while those before it are written.
type exported struct {
	tile   geo.Tile
	packed chan []byte // receives once, unless the export fails; empty for a tile that shows nothing
}

// run renders the tiles and writes them in their order. It counts first, as
// walking costs little: too many are told before the work, not after.
func (x *export) run(ctx context.Context, w archive.Writer) (written int, err error) {
	total, err := x.count(ctx)
	if err != nil {
		return 0, err
	}
	ahead := 2 * cap(x.server.slots)
	group, ctx := errgroup.WithContext(ctx)
	ordered, jobs := make(chan exported, ahead), make(chan exported, ahead)
	group.Go(func() error {
		defer close(ordered)
		defer close(jobs)
		return x.send(ctx, ordered, jobs)
	})
	for range cap(x.server.slots) {
		group.Go(func() error { return x.render(ctx, jobs) })
	}
	group.Go(func() (err error) {
		written, err = x.write(ctx, ordered, w, total)
		return err
	})
	return written, group.Wait()
}

// count counts the tiles to look at.
func (x *export) count(ctx context.Context) (n int, err error) {
	for z := x.MinZoom; z <= x.MaxZoom; z++ {
		err := x.walk.zoom(ctx, z, func(geo.Tile) error {
			if n == x.Limit {
				return errEnough
			}
			n++
			return nil
		})
		if errors.Is(err, errEnough) {
			return 0, fmt.Errorf("tiles: %w: more than %d, want smaller bounds or fewer zooms", assets.ErrInvalid, x.Limit)
		}
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// send gives each tile to the writer, and then to whoever renders it.
func (x *export) send(ctx context.Context, ordered, jobs chan<- exported) error {
	for z := x.MinZoom; z <= x.MaxZoom; z++ {
		err := x.walk.zoom(ctx, z, func(t geo.Tile) error {
			e := exported{t, make(chan []byte, 1)}
			for _, to := range []chan<- exported{ordered, jobs} {
				select {
				case to <- e:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// render renders and packs tiles until there are no more.
func (x *export) render(ctx context.Context, jobs <-chan exported) error {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, GzipLevel) // fails for unknown levels only
	for e := range jobs {
		r, err := x.server.Tile(ctx, Request{Layers: x.Layers, Tile: e.tile, Datum: x.Datum, Scope: x.Scope})
		if err != nil {
			return err
		}
		packed := r.Gzip
		if packed == nil && len(r.Data) > 0 { // too small for the server to bother
			b.Reset()
			z.Reset(&b)
			z.Write(r.Data) // a bytes.Buffer takes all
			z.Close()
			packed = bytes.Clone(b.Bytes())
		}
		e.packed <- packed
	}
	return nil
}

// write puts the tiles into the archive as they become ready.
func (x *export) write(ctx context.Context, ordered <-chan exported, w archive.Writer, total int) (written int, err error) {
	done, reported := 0, time.Now()
	for e := range ordered {
		var packed []byte
		select {
		case packed = <-e.packed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		if len(packed) > 0 {
			if err := w.Put(e.tile, packed); err != nil {
				return 0, err
			}
			written++
		}
		done++
		if time.Since(reported) >= reportEvery {
			x.Progress(done, total)
			reported = time.Now()
		}
	}
	x.Progress(done, total)
	return written, ctx.Err()
}
