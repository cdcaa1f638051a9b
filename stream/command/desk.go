package command

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/bus"
)

// Bounds of a command.
const (
	DefaultTimeout = 30 * time.Second
	MinTimeout     = time.Second
	MaxTimeout     = time.Hour
	MaxWait        = 30 * time.Second
	MaxPage        = 200
	maxArguments   = 16 << 10 // bytes
)

// Table keeps commands, shared by all nodes; *bus.Table is one. Get and Next fail
// with bus.ErrNone, Put with bus.ErrSequence.
type Table interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Put(ctx context.Context, key string, value []byte, was uint64) (revision uint64, err error)
	Next(ctx context.Context, below string, after uint64) (bus.Entry, error)
	Watch(key string) (changed <-chan struct{}, stop func(), err error)
}

// Post brings messages to MQTT clients; *bus.Bus is one. bus.ErrNobody: no client
// would get it.
type Post interface {
	Post(ctx context.Context, topic string, data []byte, ttl time.Duration) error
}

// Options are a Desk's settings.
type Options struct {
	Table     Table                 // must be set
	Post      Post                  // must be set
	Catalogue *Catalogue            // must be set
	Now       func() time.Time      // nil: time.Now
	Log       *slog.Logger          // nil: none
	Metrics   prometheus.Registerer // nil: none
}

// Desk sends commands and keeps what becomes of them. Its methods may run at once.
type Desk struct {
	table     Table
	post      Post
	catalogue *Catalogue
	now       func() time.Time
	log       *slog.Logger
	states    *prometheus.CounterVec
	acks      *prometheus.CounterVec
}

// New makes a desk.
func New(o Options) *Desk {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{
		table: o.Table, post: o.Post, catalogue: o.Catalogue, now: o.Now, log: o.Log,
		states: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "suhe_commands_total",
			Help: "Commands to devices, by each state that they came into here; timeout is those that were answered too late.",
		}, []string{"state"}),
		acks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "suhe_command_acks_total",
			Help: "Answers of devices, by what became of them (taken, ignored: nothing new, unknown: of no command, malformed).",
		}, []string{"result"}),
	}
	if o.Metrics != nil {
		o.Metrics.MustRegister(d.states, d.acks)
	}
	for _, s := range []State{Sent, Undeliverable, Accepted, Done, Failed, Refused, Timeout} {
		d.states.WithLabelValues(string(s))
	}
	for _, result := range []string{"taken", "ignored", "unknown", "malformed"} {
		d.acks.WithLabelValues(result)
	}
	return d
}

// Catalogue is what devices can be told.
func (d *Desk) Catalogue() *Catalogue { return d.catalogue }

// Wish is a command before it is one.
type Wish struct {
	Name      string
	Arguments json.RawMessage // empty: {}
	Timeout   time.Duration   // whole seconds; 0: DefaultTimeout
}

// Send writes the command down and sends it. The error wraps assets.ErrInvalid or
// assets.ErrBusy; after the latter the device may get it all the same.
func (d *Desk) Send(ctx context.Context, by string, device *assets.Asset, w Wish) (Command, error) {
	if len(w.Arguments) == 0 {
		w.Arguments = json.RawMessage("{}")
	}
	if w.Timeout == 0 {
		w.Timeout = DefaultTimeout
	}
	if w.Timeout < MinTimeout || w.Timeout > MaxTimeout || w.Timeout%time.Second != 0 {
		return Command{}, fmt.Errorf("%w: timeout: %v, want whole seconds from %v to %v", assets.ErrInvalid, w.Timeout, MinTimeout, MaxTimeout)
	}
	if len(w.Arguments) > maxArguments {
		return Command{}, fmt.Errorf("%w: arguments: %d bytes, want at most %d", assets.ErrInvalid, len(w.Arguments), maxArguments)
	}
	if err := d.catalogue.check(device.Class, w.Name, w.Arguments); err != nil {
		return Command{}, err
	}
	now := d.now().UTC()
	c := Command{ID: newID(now), Device: device.ID, Name: w.Name, Arguments: w.Arguments, By: by,
		Sent: now, Expires: now.Add(w.Timeout), State: Sent, Changed: now}
	revision, err := d.put(ctx, c, 0)
	if err != nil {
		return Command{}, busy(err)
	}
	d.log.Info("command", "asset", c.Device, "command", c.ID, "name", c.Name, "by", by)
	return d.out(ctx, c, revision, w.Timeout)
}

