package webhook

import (
	"context"
	"sync"
	"time"

	"suhe/internal/bus"
)

// Run tells hooks until ctx ends. Of nodes that share a broker the one that has the
// lease tells. Should two tell for a moment, a message comes twice.
func (d *Desk) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { d.waitIdly(ctx) })
	return d.o.Lease.Run(ctx, d.lead)
}

// lead takes and delivers for as long as the lease is ours.
func (d *Desk) lead(ctx context.Context) error {
	d.leads.Store(true)
	defer d.leads.Store(false)
	var all sync.WaitGroup
	all.Go(func() { d.take(ctx) })
	all.Go(func() { d.deliver(ctx) })
	all.Wait()
	return nil
}

// waitIdly forgets what another node has told, while that has the lease.
func (d *Desk) waitIdly(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !d.leads.Load() {
			d.pending.forget(d.o.Now().Add(-2 * bus.LeaseLife))
		}
	}
}
