package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"suhe/internal/access"
	"suhe/internal/door"
)

// errTooMany says that the caller asks more often than it may.
var errTooMany = errors.New("too many requests")

const (
	burst      = 2           // seconds' worth of requests that may come at once
	maxClients = 10_000      // whose pace is remembered
	forget     = time.Minute // after which an idle client's is not
)

// limits bounds the requests of each principal from each address, so that one
// who asks too much takes nothing from the others. Zero PerSecond is no bound.
type limits struct {
	perSecond float64

	mu      sync.Mutex
	clients map[client]*pace
	swept   time.Time
}

// client is who asks, from where.
type client struct {
	principal string
	network   netip.Prefix
}

type pace struct {
	*rate.Limiter
	last time.Time
}

func newLimits(perSecond float64) *limits {
	return &limits{perSecond: perSecond, clients: make(map[client]*pace)}
}

// admit refuses a request that is one too many.
func (l *limits) admit(r *http.Request, who access.Principal, now time.Time) error {
	if l.perSecond <= 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := client{who.ID, door.Network(door.Address(r))}
	if !l.paceOf(c, now).AllowN(now, 1) {
		return fmt.Errorf("%w: %s from %s, want at most %v a second", errTooMany, who.ID, c.network.Addr(), l.perSecond)
	}
	return nil
}

// stranger refuses a request of an address from which too many came lately that
// said of nobody who they were, and counts n more of them.
func (l *limits) stranger(r *http.Request, n int, now time.Time) error {
	if l.perSecond <= 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := client{"", door.Network(door.Address(r))}
	if n == 0 && l.clients[c] == nil {
		return nil
	}
	if p := l.paceOf(c, now); p.TokensAt(now) < 1 || !p.AllowN(now, n) {
		return fmt.Errorf("%w: without credentials from %s, want at most %v a second", errTooMany, c.network.Addr(), l.perSecond)
	}
	return nil
}

// paceOf finds the client's pace, or lets it begin anew.
func (l *limits) paceOf(c client, now time.Time) *pace {
	p := l.clients[c]
	if p == nil {
		l.sweep(now)
		p = &pace{Limiter: rate.NewLimiter(rate.Limit(l.perSecond), max(1, int(burst*l.perSecond)))}
		l.clients[c] = p
	}
	p.last = now
	return p
}

// sweep makes room: for those who were idle long enough to be as good as new,
// and if that is not enough for a quarter of those whom it meets.
func (l *limits) sweep(now time.Time) {
	if len(l.clients) < maxClients && now.Sub(l.swept) < forget {
		return
	}
	l.swept = now
	for c, p := range l.clients {
		if now.Sub(p.last) >= forget {
			delete(l.clients, c)
		}
	}
	if len(l.clients) < maxClients {
		return
	}
	for c := range l.clients {
		if len(l.clients) <= maxClients*3/4 {
			return
		}
		delete(l.clients, c)
	}
}
