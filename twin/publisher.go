package twin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Appender is what a Publisher appends to; *bus.Stream is one.
type Appender interface {
	Append(ctx context.Context, subject string, data []byte) (seq uint64, err error)
}

const (
	obsSubject    = "obs.reports"
	publishBytes  = 256 << 10        // more is cut or waits for the next message
	publishWait   = 10 * time.Second // for one acknowledgement
	usualCapacity = 512
)

// Publisher brings what devices say into the log. Publishes that come at the same
// time travel in one message. All methods may be called at once.
type Publisher struct {
	obs      Appender
	messages prometheus.Counter

	mu      sync.Mutex
	waiting []*parcel // not yet on their way, oldest first; each caller waits for one
	sending bool      // a goroutine sends them

	senders sync.WaitGroup
}

// parcel is one message.
type parcel struct {
	data []byte        // without the closing bracket
	done chan struct{} // closed when it was sent
	err  error         // set before done
}

// NewPublisher makes a publisher. It fails if its metrics are registered twice.
func NewPublisher(obs Appender, metrics prometheus.Registerer) (*Publisher, error) {
	p := &Publisher{obs: obs, messages: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "suhe_publisher_messages_total", Help: "Messages that this node put into OBS."})}
	if err := registerAll(metrics, p.messages); err != nil {
		return nil, fmt.Errorf("publisher: %w", err)
	}
	return p, nil
}

// Publish returns when the log has acknowledged all of obs; from then on they
// are not lost. A value that is not finite is refused, and with it all of obs.
// After another error some of obs may be in the log all the same; publishing
// them again does no harm. If ctx ends first Publish returns its error.
func (p *Publisher) Publish(ctx context.Context, obs []Observation) error {
	return publish(ctx, p, "observations", obs, appendObservation)
}

// PublishFixes is Publish for fixes.
func (p *Publisher) PublishFixes(ctx context.Context, fixes []Fix) error {
	return publish(ctx, p, "fixes", fixes, appendFix)
}

// PublishFindings is Publish for findings.
func (p *Publisher) PublishFindings(ctx context.Context, findings []Finding) error {
	return publish(ctx, p, "findings", findings, appendFinding)
}

// publish sends the items, in several messages if they are too many for one.
func publish[T any](ctx context.Context, p *Publisher, what string, items []T, add func([]byte, *T) ([]byte, error)) error {
	data, err := appendArray(make([]byte, 0, usualCapacity), items, add)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if len(items) == 0 {
		return nil
	}
	if len(data) > publishBytes && len(items) > 1 {
		half := len(items) / 2
		if err := publish(ctx, p, what, items[:half], add); err != nil {
			return err
		}
		return publish(ctx, p, what, items[half:], add)
	}
	if err := p.send(ctx, data[:len(data)-1]); err != nil {
		return fmt.Errorf("publish %d %s: %w", len(items), what, err)
	}
	return nil
}

// Close waits until nothing is on its way any more. Nobody may publish then.
func (p *Publisher) Close() { p.senders.Wait() }

// send puts the elements into a parcel and waits until that is sent.
func (p *Publisher) send(ctx context.Context, data []byte) error {
	mine := p.board(data)
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// board finds room for the elements, and sees to it that somebody sends.
func (p *Publisher) board(data []byte) *parcel {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.sending {
		p.sending = true
		p.senders.Go(p.sendAll)
	}
	if n := len(p.waiting); n > 0 && len(p.waiting[n-1].data)+len(data) <= publishBytes {
		last := p.waiting[n-1]
		last.data = append(append(last.data, ','), data[1:]...)
		return last
	}
	mine := &parcel{data: data, done: make(chan struct{})}
	p.waiting = append(p.waiting, mine)
	return mine
}

// sendAll sends until nobody waits. What comes while a message is on its way
// travels in the next one. A caller who leaves does not take others along, so
// the wait is bounded here.
func (p *Publisher) sendAll() {
	for next := p.next(); next != nil; next = p.next() {
		ctx, cancel := context.WithTimeout(context.Background(), publishWait)
		_, next.err = p.obs.Append(ctx, obsSubject, append(next.data, ']'))
		cancel()
		if next.err == nil {
			p.messages.Inc()
		}
		close(next.done)
	}
}

func (p *Publisher) next() *parcel {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		p.waiting, p.sending = nil, false
		return nil
	}
	first := p.waiting[0]
	p.waiting[0] = nil
	p.waiting = p.waiting[1:]
	return first
}
