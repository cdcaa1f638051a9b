package bus

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// leaseFor is how long a lease holds without being renewed. A node that is cut off
// gives its duty up a little before, so that no two have it.
const (
	leaseFor   = 10 * time.Second
	leaseRenew = leaseFor / 5
	leaseGive  = leaseFor * 7 / 10
)

// Lease is a duty that one node of a cluster has at a time. Its clock is the
// broker's. A node that hangs in the middle of its duty may end it when another has
// begun: what it writes must be refused then by other means, such as revisions.
type Lease struct {
	table *Table
	me    string
	now   func() time.Time
}

// LeaseLife is how long a lease holds that its node does not give up, as when it is
// killed.
const LeaseLife = leaseFor

// Lease makes or finds a duty. At an embedded broker nobody else can have it: what is
// left of a process that was killed is forgotten at once.
func (b *Bus) Lease(ctx context.Context, name string) (*Lease, error) {
	table, err := b.Table(ctx, TableOptions{Name: name, MaxAge: leaseFor})
	if err != nil {
		return nil, err
	}
	if b.broker != nil {
		is, err := table.Get(ctx, held)
		if err == nil && !strings.HasPrefix(string(is.Value), b.id) {
			err = table.Delete(ctx, held)
		}
		if err != nil && !errors.Is(err, ErrNone) {
			return nil, err
		}
	}
	return &Lease{table: table, me: b.id + nats.NewInbox(), now: time.Now}, nil
}

// held is the only key of a lease's table.
const held = "held"

// Run does the duty whenever the lease is ours, until ctx ends or the duty fails. The
// duty's context ends when the lease is lost.
func (l *Lease) Run(ctx context.Context, duty func(context.Context) error) error {
	for {
		revision, err := l.table.Put(ctx, held, []byte(l.me), 0)
		if err == nil {
			if err := l.hold(ctx, revision, duty); err != nil || ctx.Err() != nil {
				return err
			}
			continue
		}
		// Somebody else has it, or the broker is away: tried again either way.
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(leaseRenew):
		}
	}
}

// hold does the duty and renews the lease until it is lost, ctx ends or the duty does.
func (l *Lease) hold(ctx context.Context, revision uint64, duty func(context.Context) error) error {
	mine, lose := context.WithCancel(ctx)
	defer lose()
	done := make(chan error, 1)
	go func() { done <- duty(mine) }()
	ticker := time.NewTicker(leaseRenew)
	defer ticker.Stop()
	renewed := l.now()
	for {
		select {
		case err := <-done:
			l.release(ctx)
			return err
		case <-ticker.C:
		}
		next, err := l.table.Put(mine, held, []byte(l.me), revision)
		switch {
		case err == nil:
			revision, renewed = next, l.now()
		case errors.Is(err, ErrSequence) || l.now().Sub(renewed) > leaseGive:
			lose()
			if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		}
	}
}

// release lets another node begin at once. If it fails the lease runs out.
func (l *Lease) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = l.table.Delete(ctx, held)
}
