package bus

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// flying brings what flies by: all messages under a filter, of which those of QoS 0 are
// kept nowhere. It must not wait for an inbox, or the broker would make every client
// wait: what is too much is dropped.
type flying struct {
	in      *inbox
	under   string
	working sync.WaitGroup
	queue   unkept
}

// unkept are letters that wait for an inbox.
type unkept struct {
	mu      sync.Mutex
	letters []Letter
	bytes   int
	dropped int
	news    chan struct{}
}

// fly begins to bring messages of QoS 0, until ctx ends and wait returns.
func (in *inbox) fly(ctx context.Context, under string) (wait func(), err error) {
	if in.bus.broker == nil {
		return in.flyOutside(ctx, under)
	}
	w, err := in.bus.broker.dialWire(mqttAccount, under+flyingQueue)
	if err != nil {
		return nil, err
	}
	f := &flying{in: in, under: under, queue: unkept{news: make(chan struct{}, 1)}}
	f.working.Go(func() { f.read(ctx, w) })
	f.working.Go(func() { f.bring(ctx) })
	return f.working.Wait, nil
}

// flyOutside is fly at a broker of others, by the client library.
func (in *inbox) flyOutside(ctx context.Context, under string) (wait func(), err error) {
	sub, err := in.bus.mqtt.nats.QueueSubscribe(under, "inbox", func(m *nats.Msg) {
		if qos := m.Header.Get(mqttQoS); qos == "" || qos[0] == '0' {
			in.put(ctx, sealed{Letter: Letter{topic(m.Subject), m.Data, time.Now()}})
		}
	})
	if err != nil {
		return nil, err
	}
	return func() { _ = sub.Unsubscribe() }, sub.SetPendingLimits(-1, unkeptBytes) // it fails only if the connection has gone
}

// read reads through one wire after the other until ctx ends.
func (f *flying) read(ctx context.Context, w *wire) {
	for {
		if w != nil {
			stop := context.AfterFunc(ctx, func() { _ = w.conn.Close() })
			err := f.readWire(w)
			stop()
			_ = w.conn.Close() // it is only read
			if ctx.Err() == nil {
				f.in.bus.log.Warn("inbox: messages of QoS 0 are missed", "filter", f.under, "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(readRetry):
		}
		w, _ = f.in.bus.broker.dialWire(mqttAccount, f.under+flyingQueue) // else again after a while
	}
}

func (f *flying) readWire(w *wire) error {
	for {
		d, err := w.next()
		if err != nil {
			return err
		}
		if qos := d.header(mqttQoS); len(qos) > 0 && qos[0] != '0' {
			continue // the stream has it
		}
		l := Letter{Topic: topic(string(d.subject)), Time: time.Now()}
		if l.Data, err = w.data(d); err != nil {
			return err
		}
		if !f.queue.add(l) {
			f.in.bus.log.Warn("inbox: messages of QoS 0 are dropped: too many wait", "filter", f.under)
		}
	}
}

// add is false if the letter is the first of some to be dropped.
func (u *unkept) add(l Letter) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.bytes+len(l.Data) > unkeptBytes {
		u.dropped++
		return u.dropped > 1
	}
	u.letters, u.bytes, u.dropped = append(u.letters, l), u.bytes+len(l.Data)+letterBytes, 0
	select {
	case u.news <- struct{}{}:
	default:
	}
	return true
}

// flyingQueue lets inboxes of one filter share what flies by.
const flyingQueue = " inbox"

// letterBytes is about what a letter takes beside its data.
const letterBytes = 128

// take takes all that wait.
func (u *unkept) take() []Letter {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := u.letters
	u.letters, u.bytes = nil, 0
	return out
}

// bring hands over what waits until ctx ends.
func (f *flying) bring(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.queue.news:
		}
		for _, l := range f.queue.take() {
			f.in.put(ctx, sealed{Letter: l})
		}
	}
}
