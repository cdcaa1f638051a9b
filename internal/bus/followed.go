package bus

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	purgeEvery = time.Second
	// purgeAfter is how long an Inbox must be open before anything is removed:
	// others may still be opening.
	purgeAfter = 10 * time.Second
	purgeWait  = 5 * time.Second // for the broker to do it
)

// followed is the keeper with the embedded broker, whose messages are all ours:
// it reads the stream as it is, confirms nothing one by one, and now and then
// removes what every Inbox has handled. So the first message of the stream is
// where to begin after a crash.
type followed struct {
	bus     *Bus
	filter  string
	stream  *Stream
	opened  time.Time
	working sync.WaitGroup
}

// handled is how far each filter's Inbox has come in the stream, also one that
// has been closed.
type handled struct {
	mu sync.Mutex
	to map[string]uint64
}

// begin returns where the filter's Inbox was, or first if it never was open.
func (h *handled) begin(filter string, first uint64) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.to == nil {
		h.to = make(map[string]uint64)
	}
	h.to[filter] = max(h.to[filter], first)
	return h.to[filter]
}

func (h *handled) reach(filter string, seq uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.to[filter] = max(h.to[filter], seq)
}

// byAll is the last sequence that no Inbox needs any more.
func (h *handled) byAll() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	least := uint64(0)
	for _, seq := range h.to {
		if least == 0 || seq < least {
			least = seq
		}
	}
	return least
}

func (in *inbox) follow(ctx context.Context, filter, under string) (keeper, error) {
	f := &followed{bus: in.bus, filter: filter, opened: time.Now(),
		stream: &Stream{options: StreamOptions{Name: mqttStream}, to: in.bus.mqtt}}
	first, _, err := f.stream.Bounds(ctx)
	if err != nil {
		return nil, err
	}
	after := in.bus.handled.begin(filter, first-1)
	f.working.Go(func() { f.read(ctx, in, strings.Split(under, "."), after) })
	f.working.Go(func() { f.tidy(ctx) })
	return f, nil
}

// read puts what is under the filter until ctx ends or the bus is closed.
func (f *followed) read(ctx context.Context, in *inbox, under []string, after uint64) {
	for m, err := range f.stream.Read(ctx, after) {
		switch {
		case errors.Is(err, ErrGap):
			f.bus.log.Error("inbox: confirmed messages are lost", "filter", f.filter, "err", err)
		case err != nil:
			return // closed, as run sees too
		default:
			subject := m.Subject[len(mqttSubjects):]
			l := sealed{seq: m.Seq}
			if matches(under, subject) {
				l.Letter = Letter{Topic: topic(subject), Data: m.Data, Time: m.Time}
				in.put(ctx, l)
			}
		}
	}
}

// matches says whether the subject is under the filter, whose levels are given.
func matches(under []string, subject string) bool {
	for i, want := range under {
		if want == ">" {
			return subject != ""
		}
		level, rest, more := strings.Cut(subject, ".")
		if want != "*" && want != level || more == (i == len(under)-1) {
			return false
		}
		subject = rest
	}
	return true
}

// sign implements keeper.
func (f *followed) sign(batch []sealed) error {
	last := uint64(0)
	for _, l := range batch {
		last = max(last, l.seq)
	}
	f.bus.handled.reach(f.filter, last)
	return nil
}

func (f *followed) stop() {
	f.working.Wait()
	if err := f.purge(context.Background()); err != nil && !f.bus.mqtt.nats.IsClosed() {
		f.bus.log.Warn("inbox: handled messages are not removed, they come again", "filter", f.filter, "err", err)
	}
}

// tidy removes what is handled, until ctx ends.
func (f *followed) tidy(ctx context.Context) {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := f.purge(ctx); err != nil && ctx.Err() == nil {
			f.bus.log.Warn("inbox: handled messages are not removed, trying again", "filter", f.filter, "err", err)
		}
	}
}

func (f *followed) purge(ctx context.Context) error {
	to := f.bus.handled.byAll()
	if to == 0 || time.Since(f.opened) < purgeAfter {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, purgeWait)
	defer cancel()
	stream, err := f.bus.mqtt.js.Stream(ctx, mqttStream)
	if err != nil {
		return err
	}
	if stream.CachedInfo().State.FirstSeq > to {
		return nil
	}
	return stream.Purge(ctx, jetstream.WithPurgeSequence(to+1))
}
