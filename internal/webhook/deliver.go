package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"suhe/internal/bus"
)

const (
	firstPause = time.Second
	mostPause  = 5 * time.Minute
)

// pause is how long to wait after so many attempts: twice as long each time, and of
// that something between half and all, so that many do not come back at once.
func pause(attempts int) time.Duration {
	p := mostPause
	if attempts < 10 {
		p = min(mostPause, firstPause<<(attempts-1))
	}
	return p/2 + rand.N(p/2)
}

// workers are those who tell hooks, one each: what a hook is told comes in order, and
// one that does not answer holds up itself alone.
type workers struct {
	mu      sync.Mutex
	running map[string]chan struct{} // by hook: wakes it
}

// nudge wakes the hook's worker.
func (w *workers) nudge(hook string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.running[hook] <- struct{}{}:
	default: // it is awake, or not there
	}
}

// deliver runs a worker for each hook until ctx ends.
func (d *Desk) deliver(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		for name := range d.hooks.All() {
			d.workers.mu.Lock()
			if d.workers.running[name] == nil {
				wake := make(chan struct{}, 1)
				d.workers.running[name] = wake
				all.Go(func() { d.work(ctx, name, wake) })
			}
			d.workers.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// work tells one hook what waits for it, until ctx ends or the hook is gone.
func (d *Desk) work(ctx context.Context, hook string, wake <-chan struct{}) {
	defer func() {
		d.workers.mu.Lock()
		defer d.workers.mu.Unlock()
		delete(d.workers.running, hook)
	}()
	next := uint64(1)
	for ctx.Err() == nil {
		m, err := d.o.Queue.Next(ctx, next, subjects+hook)
		if err == nil {
			if d.finish(ctx, hook, m) {
				next = m.Seq + 1
				continue
			}
			return
		}
		if _, there := d.hooks.Get(hook); !there && errors.Is(err, bus.ErrNone) {
			return
		}
		if !errors.Is(err, bus.ErrNone) && ctx.Err() == nil {
			d.o.Log.Warn("webhooks: the queue cannot be read, trying again", "hook", hook, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-time.After(lookEvery):
		}
	}
}

// finish brings one message to its end and takes it out of the queue; false: ctx ended
// before.
func (d *Desk) finish(ctx context.Context, hook string, m bus.Message) bool {
	var k kept
	if err := json.Unmarshal(m.Data, &k); err != nil {
		d.o.Log.Error("webhooks: a message cannot be read", "hook", hook, "err", err)
	} else if t, ended := d.bring(ctx, hook, &k); !ended {
		return false
	} else {
		d.tell(ctx, hook, t)
	}
	if err := d.o.Queue.Remove(ctx, m.Seq); err != nil && !errors.Is(err, bus.ErrNone) && ctx.Err() == nil {
		d.o.Log.Warn("webhooks: a message stays in the queue and comes again", "hook", hook, "err", err)
	}
	return true
}

// bring tries a message until it is taken, may not be told any more, or is too old.
func (d *Desk) bring(ctx context.Context, hook string, k *kept) (t Try, ended bool) {
	t.ID = k.ID
	for {
		h, why := d.mayBeTold(hook, k)
		if why != nil {
			t.At, t.Result, t.Why = d.o.Now().UTC(), Dropped, why.Error()
			return t, true
		}
		t.Attempts++
		err := d.send(ctx, h, k)
		if ctx.Err() != nil && err != nil {
			return t, false
		}
		t.At, t.Result, t.Why = d.o.Now().UTC(), Delivered, ""
		if err == nil {
			return t, true
		}
		t.Result, t.Why = Failed, err.Error()
		if !d.o.Now().Before(k.Taken.Add(d.o.Patience)) {
			d.o.Log.Warn("a webhook was not told", "hook", hook, "message", k.ID, "attempts", t.Attempts, "err", err)
			return t, true
		}
		t.Result = Retrying
		d.tell(ctx, hook, t)
		if !d.rest(ctx, hook, h, pause(t.Attempts)) {
			return t, false
		}
	}
}

// rest waits, not longer than until the hook is another; false: ctx ended before.
func (d *Desk) rest(ctx context.Context, hook string, was *held, long time.Duration) bool {
	over := time.NewTimer(long)
	defer over.Stop()
	look := time.NewTicker(min(lookEvery, long))
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-over.C:
			return true
		case <-look.C:
			if is, _ := d.hooks.Get(hook); is.Is != was {
				return true
			}
		}
	}
}

var (
	errGone   = errors.New("the webhook is not enabled any more")
	errBefore = errors.New("it was for a webhook of before")
	errUnseen = errors.New("its account does not see this any more")
)

// mayBeTold is the hook if it may be told the message now, or says why not.
func (d *Desk) mayBeTold(hook string, k *kept) (*held, error) {
	is, there := d.hooks.Get(hook)
	switch {
	case !there || !is.Is.Enabled:
		return nil, errGone
	case k.Taken.Before(is.Is.Made):
		return nil, errBefore
	}
	scope, err := d.scope(is.Is)
	if err == nil && !k.sees(scope) {
		err = errUnseen
	}
	return is.Is, err
}

// send sends the hook what it is shown of the message, once.
func (d *Desk) send(ctx context.Context, h *held, k *kept) error {
	scope, err := d.scope(h)
	if err != nil {
		return err
	}
	return d.post(ctx, h, k.of(h.Name, d.shows(scope)))
}

// Outcome is what became of a test.
type Outcome struct {
	Delivered bool   `json:"delivered"`
	Why       string `json:"why,omitempty"`
	Millis    int64  `json:"millis"` // that it took
}

// Try sends a hook a message of type Test at once, past what waits for it. The
// error wraps assets.ErrNotFound.
func (d *Desk) Try(ctx context.Context, hook string) (out Outcome, err error) {
	if _, err := d.Get(ctx, hook); err != nil {
		return out, err
	}
	now := d.o.Now()
	k := &kept{ID: identity("test", hook, now, rand.Uint64()), Type: Test, Time: now, Taken: now}
	h, err := d.mayBeTold(hook, k)
	if err == nil {
		err = d.send(ctx, h, k)
	}
	out = Outcome{Delivered: err == nil, Millis: d.o.Now().Sub(now).Milliseconds()}
	if err != nil {
		out.Why = err.Error()
	}
	return out, nil
}
