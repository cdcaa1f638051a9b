package twin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"suhe/assets"
)

// outbox is an Outbox in memory; rows are removed when they have a number.
type outbox struct {
	mu        sync.Mutex
	rows      []row
	epoch     uint64
	published uint64
	wake      chan struct{}
	down      error              // of every Publish, if set
	forget    int                // times that Publish fails after put, before it remembers
	before    func(fake *outbox) // runs when Publish begins, with the lock
}

// row is one committed change.
type row struct {
	asset *assets.Asset // nil: removed
	fid   assets.FID
	err   error // cannot be read
}

func newOutbox() *outbox {
	return &outbox{epoch: 1, wake: make(chan struct{}, 1)}
}

func (o *outbox) commit(rows ...row) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rows = append(o.rows, rows...)
}

func (o *outbox) ring() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) Epoch(context.Context) (uint64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.epoch, nil
}

func (o *outbox) NextEpoch(context.Context) (uint64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.epoch++
	return o.epoch, nil
}

func (o *outbox) Published(context.Context) (uint64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.published, nil
}

func (o *outbox) Wake(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	context.AfterFunc(ctx, func() { close(out) })
	go func() {
		for {
			select {
			case <-o.wake:
				select {
				case out <- struct{}{}:
				default:
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func (o *outbox) Publish(_ context.Context, from uint64, prepare func(*assets.Asset) (*assets.Asset, error), put func(Event) error, bad func(assets.FID, error)) (uint64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down != nil {
		return 0, o.down
	}
	if o.before != nil {
		o.before(o)
	}
	last, done := max(o.published, from), 0
	var failed error
	for _, r := range o.rows {
		e := Event{Seq: last + 1, Time: time.UnixMilli(t0).UTC(), Type: AssetRemoved, FID: r.fid, ID: named("a", int(r.fid))}
		err := r.err
		if r.asset != nil && err == nil {
			e.Type, e.ID = AssetPut, r.asset.ID
			e.Asset, err = prepare(r.asset)
		}
		if err != nil {
			bad(r.fid, err)
			done++
			continue
		}
		if failed = put(e); failed != nil {
			failed = fmt.Errorf("put: %w", failed)
			break
		}
		last = e.Seq
		done++
	}
	if o.forget > 0 {
		o.forget--
		return o.published, fmt.Errorf("the database went away before it remembered")
	}
	o.rows = o.rows[done:]
	if done > 0 && last > from {
		o.published = max(o.published, last)
	}
	return o.published, failed
}

// waiting is how many rows have no number.
func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.rows)
}

func putRow(fid assets.FID) row {
	return row{asset: lamp(fid, named("a", int(fid)), here), fid: fid}
}
