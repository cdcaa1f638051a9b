package webhook

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/bus"
	"suhe/internal/settings"
	"suhe/twin"
	"suhe/twin/filter"
)

// Sealer keeps secrets from who reads the store; see seal.Keys.
type Sealer interface {
	Seal(value string, of ...string) string
	Open(sealed string, of ...string) (string, error)
	Current(sealed string) bool
}

// Past reads events of before.
type Past interface {
	// Events returns the events after a sequence, oldest first, at most n: all that
	// follow each other without a gap. It is an error if the first is no longer there.
	Events(ctx context.Context, after uint64, n int) ([]twin.Event, error)
}

// World is what hooks are told of.
type World interface {
	Position() twin.Position
	ByID(id assets.ID) *twin.Thing
}

// Options are a Desk's settings; zero means the default, except where one must be set.
type Options struct {
	Store       settings.Store                        // must be set
	Owners      account.Owners                        // must be set
	Seal        Sealer                                // must be set: of secrets in the store
	Queue       *bus.Stream                           // must be set: of Queue
	Table       *bus.Table                            // must be set: how hooks fare
	Lease       *bus.Lease                            // must be set: which node tells
	World       World                                 // must be set
	Past        Past                                  // must be set
	Sensitivity func(field string) assets.Sensitivity // default that of the built-in class tables

	Reach    Reach
	Roots    *x509.CertPool        // whose certificates are trusted; nil: the system's
	Resolver *net.Resolver         // nil: the system's
	Patience time.Duration         // for how long a message is tried; default 24 h
	Answer   time.Duration         // that a receiver may take; default 10 s
	Now      func() time.Time      // default time.Now
	Log      *slog.Logger          // default slog.Default
	Metrics  prometheus.Registerer // nil: none
}

// Desk is all hooks. It is a twin.Sink. All methods may be called at once.
type Desk struct {
	o       Options
	hooks   *settings.Shelf[*held]
	changes sync.Mutex // of the store, one at a time from this node
	client  *http.Client
	pending pending
	heeds   atomic.Bool // some hook is enabled
	leads   atomic.Bool // the lease is ours
	results *prometheus.CounterVec
	workers workers
}

var _ twin.Sink = (*Desk)(nil)

// held is a hook in memory.
type held struct {
	document
	filter filter.Filter
	deputy account.Deputy // of the account
}

// QueueOptions are those of the stream of messages that wait. Of one hook the last
// thousands are kept, so that one that does not answer takes no room from others.
func QueueOptions() bus.StreamOptions {
	return bus.StreamOptions{Name: "WEBHOOKS", Subjects: []string{subjects + "*"}, MaxAge: MaxPatience, MaxBytes: 512 << 20, MaxEach: 5000}
}

// MaxPatience is the most of Options.Patience.
const MaxPatience = 7 * 24 * time.Hour

// subjects stands before the hook's name in the queue.
const subjects = "webhooks."

// New makes a desk without hooks; see Refresh. Nothing is told until Run.
func New(o Options) *Desk {
	if o.Sensitivity == nil {
		o.Sensitivity = assets.DefaultClasses().FieldSensitivity
	}
	if o.Patience <= 0 || o.Patience > MaxPatience {
		o.Patience = 24 * time.Hour
	}
	if o.Answer <= 0 {
		o.Answer = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	d := &Desk{o: o, client: newClient(o), workers: workers{running: map[string]chan struct{}{}}}
	d.hooks = settings.NewShelf(o.Store, Kind, o.Log, d.read)
	d.pending.news = make(chan struct{}, 1)
	d.results = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "suhe_webhook_messages_total", Help: "Messages of outgoing webhooks by what became of them."}, []string{"result"})
	if o.Metrics != nil {
		o.Metrics.MustRegister(d.results)
	}
	return d
}

// read takes a hook out of its setting.
func (d *Desk) read(s settings.Setting) (*held, error) {
	h := new(held)
	err := json.Unmarshal(s.Doc, &h.document)
	if err == nil && h.Name != s.Name {
		err = fmt.Errorf("name: %.80q, want %.80q", h.Name, s.Name)
	}
	if err == nil {
		h.filter, err = parseFilter(h.Filter)
	}
	if err == nil {
		h.Secret, err = d.o.Seal.Open(h.Secret, string(Kind), h.Name)
	}
	return h, err
}

// Refresh reads the hooks that have changed in the store; see settings.Shelf.
func (d *Desk) Refresh(ctx context.Context) error {
	_, err := d.hooks.Refresh(ctx)
	some := false
	for _, h := range d.hooks.All() {
		some = some || h.Is.Enabled
	}
	d.heeds.Store(some)
	return err
}

// errNobody says that a hook is told nothing, since its account may see nothing.
var errNobody = errors.New("its account may not come in, or sees nothing of what happens now")

// scope is what the hook is told of, as of now; the error says why that is nothing.
func (d *Desk) scope(h *held) (access.Scope, error) {
	by := h.Grant
	by.Actions = []access.Action{access.View}
	who, ok := h.deputy.Act(d.o.Owners, h.Account, by)
	// The delayed view is a world of its own, and this is not it.
	if !ok || !who.Scope.May(access.View) || who.Scope.Delayed() {
		return access.Scope{}, errNobody
	}
	return who.Scope, twin.CheckShown(h.filter, d.shows(who.Scope))
}

func (d *Desk) shows(scope access.Scope) access.Fields { return scope.Fields(d.o.Sensitivity) }

// wants says whether the hook asked for what happens to things of the kind.
func (h *held) wants(t Type, kind assets.Kind) bool {
	return h.Enabled && slices.Contains(h.Types, t) && slices.Contains(h.Layers, kind.Layer())
}
