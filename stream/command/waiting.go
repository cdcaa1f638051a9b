package command

import (
	"context"
	"errors"
	"sync"
	"time"

	"suhe/internal/bus"
)

const (
	tryEvery   = time.Second
	maxWaiting = 10_000 // commands whose device is not there
)

// waiting are the commands that no device was there to get. It is the memory of
// this node: after a restart they time out. The zero waiting is ready.
type waiting struct {
	mu   sync.Mutex
	list []Command // oldest first
}

// add takes a command; false: there are too many.
func (w *waiting) add(c Command) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.list) >= maxWaiting {
		return false
	}
	w.list = append(w.list, c)
	return true
}

// take empties the list.
func (w *waiting) take() []Command {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.list
	w.list = nil
	return list
}

// Run tries again what no device was there to get, until its timeout or until ctx
// ends.
func (d *Desk) Run(ctx context.Context) error {
	tick := time.NewTicker(tryEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, c := range d.waiting.take() {
			d.again(ctx, c)
		}
	}
}

// again tries one command. One whose device is not there still keeps waiting, or is
// given up just before its timeout. A broker that is away leaves it to the next time,
// too.
func (d *Desk) again(ctx context.Context, c Command) {
	now := d.now()
	if !now.Before(c.Expires) {
		return // it has timed out
	}
	err := d.try(ctx, c)
	switch {
	case err == nil:
		return
	case now.Add(tryEvery).Before(c.Expires):
		d.waiting.add(c) // there is room: it was taken out
		return
	case errors.Is(err, bus.ErrNobody):
		_, err = d.giveUp(ctx, c, err)
	}
	if err != nil {
		d.log.Debug("command not sent, it times out", "asset", c.Device, "command", c.ID, "err", err)
	}
}
