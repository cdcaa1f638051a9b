package bus

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// MaxPost is the longest time that a message which was posted may wait for its
// client.
const MaxPost = time.Hour

// posted knows until when messages that were posted may wait in the stream of an
// embedded broker: they are not removed with what is handled before them.
type posted struct {
	mu    sync.Mutex
	asked bool // what an earlier run left is known
	until time.Time
}

// hold notes that one is posted.
func (p *posted) hold(ttl time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(ttl); until.After(p.until) {
		p.until = until
	}
}

// wait says whether some may wait now, of this run or an earlier one: that left
// some if there is anything that is under no filter.
func (p *posted) wait(ctx context.Context, stream jetstream.Stream, filters []string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked {
		return time.Now().Before(p.until), nil
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(mqttSubjects+">"))
	if err != nil {
		return false, err
	}
	p.asked = true
	for subject := range info.State.Subjects {
		if !anyMatches(filters, strings.TrimPrefix(subject, mqttSubjects)) {
			p.until = time.Now().Add(MaxPost)
		}
	}
	return time.Now().Before(p.until), nil
}

func anyMatches(filters []string, subject string) bool {
	for _, under := range filters {
		if matches(strings.Split(under, "."), subject) {
			return true
		}
	}
	return false
}
