package key

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"suhe/assets"
)

// ErrQuota says that a key was used up to its quota.
var ErrQuota = errors.New("quota used up")

// over is the refusal of a request that is one too many.
type over struct {
	text string
	wait time.Duration
}

func (o *over) Error() string { return ErrQuota.Error() + ": " + o.text }

func (o *over) Unwrap() error { return ErrQuota }

// RetryAfter is how long to wait.
func (o *over) RetryAfter() time.Duration { return o.wait }

// Quota is how many requests a key may make of one node; zero is the usual.
type Quota struct {
	Day    int64   `json:"day,omitempty"`    // from midnight to midnight in Shanghai
	Second float64 `json:"second,omitempty"` // on average; a second's worth may come at once
}

// The usual quota, and the most.
const (
	usualDay    = 100_000
	mostDay     = 100_000_000
	usualSecond = 20
	mostSecond  = 2_000
	leastSecond = 0.01
)

func (q Quota) check() error {
	if q.Day < 0 || q.Day > mostDay {
		return fmt.Errorf("%w: quota.day: %d, want 1 to %d", assets.ErrInvalid, q.Day, mostDay)
	}
	if q.Second != 0 && !(q.Second >= leastSecond && q.Second <= mostSecond) {
		return fmt.Errorf("%w: quota.second: %v, want %v to %v", assets.ErrInvalid, q.Second, leastSecond, mostSecond)
	}
	return nil
}

// filled has the usual in the place of zero.
func (q Quota) filled() Quota {
	if q.Day == 0 {
		q.Day = usualDay
	}
	if q.Second == 0 {
		q.Second = usualSecond
	}
	return q
}

// shanghai is the time zone whose midnight begins a day of a quota.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func dayOf(t time.Time) string { return t.In(shanghai).Format(time.DateOnly) }

func untilMidnight(t time.Time) time.Duration {
	year, month, day := t.In(shanghai).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, shanghai).Sub(t)
}

// Use is what is known of the use of a key on this node.
type Use struct {
	Today int64     `json:"today"`         // requests since midnight
	Last  time.Time `json:"last,omitzero"` // request of all
}

// tallies count the use of keys. The zero tallies are ready.
type tallies struct {
	mu     sync.Mutex
	day    string
	keys   map[string]*tally
	unkept bool // something was counted since they were last written
}

type tally struct {
	Use
	pace *rate.Limiter
}

// take counts one request, or refuses it by the quota: the error wraps ErrQuota.
func (t *tallies) take(id string, q Quota, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn(now)
	k := t.of(id)
	if k.pace == nil || k.pace.Limit() != rate.Limit(q.Second) {
		k.pace = rate.NewLimiter(rate.Limit(q.Second), max(1, int(q.Second)))
	}
	if k.Today >= q.Day {
		return &over{fmt.Sprintf("%d requests a day, the next begins at midnight in Shanghai", q.Day), untilMidnight(now)}
	}
	if !k.pace.AllowN(now, 1) {
		return &over{fmt.Sprintf("%v requests a second", q.Second), time.Duration(float64(time.Second) / q.Second)}
	}
	k.Today++
	k.Last = now.UTC().Truncate(time.Second)
	t.unkept = true
	return nil
}

// of finds the key's tally. The caller holds the lock, as below.
func (t *tallies) of(id string) *tally {
	if t.keys == nil {
		t.keys = make(map[string]*tally)
	}
	k := t.keys[id]
	if k == nil {
		k = new(tally)
		t.keys[id] = k
	}
	return k
}

// turn begins a new day.
func (t *tallies) turn(now time.Time) {
	day := dayOf(now)
	if day == t.day {
		return
	}
	t.day = day
	for _, k := range t.keys {
		k.Today = 0
	}
}

// use tells of the key's use.
func (t *tallies) use(id string, now time.Time) Use {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn(now)
	if k := t.keys[id]; k != nil {
		return k.Use
	}
	return Use{}
}

// only forgets all keys but those.
func (t *tallies) only(known func(id string) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id := range t.keys {
		if !known(id) {
			delete(t.keys, id)
		}
	}
}
