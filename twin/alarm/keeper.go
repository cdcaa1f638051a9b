package alarm

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/docket"
)

// Cases is the store, as far as the keeper needs it.
type Cases interface {
	LoadCases(ctx context.Context, yield func(docket.Case) error) error
	Case(ctx context.Context, k assets.Kind, id assets.ID) (docket.Case, error)
	LastCase(ctx context.Context, k assets.Kind, prefix string) (assets.ID, error)
	CommitCases(ctx context.Context, changes []docket.Change, entries ...audit.Entry) ([]docket.Case, error)
}

// KeeperOptions are the settings of a Keeper; zero means the default, where there is one.
type KeeperOptions struct {
	Store    Cases
	Engine   *Engine
	Watching func(orb.Point) []Sight         // the cameras that see a place, the best first; nil: none are known
	Locate   func(orb.Point) assets.Location // where a point is in the district
	Silences func() []*Silence               // nil: there are none
	Fences   func() map[string]*Fence        // of silences; nil: there are none
	Told     func(context.Context) error     // called after each commit, to bring it into the log; nil: nothing is
	Linger   time.Duration                   // how long an alarm of which nothing holds waits for more before it ends; default 30 s
	Now      func() time.Time                // default time.Now
	Log      *slog.Logger                    // nil: silent
}

// Keeper writes the alarms that the engine's conditions make. Of a cluster's keepers
// one at a time runs.
type Keeper struct {
	options KeeperOptions
	serials serials

	mu    sync.Mutex
	inbox []docket.Step // what others did

	// Of the running keeper alone.
	packs   map[assets.ID]*pack
	members map[Key]*pack
	turns   []Turn       // that are still to be taken: the store is away
	fresh   []*Condition // that are in no pack yet
	wide    []string     // causes of which something began that may go over areas
}

// NewKeeper makes a keeper that does nothing until it runs.
func NewKeeper(o KeeperOptions) *Keeper {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Linger == 0 {
		o.Linger = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Silences == nil {
		o.Silences = func() []*Silence { return nil }
	}
	if o.Told == nil {
		o.Told = func(context.Context) error { return nil }
	}
	if o.Fences == nil {
		o.Fences = func() map[string]*Fence { return nil }
	}
	return &Keeper{options: o}
}

// Told takes what the log tells of a case: people act on alarms while the keeper runs.
func (k *Keeper) Told(s docket.Step) {
	if s.Marker.Kind != assets.Alarm {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.packs != nil { // else what runs next reads the store
		k.inbox = append(k.inbox, s)
	}
}

// The pace of a keeper: it looks when the engine has news, not more often than this,
// and as often as the second at least.
const (
	pause  = 10 * time.Millisecond
	atMost = time.Second
)

// Run keeps until ctx ends; then it returns nil, and may be called again. While the
// store is away it goes on to try.
func (k *Keeper) Run(ctx context.Context) error {
	defer k.options.Engine.Unwatch()
	for begun := false; ; {
		var err error
		if !begun {
			begun, err = k.begin(ctx)
		}
		if begun {
			err = k.round(ctx)
		}
		if err != nil && ctx.Err() == nil {
			k.options.Log.Error("alarms are not written; they wait", "err", err)
		}
		if !k.rest(ctx, err != nil) {
			return nil
		}
	}
}

// rest waits for news; false if ctx ended.
func (k *Keeper) rest(ctx context.Context, failed bool) bool {
	select {
	case <-time.After(pause):
	case <-ctx.Done():
		return false
	}
	news := k.options.Engine.News()
	if failed {
		news = nil
	}
	select {
	case <-news:
	case <-time.After(atMost):
	case <-ctx.Done():
		return false
	}
	return true
}

// begin reads the open alarms and compares them with what holds.
func (k *Keeper) begin(ctx context.Context) (bool, error) {
	k.mu.Lock()
	k.packs, k.inbox = map[assets.ID]*pack{}, nil
	k.mu.Unlock()
	err := LoadOpen(ctx, k.options.Store, func(is Alarm, rev int64) { k.packs[is.ID] = newPack(is, rev) })
	if err != nil {
		return false, err
	}
	held, ended, ready := k.options.Engine.Watch()
	if ready {
		k.compare(held, ended)
	}
	return ready, nil
}

// LoadOpen yields the open alarms of the store, in the order in which they were raised.
func LoadOpen(ctx context.Context, s interface {
	LoadCases(context.Context, func(docket.Case) error) error
}, yield func(is Alarm, rev int64)) error {
	return s.LoadCases(ctx, func(c docket.Case) error {
		if c.Marker.Kind != assets.Alarm {
			return nil
		}
		is, err := read(c)
		if err == nil {
			yield(is, c.Rev)
		}
		return err
	})
}

func read(c docket.Case) (Alarm, error) {
	held, err := docket.Read[Alarm](c)
	return held.Is, err
}

// Holding are the conditions that the open alarms of the store hold true.
func Holding(ctx context.Context, s Cases) ([]*Condition, error) {
	var out []*Condition
	err := LoadOpen(ctx, s, func(is Alarm, _ int64) {
		for i := range is.Members {
			if m := &is.Members[i]; m.Until == 0 {
				out = append(out, &m.Condition)
			}
		}
	})
	return out, err
}

// compare makes what is in the packs and what holds agree. What ended lately and no
// alarm knows of was short, and nobody watched: it is an alarm all the same.
func (k *Keeper) compare(held []*Condition, ended []Turn) {
	now := k.options.Now()
	k.members, k.turns = map[Key]*pack{}, nil
	holds := make(map[Key]*Condition, len(held))
	for _, c := range held {
		holds[c.Key] = c
	}
	for _, p := range k.byAge() {
		p.active, p.joined, p.left, p.empty = map[Key]*Condition{}, nil, nil, now
		for i := range p.is.Members {
			m := &p.is.Members[i]
			c := holds[m.Key]
			switch {
			case c != nil && m.Until == 0 && k.members[m.Key] == nil:
				p.hold(c, true)
				k.members[m.Key] = p
			case m.Until == 0:
				p.left = append(p.left, Leave{m.Key, now.UnixMilli(), "it ended while nobody kept watch"})
			}
			if !slices.ContainsFunc(p.spots, func(o spot) bool { return o.carrier == m.carrier() }) {
				p.spots = append(p.spots, spotOf(&m.Condition))
			}
		}
	}
	k.fresh = nil
	for _, c := range held {
		if k.members[c.Key] == nil {
			k.fresh = append(k.fresh, c)
		}
	}
	for _, t := range ended {
		if holds[t.Condition.Key] == nil && !k.knows(t.Condition) {
			k.turns = append(k.turns, Turn{Condition: t.Condition, On: true, At: t.Condition.Since}, t)
		}
	}
}

// knows says whether an open alarm lists the condition, whether it holds or not.
func (k *Keeper) knows(c *Condition) bool {
	for _, p := range k.packs {
		if m := p.is.member(c.Key); m != nil && m.Since == c.Since {
			return true
		}
	}
	return false
}

// byAge are the packs, the oldest first.
func (k *Keeper) byAge() []*pack {
	return slices.SortedFunc(maps.Values(k.packs), func(a, b *pack) int { return compareIDs(a.is.ID, b.is.ID) })
}

func compareIDs(a, b assets.ID) int {
	switch {
	case len(a) != len(b):
		return len(a) - len(b)
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
