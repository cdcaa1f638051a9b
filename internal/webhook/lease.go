package webhook

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"suhe/internal/bus"
)

// Of nodes that share a broker one tells: the one whose entry is in the table of
// leases. The broker forgets the entry LeaseLife after it was last written, by its own
// clock, and the next node that asks for it has it. A node that cannot renew its
// entry stops before that. Should two tell for a moment, a message comes twice.

// LeaseLife is how long entries of the table of leases are kept.
const LeaseLife = 10 * time.Second

const (
	leaseKey   = "teller"
	renewEvery = LeaseLife / 4
	leaseEnd   = LeaseLife * 3 / 4 // without renewal
)

// Run tells hooks until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	me := []byte(rand.Text())
	if d.o.Alone {
		_ = d.o.Lease.Delete(ctx, leaseKey) // else it ends by itself
	}
	for ctx.Err() == nil {
		revision, err := d.o.Lease.Put(ctx, leaseKey, me, 0)
		if err == nil {
			d.lead(ctx, me, revision)
			continue
		}
		if !errors.Is(err, bus.ErrSequence) && ctx.Err() == nil {
			d.o.Log.Warn("webhooks: whose turn it is cannot be found out", "err", err)
		}
		d.pending.forget(d.o.Now().Add(-2 * LeaseLife))
		select {
		case <-ctx.Done():
		case <-time.After(lookEvery):
		}
	}
	return nil
}

// lead takes and delivers for as long as the lease is ours.
func (d *Desk) lead(ctx context.Context, me []byte, revision uint64) {
	ours, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	all.Go(func() { d.take(ours) })
	all.Go(func() { d.deliver(ours) })
	d.renew(ours, me, revision)
	stop()
	all.Wait()
	if ctx.Err() != nil { // others need not wait
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLimit)
		defer cancel()
		_ = d.o.Lease.Delete(last, leaseKey)
	}
}

// renew keeps the lease until ctx ends; it returns when it is ours no more.
func (d *Desk) renew(ctx context.Context, me []byte, revision uint64) {
	good := time.Now()
	for time.Since(good) < leaseEnd {
		select {
		case <-ctx.Done():
			return
		case <-time.After(renewEvery):
		}
		now := time.Now()
		next, err := d.o.Lease.Put(ctx, leaseKey, me, revision)
		switch {
		case err == nil:
			revision, good = next, now
		case errors.Is(err, bus.ErrSequence):
			return
		}
	}
}