// out brings the command to the device, or notes that it cannot.
func (d *Desk) out(ctx context.Context, c Command, revision uint64, ttl time.Duration) (Command, error) {
	order, err := json.Marshal(Order{c.ID, c.Sent, c.Expires, c.Name, c.Arguments})
	if err != nil {
		return Command{}, err
	}
	err = d.post.Post(ctx, Topic(c.Device), order, ttl)
	if err == nil {
		return c, nil
	}
	nobody := errors.Is(err, bus.ErrNobody)
	c.State, c.Detail, c.Changed = Undeliverable, "the broker did not take it", d.now().UTC()
	if nobody {
		c.Detail = "no device is connected, or waits, to get it"
	}
	_, noteErr := d.put(ctx, c, revision)
	switch {
	case errors.Is(noteErr, bus.ErrSequence): // it has answered already
		return d.Get(ctx, c.Device, c.ID)
	case noteErr != nil || !nobody:
		return Command{}, busy(errors.Join(err, noteErr))
	}
	return c, nil
}

// newID is the time in milliseconds and 40 bits of chance.
func newID(now time.Time) string {
	return fmt.Sprintf("%012x-%s", now.UnixMilli(), strings.ToLower(rand.Text()[:8]))
}

func (d *Desk) put(ctx context.Context, c Command, was uint64) (uint64, error) {
	value, err := json.Marshal(c)
	if err != nil {
		return 0, err
	}
	revision, err := d.table.Put(ctx, keyOf(c.Device)+"."+c.ID, value, was)
	if err == nil {
		d.states.WithLabelValues(string(c.State)).Inc()
	}
	return revision, err
}

// Get returns the command as of now; assets.ErrNotFound: there is none.
func (d *Desk) Get(ctx context.Context, device assets.ID, id string) (Command, error) {
	c, _, err := d.get(ctx, device, id)
	return c.At(d.now()), err
}

func (d *Desk) get(ctx context.Context, device assets.ID, id string) (c Command, revision uint64, err error) {
	if err := checkID(id); err != nil {
		return c, 0, err
	}
	e, err := d.table.Get(ctx, keyOf(device)+"."+id)
	if errors.Is(err, bus.ErrNone) {
		return c, 0, fmt.Errorf("command %s: %w", id, assets.ErrNotFound)
	}
	if err != nil {
		return c, 0, busy(err)
	}
	return c, e.Revision, json.Unmarshal(e.Value, &c)
}

// checkID keeps what is no id out of the table's keys.
func checkID(id string) error {
	if !idRule.MatchString(id) {
		return fmt.Errorf("command %.64q: %w", id, assets.ErrNotFound)
	}
	return nil
}

// List returns commands of the device in the order of their last change, from
// after the place: at most limit, and MaxPage. next is the place to go on from; 0:
// there are no more.
func (d *Desk) List(ctx context.Context, device assets.ID, after uint64, limit int) (list []Command, next uint64, err error) {
	list = []Command{}
	for len(list) < min(limit, MaxPage) {
		e, err := d.table.Next(ctx, keyOf(device), after)
		if errors.Is(err, bus.ErrNone) {
			return list, 0, nil
		}
		if err != nil {
			return nil, 0, busy(err)
		}
		var c Command
		if err := json.Unmarshal(e.Value, &c); err != nil {
			return nil, 0, fmt.Errorf("command %s: %w", e.Key, err)
		}
		list, after = append(list, c.At(d.now())), e.Revision
	}
	return list, after, nil
}

// Wait returns the command when it has come to its end, or after the wait.
func (d *Desk) Wait(ctx context.Context, device assets.ID, id string, wait time.Duration) (Command, error) {
	if err := checkID(id); err != nil {
		return Command{}, err
	}
	changed, stop, err := d.table.Watch(keyOf(device) + "." + id)
	if err != nil {
		return Command{}, busy(err)
	}
	defer stop()
	end := time.NewTimer(wait)
	defer end.Stop()
	for {
		c, err := d.Get(ctx, device, id)
		if err != nil || c.State.final() {
			return c, err
		}
		expiry := time.NewTimer(c.Expires.Sub(d.now()))
		select {
		case <-changed:
		case <-expiry.C:
		case <-end.C:
			expiry.Stop()
			return d.Get(ctx, device, id)
		case <-ctx.Done():
			expiry.Stop()
			return c, ctx.Err()
		}
		expiry.Stop()
	}
}

func busy(err error) error { return fmt.Errorf("%w: commands: %w", assets.ErrBusy, err) }
