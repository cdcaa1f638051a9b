package bus

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	purgeEvery = time.Second
	// purgeAfter is how long inboxes must be open before anything is removed:
	// others may still be opening.
	purgeAfter = 10 * time.Second
	purgeWait  = 5 * time.Second // for the broker to do it
)

// postman is the one reader of the MQTT messages of an embedded broker. It reads the
// stream as it is and hands each message to the inboxes under whose filter it is: so
// the broker hands it over once, and looks for nothing. An inbox that is full holds up
// the others.
type postman struct {
	mu        sync.Mutex
	followers []*followed // replaced, never changed
	floor     uint64      // up to here the stream was empty when the last one joined
	opened    time.Time   // when the first one joined
	anew      func()      // ends the round that runs; another begins
	end       func()      // ends reading
	ended     chan struct{}
}

func (b *Bus) letters() *Stream {
	return &Stream{options: StreamOptions{Name: mqttStream}, to: b.mqtt, wired: b.broker}
}

// join lets f be offered what comes after what it has taken. The stream is empty up to
// the floor.
func (p *postman) join(f *followed, floor uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.followers, p.floor = append(slices.Clone(p.followers), f), floor
	if len(p.followers) > 1 {
		p.anew()
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.opened, p.end, p.anew, p.ended = time.Now(), cancel, func() {}, make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() { p.run(ctx, f.bus) })
	working.Go(func() { p.tidy(ctx, f.bus) })
	go func(ended chan struct{}) {
		working.Wait()
		close(ended)
	}(p.ended)
}

// leave ends what join began. The last one removes what is handled.
func (p *postman) leave(f *followed) {
	p.mu.Lock()
	p.followers = slices.DeleteFunc(slices.Clone(p.followers), func(o *followed) bool { return o == f })
	last, ended := len(p.followers) == 0, p.ended
	if p.anew(); last {
		p.end()
	}
	p.mu.Unlock()
	if !last {
		return
	}
	<-ended
	if err := p.purge(context.Background(), f.bus); err != nil && !f.bus.mqtt.nats.IsClosed() {
		f.bus.log.Warn("inbox: handled messages are not removed, they come again", "err", err)
	}
}

// run reads until ctx ends or the bus is closed, which the inboxes see too.
func (p *postman) run(ctx context.Context, b *Bus) {
	for ctx.Err() == nil {
		round, followers, after := p.begin(ctx)
		for m, err := range b.letters().Read(round, after) {
			switch {
			case errors.Is(err, ErrGap):
				b.log.Error("inbox: confirmed messages are lost", "err", err)
				p.lose(b, followers)
				continue
			case err != nil:
				return
			}
			if !offerAll(round, followers, m) {
				break
			}
		}
	}
}

// begin begins a round where the slowest follower is.
func (p *postman) begin(ctx context.Context) (round context.Context, followers []*followed, after uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	round, p.anew = context.WithCancel(ctx)
	after = math.MaxUint64
	for _, f := range p.followers {
		after = min(after, f.taken)
	}
	return round, p.followers, max(after, p.floor)
}

func offerAll(round context.Context, followers []*followed, m Message) bool {
	for _, f := range followers {
		if !f.offer(round, m) {
			return false
		}
	}
	return true
}

// lose lets all followers that have not left begin anew: the stream is not what it was.
func (p *postman) lose(b *Bus, followers []*followed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range followers {
		if slices.Contains(p.followers, f) {
			f.taken, f.progress = 0, b.handled.lose(f.filter)
		}
	}
}

// tidy removes what is handled, until ctx ends.
func (p *postman) tidy(ctx context.Context, b *Bus) {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := p.purge(ctx, b); err != nil && ctx.Err() == nil {
			b.log.Warn("inbox: handled messages are not removed, trying again", "err", err)
		}
	}
}

// mayPurge says whether the inboxes are open for long enough.
func (p *postman) mayPurge() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.opened) >= purgeAfter
}

func (p *postman) purge(ctx context.Context, b *Bus) error {
	to := b.handled.byAll()
	if to == 0 || !p.mayPurge() || b.cannotWrite() != nil {
		return nil // to purge what cannot be written hangs the stream for good (nats-server 2.15.2)
	}
	ctx, cancel := context.WithTimeout(ctx, purgeWait)
	defer cancel()
	stream, err := b.mqtt.js.Stream(ctx, mqttStream)
	if err != nil {
		return err
	}
	filters := b.handled.filters()
	waiting, err := b.posted.wait(ctx, stream, filters)
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
