package account

import (
	"context"
	"maps"
	"slices"
	"time"
)

const (
	lookEvery  = time.Second      // at the store: rights hold everywhere within two
	tellEvery  = 30 * time.Second // the other nodes, which sessions are used here
	sweepEvery = time.Minute      // sessions that are over
)

// Run follows the store until ctx ends. After each look at it turn is called, to
// look at what is connected.
func (l *Logins) Run(ctx context.Context, turn func()) error {
	look, tell, sweep := time.NewTicker(lookEvery), time.NewTicker(tellEvery), time.NewTicker(sweepEvery)
	defer look.Stop()
	defer tell.Stop()
	defer sweep.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshPatience)
			defer cancel()
			l.tell(late)
			return nil
		case <-look.C:
			err := l.Refresh(ctx)
			if err != nil && !away && ctx.Err() == nil {
				l.Log.Warn("accounts: not read anew, those of before are good still", "err", err)
			}
			away = err != nil
			turn()
		case <-tell.C:
			l.tell(ctx)
		case <-sweep.C:
			l.sweep(ctx)
		}
	}
}

// known are all sessions, in no order.
func (d *Directory) known() []*session {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Collect(maps.Values(d.sessions))
}

// tell tells the other nodes, and ourselves after a restart, when sessions were
// last used.
func (l *Logins) tell(ctx context.Context) {
	for _, s := range l.known() {
		used := s.used.Load()
		if used <= s.told.Load() {
			continue
		}
		at := l.timeOf(used).UTC()
		_, err := change(ctx, l.Table, usedKey(s.id), func(was time.Time) time.Time {
			if was.After(at) {
				return was
			}
			return at
		})
		if err != nil {
			l.Log.Warn("sessions: use not told", "err", err)
			return // all of them would fail
		}
		s.told.Store(used)
	}
}

// sweep removes the sessions that are over.
func (l *Logins) sweep(ctx context.Context) {
	for _, s := range l.known() {
		if _, err := l.current(ctx, s); err == nil {
			continue
		}
		if err := l.end(ctx, s, "expired, idle or revoked"); err != nil {
			l.Log.Warn("sessions: not removed", "err", err)
			return
		}
	}
}
