package bus

import (
	"context"
	"errors"
	"math"
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
	of map[string]*progress
}

// progress is by sequences; what is not under the filter needs no handling.
type progress struct {
	seen uint64 // the last that was read
	put  uint64 // the last of these under the filter
	done uint64 // the last that was handled
}

// at is up to where all is handled.
func (p *progress) at() uint64 {
	if p.done >= p.put {
		return p.seen
	}
	return p.done
}

// begin starts anew after the sequence, or where the filter's Inbox was if that
// is further on. A progress that it replaces counts no more.
func (h *handled) begin(filter string, after uint64) (from uint64, p *progress) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if was := h.of[filter]; was != nil {
		after = max(after, was.at())
	}
	return after, h.replace(filter, after)
}

// lose starts anew with an unknown sequence: the stream is not what it was.
func (h *handled) lose(filter string) *progress {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.replace(filter, 0)
}

func (h *handled) replace(filter string, at uint64) *progress {
	if h.of == nil {
		h.of = make(map[string]*progress)
	}
	p := &progress{seen: at, put: at, done: at}
	h.of[filter] = p
	return p
}

// read notes that a message was read, before it is put.
func (h *handled) read(p *progress, seq uint64, under bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p.seen = seq
	if under {
		p.put = seq
	}
}

// sign notes that the letters were handled.
func (h *handled) sign(batch []sealed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range batch {
		if p := batch[i].progress; p != nil {
			p.done = max(p.done, batch[i].seq)
		}
	}
}

// filters are those of all, as subjects.
func (h *handled) filters() (out []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for filter := range h.of {
		if under, err := subjectFilter(filter); err == nil { // it was one when its Inbox began
			out = append(out, under)
		}
	}
	return out
}

// byAll is the last sequence that no Inbox needs any more, 0 if there is none.
func (h *handled) byAll() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.of) == 0 {
		return 0
	}
	least := uint64(math.MaxUint64)
	for _, p := range h.of {
		least = min(least, p.at())
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
	after, p := in.bus.handled.begin(filter, first-1)
	f.working.Go(func() { f.read(ctx, in, strings.Split(under, "."), after, p) })
	f.working.Go(func() { f.tidy(ctx) })
	return f, nil
}

// read puts what is under the filter until ctx ends or the bus is closed.
func (f *followed) read(ctx context.Context, in *inbox, under []string, after uint64, p *progress) {
	for m, err := range f.stream.Read(ctx, after) {
		switch {
		case errors.Is(err, ErrGap):
			f.bus.log.Error("inbox: confirmed messages are lost", "filter", f.filter, "err", err)
			p = f.bus.handled.lose(f.filter)
			continue
		case err != nil:
			return // closed, as run sees too
		}
		subject := m.Subject[len(mqttSubjects):]
		ours := matches(under, subject)
		f.bus.handled.read(p, m.Seq, ours)
		if ours {
			in.put(ctx, sealed{Letter: Letter{Topic: topic(subject), Data: m.Data, Time: m.Time}, seq: m.Seq, progress: p})
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
	f.bus.handled.sign(batch)
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
	if to == 0 || time.Since(f.opened) < purgeAfter || f.bus.cannotWrite() != nil {
		return nil // to purge what cannot be written hangs the stream for good (nats-server 2.15.2)
	}
	ctx, cancel := context.WithTimeout(ctx, purgeWait)
	defer cancel()
	stream, err := f.bus.mqtt.js.Stream(ctx, mqttStream)
	if err != nil {
		return err
	}
	filters := f.bus.handled.filters()
	waiting, err := f.bus.posted.wait(ctx, stream, filters)
	if err != nil {
		return err
	}
	if stream.CachedInfo().State.FirstSeq > to {
		return nil
	}
	if !waiting {
		return stream.Purge(ctx, jetstream.WithPurgeSequence(to+1))
	}
	for _, under := range filters {
		if err := stream.Purge(ctx, jetstream.WithPurgeSequence(to+1), jetstream.WithPurgeSubject(mqttSubjects+under)); err != nil {
			return err
		}
	}
	return nil
}
