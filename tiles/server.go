package tiles

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/twin"
)

// World is what tiles need of the twin. Both may be called at any time from
// many goroutines.
type World interface {
	// Within appends the things of the kind whose boxes touch b, in any order.
	Within(dst []*twin.Thing, kind assets.Kind, b orb.Bound) []*twin.Thing
	// Position is how far the log is applied; what Within returns later is at
	// least as new.
	Position() twin.Position
}

// Options are a Server's settings; zero means the default.
type Options struct {
	World    World                 // must be set
	Cache    int64                 // bytes that rendered tiles may hold; default 64 MiB, negative for none
	Features int                   // the most in one tile; default 50,000
	Plain    bool                  // tiles are not compressed: whoever stands in front does it
	Renders  int                   // the most at once; default the number of processors
	Bounds   orb.Bound             // of the scene, for TileJSON; default the catalogue's
	Credit   string                // attribution of the data; default the catalogue's
	Metrics  prometheus.Registerer // nil: none
}

// Server renders tiles and keeps what it has rendered. All methods may be called
// at once from many goroutines, but Took.
type Server struct {
	options   Options
	catalogue *catalogue
	ground    map[assets.Kind]*ground
	cache     *cache
	flights   *flights
	renderers renderers
	slots     chan struct{}
	metrics   *metrics
}

// Response is one tile. Its slices are shared: they must not be changed.
type Response struct {
	Data     []byte        // MVT; empty for a tile without features
	Gzip     []byte        // the same compressed, or nil if that gains nothing
	ETag     string        // strong, of Data, without quotes
	Left     int           // features left out because there were too many
	Position twin.Position // the tile shows a state at least as new
}

// New makes a server. It fails without a world, and if its metrics are
// registered twice.
func New(o Options) (*Server, error) {
	if o.World == nil {
		return nil, errors.New("tiles: options: World is missing")
	}
	if o.Cache == 0 {
		o.Cache = 64 << 20
	}
	if o.Features <= 0 {
		o.Features = 50_000
	}
	if o.Renders <= 0 {
		o.Renders = runtime.GOMAXPROCS(0)
	}
	c, err := readCatalogue(layersJSON)
	if err != nil {
		return nil, fmt.Errorf("tiles: %w", err)
	}
	if o.Bounds != (orb.Bound{}) {
		c.Bounds = [4]float64{o.Bounds.Min[0], o.Bounds.Min[1], o.Bounds.Max[0], o.Bounds.Max[1]}
	}
	if o.Credit != "" {
		c.Attribution = o.Credit
	}
	s := &Server{
		options:   o,
		catalogue: c,
		ground:    make(map[assets.Kind]*ground),
		cache:     newCache(o.Cache),
		flights:   newFlights(),
		slots:     make(chan struct{}, o.Renders),
	}
	for _, kind := range assets.Kinds() {
		s.ground[kind] = new(ground)
	}
	if s.metrics, err = newMetrics(o.Metrics, s.cache.size); err != nil {
		return nil, fmt.Errorf("tiles: metrics: %w", err)
	}
	return s, nil
}

// Close waits for the renders under way. Tile must not be called any more.
func (s *Server) Close() { s.flights.wait() }

// Tile answers with the tile as it is now: from the cache if nothing on its
// ground changed, else rendered, once for all who ask meanwhile. It returns the
// context's error as soon as the context ends. A layer that does not exist is
// assets.ErrNotFound.
func (s *Server) Tile(ctx context.Context, r Request) (Response, error) {
	l, ok := s.catalogue.layer(r.Layer)
	if !ok || !r.Tile.Valid() {
		return Response{}, fmt.Errorf("tile: %w: %s/%d/%d/%d", assets.ErrNotFound, clipText(r.Layer), r.Tile.Z, r.Tile.X, r.Tile.Y)
	}
	version := s.ground[l.Kind].version(r.Tile)
	if kept, ok := s.cache.get(r.Key(0)); ok && kept.version == version {
		s.metrics.count(resultHit)
		return kept.tile, nil
	}
	tile, err := s.flights.do(ctx, r.Key(version), func(ctx context.Context) (Response, error) {
		t, err := s.render(ctx, l, r)
		if err == nil {
			s.cache.put(r.Key(0), kept{version, t})
		}
		return t, err
	})
	s.metrics.count(resultOf(err))
	return tile, err
}

// Took marks the ground that the batch changed; it never blocks. It is the
// world's Sink: called by one goroutine at a time, after the world shows the
// batch.
func (s *Server) Took(b twin.Batch) {
	for _, c := range b.Changes {
		if !shows(c) {
			continue
		}
		for _, t := range [2]*twin.Thing{c.Was, c.Is} {
			if t != nil {
				s.ground[t.Asset.Kind].mark(t.Flat.Min, t.Flat.Max)
			}
		}
	}
}

// shows says whether a change can alter a tile. Any edit of the registry can,
// also by what scopes look at; of an observation only the state in one word and
// the severity show.
func shows(c twin.Change) bool {
	if c.Was == nil || c.Is == nil || c.Was.Asset != c.Is.Asset {
		return true
	}
	return c.Was.Severity != c.Is.Severity || c.Was.Device() && c.Was.Summary() != c.Is.Summary()
}

var _ twin.Sink = (*Server)(nil)
