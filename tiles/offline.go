package tiles

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
)

// lasting are the layers of which an archive is worth taking along: what stands there
// tomorrow as well.
var lasting = []assets.Kind{assets.Area, assets.Water, assets.Bank, assets.Bridge, assets.Building, assets.Landmark}

// The archive that somebody takes along.
const (
	offlineFrom  = 10
	offlineTo    = 16
	offlineTiles = 20_000           // the most that one looks at
	offlineKept  = 16               // archives that are kept, of callers of different sight
	offlineFresh = 10 * time.Minute // how long one is given out before it is made anew
)

// offline keeps the archives that were made lately. One is made at a time: however many
// phones begin their shift at once, each archive costs once.
type offline struct {
	making chan struct{} // holds the right to make one

	mu   sync.Mutex
	kept map[Key]offlineArchive
}

type offlineArchive struct {
	data []byte
	tag  string
	made time.Time
}

func newOffline() *offline {
	return &offline{making: make(chan struct{}, 1), kept: make(map[Key]offlineArchive)}
}

// ServeArchive answers with one PMTiles archive of layers of lasting things, of zooms 10
// to 16 and of what the caller is shown, to be used where there is no network. Ranges can
// be asked for, so that a download goes on where it broke off. The archive may be ten
// minutes old. The query may name a datum. An error that it returns has not been
// answered; see ServeTile.
func (s *Server) ServeArchive(w http.ResponseWriter, r *http.Request, who access.Principal, layers string) error {
	q, err := parseQuery(r, Address{Layers: layers, Z: "0", X: "0", Y: "0"}, who.Scope)
	if err != nil {
		return err
	}
	if q.Properties != 0 || !q.plainSight() {
		return fmt.Errorf("query: %w: properties or filter of an archive, want datum alone", assets.ErrInvalid)
	}
	drawn, err := s.catalogue.layers(nil, q.Layers)
	if err != nil {
		return err
	}
	for _, l := range drawn {
		if !slices.Contains(lasting, l.Kind) {
			return fmt.Errorf("layers: %w: %q, want areas, water, banks, bridges, buildings or landmarks", assets.ErrInvalid, l.Name)
		}
	}
	a, err := s.offline.get(r.Context(), q.Key(0), func(ctx context.Context) ([]byte, error) { return s.offlineArchive(ctx, q) })
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.pmtiles")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+a.tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.data))
	return nil
}

// offlineArchive makes the archive of a request; its tile does not matter.
func (s *Server) offlineArchive(ctx context.Context, q Request) ([]byte, error) {
	dir, err := os.MkdirTemp("", "suhe-archive-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) // the archive has been read by then
	path := filepath.Join(dir, "creek.pmtiles")
	_, err = s.Export(ctx, path, ExportOptions{Name: strings.Join(q.Layers, ","), Layers: q.Layers,
		MinZoom: offlineFrom, MaxZoom: min(offlineTo, geo.MaxZoom), Limit: offlineTiles, Scope: q.Scope, Datum: q.Datum})
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// get gives the archive of the key, made lately or now.
func (o *offline) get(ctx context.Context, k Key, make func(context.Context) ([]byte, error)) (offlineArchive, error) {
	if a, ok := o.fresh(k); ok {
		return a, nil
	}
	select {
	case o.making <- struct{}{}:
		defer func() { <-o.making }()
	case <-ctx.Done():
		return offlineArchive{}, ctx.Err()
	}
	if a, ok := o.fresh(k); ok { // somebody else made it meanwhile
		return a, nil
	}
	data, err := make(ctx)
	if err != nil {
		return offlineArchive{}, err
	}
	sum := sha256.Sum256(data)
	a := offlineArchive{data, hex.EncodeToString(sum[:16]), time.Now()}
	o.keep(k, a)
	return a, nil
}

func (o *offline) fresh(k Key) (offlineArchive, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a, ok := o.kept[k]
	return a, ok && time.Since(a.made) < offlineFresh
}

// keep keeps an archive; the oldest one goes if there are too many.
func (o *offline) keep(k Key, a offlineArchive) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept[k] = a
	if len(o.kept) <= offlineKept {
		return
	}
	oldest := k
	for other, is := range o.kept {
		if is.made.Before(o.kept[oldest].made) {
			oldest = other
		}
	}
	delete(o.kept, oldest)
}
