package geopackage

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// pollEvery is how often the file is asked whether another program wrote to it.
const pollEvery = 500 * time.Millisecond

// bell rings for those who wait when a transaction has committed.
type bell struct {
	mu      sync.Mutex
	waiting map[chan struct{}]bool
}

func (b *bell) add() chan struct{} {
	c := make(chan struct{}, 1)
	c <- struct{}{} // there may be something from before
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting = map[chan struct{}]bool{}
	}
	b.waiting[c] = true
	return c
}

func (b *bell) drop(c chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.waiting, c)
	close(c)
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.waiting {
		select {
		case c <- struct{}{}:
		default: // a wake-up that nobody has taken yet is as good
		}
	}
}

// Wake implements twin.Outbox: commits of this store wake at once, those of
// other programs within half a second.
func (s *Store) Wake(ctx context.Context) <-chan struct{} {
	ctx, cancel := context.WithCancel(ctx)
	unlink := context.AfterFunc(s.life, cancel)
	woken := s.bell.add()
	s.wakers.Add(1)
	go func() {
		defer s.wakers.Done()
		defer s.bell.drop(woken)
		defer cancel()
		defer unlink()
		s.poll(ctx)
	}()
	return woken
}

// poll rings when the file has changed and something waits, until ctx ends.
func (s *Store) poll(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var conn *sql.Conn // data_version counts per connection
	defer func() {
		if conn != nil {
			conn.Close()
		}
	}()
	seen := int64(-1)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var err error
		if conn == nil {
			if conn, err = s.read.Conn(ctx); err != nil {
				continue
			}
		}
		changed, err := s.changed(ctx, conn, &seen)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("cannot ask whether the file changed", "err", err)
			seen = -1
		}
		if changed {
			s.bell.ring()
		}
	}
}

func (s *Store) changed(ctx context.Context, conn *sql.Conn, seen *int64) (bool, error) {
	var version int64
	if err := conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
		return false, err
	}
	if version == *seen {
		return false, nil
	}
	idle, err := nothingWaits(ctx, conn)
	if err != nil {
		return false, err
	}
	*seen = version
	return !idle, nil
}
