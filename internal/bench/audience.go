package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"suhe/assets"
)

// AudienceOptions say how many clients there are and what they look at.
type AudienceOptions struct {
	Server   string // host:port
	Path     string
	Protocol string  // of the WebSocket; one that is not Suhe's subscribes to nothing
	Clients  int     // at least 1
	All      int     // sensors that the node has
	Metres   float64 // side of each client's own square; 0: all look at all
	Token    string  // of a login, if one is wanted
}

// AudienceReport is what all clients together have got since they were first opened,
// and what the order took.
type AudienceReport struct {
	Frames    int64     `json:"frames"`
	Bytes     int64     `json:"bytes"`
	Updates   int64     `json:"updates"` // of objects, in deltas
	Events    int64     `json:"events"`
	Slow      int64     `json:"slow"`
	Resyncs   int64     `json:"resyncs"`
	Snapshots int64     `json:"snapshots"`
	Lost      int64     `json:"lost"`           // connections that ended unasked
	Why       string    `json:"why,omitempty"`  // the first of them
	Live      []float64 `json:"live,omitempty"` // percentiles 50, 99 and 100 of the time until a client was live, in milliseconds
	Ages      []float64 `json:"ages,omitempty"` // percentiles 50, 99 and 100 of how old news was, since the last report, in milliseconds
	Aged      int       `json:"aged"`           // of so many
}

// box is where a client looks.
type box = orb.Bound

// squareAt is the square around a point.
func squareAt(p orb.Point, metres float64) box {
	const degreeLon, degreeLat = 95_200.0, 110_900.0 // metres of a degree here
	x, y := metres/degreeLon/2, metres/degreeLat/2
	return box{Min: orb.Point{p[0] - x, p[1] - y}, Max: orb.Point{p[0] + x, p[1] + y}}
}

// watchedOf is how many clients there are for each that decodes what it gets.
const watchedOf = 100

// audience is many clients in one process.
type audience struct {
	o       AudienceOptions
	places  []box
	members []*member
	readers sync.WaitGroup
	seen    struct {
		frames, bytes, updates, events, slow, resyncs, snapshots, lost atomic.Int64
		deltas, sampledDeltas, sampled                                 atomic.Int64 // of JSON
	}

	mu    sync.Mutex
	began time.Time // the last opening or reopening
	live  []time.Duration
	all   chan struct{} // closed when all are live
	ages  []time.Duration
	why   error
}

// Audience is the child of Stream: it plays clients in the process that it runs in.
// An order is a line: "open" connects them, "count" reports, "cut" breaks all
// lines at once and lets all come back. A report answers each; the end of the
// orders is the end.
func Audience(ctx context.Context, o AudienceOptions, orders io.Reader, reports io.Writer) error {
	if o.Clients < 1 || o.All < 1 || o.Metres < 0 {
		return fmt.Errorf("%w: %d clients of %d sensors, %g m: want 1 or more, 1 or more, 0 or more", assets.ErrInvalid, o.Clients, o.All, o.Metres)
	}
	c := &audience{o: o}
	c.place()
	for i := range o.Clients {
		c.members = append(c.members, &member{audience: c, number: i, watched: i%watchedOf == 0})
	}
	defer c.hangUp()
	lines := bufio.NewScanner(orders)
	for lines.Scan() {
		r, err := c.obey(ctx, lines.Text())
		if err != nil {
			return err
		}
		if err := json.NewEncoder(reports).Encode(r); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (c *audience) obey(ctx context.Context, order string) (r AudienceReport, err error) {
	switch order {
	case "open":
		err = c.open(ctx)
	case "cut":
		c.hangUp()
		err = c.open(ctx)
	case "count":
	default:
		err = fmt.Errorf("%w: order: %q, want open, count or cut", assets.ErrInvalid, order)
	}
	return c.report(), err
}

// openers is how many clients connect at the same time.
const openers = 64

// openPatience is how long it may take until all are live.
const openPatience = 2 * time.Minute

// open connects all and waits until all are live.
func (c *audience) open(ctx context.Context) error {
	c.mu.Lock()
	c.began, c.live, c.all = time.Now(), nil, make(chan struct{})
	all := c.all
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, openPatience)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(openers)
	for _, m := range c.members {
		group.Go(func() error {
			if err := m.join(ctx); err != nil {
				return err
			}
			m.cut.Store(false)
			c.readers.Go(m.read)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	select {
	case <-all:
		return nil
	case <-time.After(openPatience):
		c.mu.Lock()
		defer c.mu.Unlock()
		return fmt.Errorf("%d of %d clients live after %v: %w", len(c.live), len(c.members), openPatience, c.why)
	}
}

// hangUp breaks all lines and waits until nobody reads any more.
func (c *audience) hangUp() {
	for _, m := range c.members {
		if m.wire != nil {
			m.cut.Store(true)
			m.wire.cut()
		}
	}
	c.readers.Wait()
}

// arrived notes that a member is live.
func (c *audience) arrived() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live = append(c.live, time.Since(c.began))
	if len(c.live) == len(c.members) {
		close(c.all)
	}
}

// aged notes how old news was that has just come.
func (c *audience) aged(times []int64) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ages = append(c.ages, ages(times, now)...)
}

// lost notes that a line broke.
func (c *audience) lost(err error) {
	c.seen.lost.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == nil {
		c.why = err
	}
}

func (c *audience) report() AudienceReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &c.seen
	r := AudienceReport{Frames: s.frames.Load(), Bytes: s.bytes.Load(), Updates: s.updates.Load(), Events: s.events.Load(), Slow: s.slow.Load(),
		Resyncs: s.resyncs.Load(), Snapshots: s.snapshots.Load(), Lost: s.lost.Load(), Aged: len(c.ages)}
	if n := s.sampledDeltas.Load(); n > 0 {
		r.Updates = s.deltas.Load() * s.sampled.Load() / n
	}
	if c.why != nil {
		r.Why = c.why.Error()
	}
	r.Live, r.Ages = spread(c.live), spread(c.ages)
	c.ages = nil
	return r
}

// spread are the percentiles 50, 99 and 100, in milliseconds; nil without any.
func spread(times []time.Duration) []float64 {
	if len(times) == 0 {
		return nil
	}
	slices.Sort(times)
	return []float64{milliseconds(percentile(times, 0.5)), milliseconds(percentile(times, 0.99)), milliseconds(times[len(times)-1])}
}
