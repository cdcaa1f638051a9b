package tiles

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// World is what tiles need of the twin. Both may be called at any time from
// many goroutines.
type World interface {
	// Within appends the things of the kind whose boxes touch b, in order of
	// their numbers.
	Within(dst []*twin.Thing, kind assets.Kind, b orb.Bound) []*twin.Thing
	// Position is how far the log is applied; what Within returns later is at
	// least as new.
	Position() twin.Position
	// ByFID returns the thing of that number, or nil.
	ByFID(assets.FID) *twin.Thing
}

// Options are a Server's settings; zero means the default.
type Options struct {
	World    World            // must be set
	Cache    int64            // bytes that rendered tiles may hold; default 64 MiB, negative for none
	Features int              // the most in one tile that nothing is wrong with; default 50,000
	Bytes    int              // the most in one tile, compressed; default 500,000
	Plain    bool             // tiles are not compressed: whoever stands in front does it; Bytes are then those of the tile itself
	Renders  int              // the most at once; default the number of processors
	Waiting  int              // the most that wait to be rendered; default 1,024
	Calm     time.Duration    // how old a tile of low zoom may be; default the catalogue's, negative for none
	Now      func() time.Time // default time.Now
	Bounds   orb.Bound        // of the scene, for TileJSON; default the catalogue's
	Credit   string           // attribution of the data; default the catalogue's

	// Sensitivity is that of a field, which decides whom it is shown to; default
	// that of the built-in class tables.
	Sensitivity func(field string) assets.Sensitivity

	Metrics prometheus.Registerer // nil: none
}

// Server renders tiles and keeps what it has rendered. All methods may be called
// at once from many goroutines, but Took.
type Server struct {
	options   Options
	catalogue *catalogue
	ground    map[*layer]*ground
	clusters  map[*layer]*clusters // of the layers that have them
	cache     *cache               // of plain tiles
	special   *cache               // of all others: however many there are, they drive no plain tile out
	flights   *flights
	renderers renderers
	slots     chan struct{}
	waiting   atomic.Int64 // for a slot
	offline   *offline
	metrics   *metrics
}

// specialShare of the cache is for tiles with a filter, a datum or properties
// of their own.
const specialShare = 4

// Response is one tile. Its slices are shared: they must not be changed.
type Response struct {
	Data     []byte        // MVT; empty for a tile without features
	Gzip     []byte        // the same compressed, or nil if that gains nothing
	ETag     string        // strong, of Data, without quotes
	Left     int           // features left out because they were too many or too large
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
	if o.Bytes <= 0 {
		o.Bytes = 500_000
	}
	if o.Renders <= 0 {
		o.Renders = runtime.GOMAXPROCS(0)
	}
	if o.Waiting <= 0 {
		o.Waiting = 1024
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sensitivity == nil {
		o.Sensitivity = assets.DefaultClasses().FieldSensitivity
	}
	c, err := readCatalogue(layersJSON)
	if err != nil {
		return nil, fmt.Errorf("tiles: %w", err)
	}
	if o.Calm == 0 {
		o.Calm = time.Duration(c.Calm.Seconds) * time.Second
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
		ground:    make(map[*layer]*ground),
		clusters:  c.clusters(),
		cache:     newCache(o.Cache - o.Cache/specialShare),
		special:   newCache(o.Cache / specialShare),
		flights:   newFlights(),
		offline:   newOffline(),
		slots:     make(chan struct{}, o.Renders),
	}
	for _, l := range c.Layers {
		s.ground[l] = new(ground)
	}
	held := func() int64 { return s.cache.size() + s.special.size() }
	if s.metrics, err = newMetrics(o.Metrics, held); err != nil {
		return nil, fmt.Errorf("tiles: metrics: %w", err)
	}
	return s, nil
}

// Close waits for the renders under way. Tile must not be called any more.
func (s *Server) Close() { s.flights.wait() }

// Tile answers with the tile as it is now: from the cache if nothing on its
// ground changed, else rendered, once for all who ask meanwhile. Tiles of low
// zoom may be as old as Options.Calm. It returns the context's error as soon as
// the context ends. A layer that does not exist is assets.ErrNotFound; a filter by
// what the scope is not shown access.ErrDenied; too many renders at once are
// assets.ErrBusy.
func (s *Server) Tile(ctx context.Context, r Request) (Response, error) {
	layers, err := s.wanted(make([]*layer, 0, maxLayers), &r)
	if err != nil {
		return Response{}, err
	}
	version, err := s.version(layers, &r)
	if err != nil {
		return Response{}, err
	}
	cache := s.cache
	if !r.plain() {
		cache = s.special
	}
	key := r.Key(0)
	if k, ok := cache.get(key); ok && (k.version == version || s.calm(r.Tile, k)) {
		s.metrics.count(resultHit)
		return k.tile, nil
	}
	tile, err := s.flights.do(ctx, r.Key(version), func(ctx context.Context) (Response, error) {
		at := s.options.Now()
		t, err := s.render(ctx, layers, &r)
		if err == nil {
			cache.put(key, kept{version, at, t})
		}
		return t, err
	})
	s.metrics.count(resultOf(err))
	return tile, err
}

// wanted appends the layers of a request, which it refuses if they or the tile
// do not exist, or if it filters by what is not shown.
func (s *Server) wanted(dst []*layer, r *Request) ([]*layer, error) {
	layers, err := s.catalogue.layers(dst, r.Layers)
	if err == nil && !r.Tile.Valid() {
		err = fmt.Errorf("tile: %w: %d/%d/%d", assets.ErrNotFound, r.Tile.Z, r.Tile.X, r.Tile.Y)
	}
	if err == nil && !r.plainSight() {
		err = twin.CheckShown(r.Filter, r.Scope.Fields(s.options.Sensitivity))
	}
	return layers, err
}

// version grows whenever something changes on the ground of the tile; for a
// fleeting request whenever something changes at all.
func (s *Server) version(layers []*layer, r *Request) (version uint64, err error) {
	var in shift
	if in.to, err = projector(r.Datum); err != nil {
		return 0, err
	}
	in.cover(r.Tile, func(t geo.Tile) {
		for _, l := range layers {
			version += s.ground[l].version(t)
		}
	})
	if !r.plainSight() && r.fleeting() {
		at := s.options.World.Position()
		version += at.Obs + at.Events
	}
	return version, nil
}

// calm says whether a kept tile of low zoom is still young enough.
func (s *Server) calm(t geo.Tile, k kept) bool {
	return t.Z < s.catalogue.Calm.Below && s.options.Now().Sub(k.at) < s.options.Calm
}

// Took counts what the batch changed and marks its ground; it never blocks, but
// that the first one, which may be empty, counts all that the world holds: some
// seconds for a million things. It is the world's Sink: called by one goroutine
// at a time, after the world shows the batch and before it shows the next.
func (s *Server) Took(b twin.Batch) {
	for l, c := range s.clusters {
		if c.took(s.options.World, b) {
			s.ground[l].mark(geo.Box{Max: [2]uint32{math.MaxUint32, math.MaxUint32}})
		}
	}
	for _, c := range b.Changes {
		if !c.Redraws() {
			continue
		}
		for _, t := range [2]*twin.Thing{c.Was, c.Is} {
			if t != nil {
				s.mark(t)
			}
		}
	}
}

// mark marks the thing's ground in every layer that draws it.
func (s *Server) mark(t *twin.Thing) {
	for _, l := range s.catalogue.Layers {
		if l.Kind == t.Asset.Kind {
			s.ground[l].mark(l.drawn(t).Box())
		}
	}
}

var _ twin.Sink = (*Server)(nil)
