package ingest

import (
	"sync"
	"time"
)

// maxTopics bounds what quiet remembers.
const maxTopics = 10_000

// quiet lets one line a minute and topic through, so that a broken device
// cannot fill the log.
type quiet struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// speak says whether the topic may be told of now.
func (q *quiet) speak(topic string, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if at, ok := q.last[topic]; ok && now.Sub(at) < time.Minute {
		return false
	}
	if q.last == nil || len(q.last) >= maxTopics {
		q.last = make(map[string]time.Time)
	}
	q.last[topic] = now
	return true
}
