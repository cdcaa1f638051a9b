package postgis

import (
	"context"
	"sync"
	"time"
)

const (
	keepPublished = 7 * 24 * time.Hour
	sweepEvery    = time.Hour
	sweepRows     = 20_000
)

// sweeps remembers when the outbox was last swept.
type sweeps struct {
	mu   sync.Mutex
	last time.Time
}

// due says whether it is time, once.
func (s *sweeps) due(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.last) < sweepEvery {
		return false
	}
	s.last = now
	return true
}

// sweep deletes outbox rows that were published long ago. Nothing depends on
// it, so a failure is only logged; the next one makes up for it.
func (s *Store) sweep(ctx context.Context) {
	if !s.swept.due(time.Now()) {
		return
	}
	ctx, cancel := patiently(ctx)
	defer cancel()
	conn, err := s.acquire(ctx)
	if err == nil {
		defer conn.Release()
		_, err = conn.Exec(ctx, `DELETE FROM suhe.outbox WHERE id IN (
			SELECT id FROM suhe.outbox WHERE seq IS NOT NULL AND at < $1 ORDER BY id LIMIT $2)`,
			time.Now().Add(-keepPublished), sweepRows)
	}
	if err != nil {
		s.log.Warn("old outbox rows stay", "err", err)
	}
}
