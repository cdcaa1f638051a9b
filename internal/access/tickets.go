package access

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"suhe/assets"
)

// TicketProtocol stands before a ticket among the subprotocols that a WebSocket
// asks for: the one thing that a page can send with it and that no log keeps.
const TicketProtocol = "suhe.ticket."

const (
	ticketLife  = 30 * time.Second
	ticketsKept = 20_000 // not yet used, of all principals
)

// Tickets let a principal open a stream from a page, which cannot send a token
// with it: each is good once and for half a minute. The zero Tickets has given
// out none. All methods may be called at once.
type Tickets struct {
	mu    sync.Mutex
	given map[string]ticket
}

type ticket struct {
	who  Principal
	ends time.Time
}

// Issue gives out a ticket and says until when it is good. assets.ErrBusy: too many
// are out.
func (t *Tickets) Issue(who Principal, now time.Time) (text string, ends time.Time, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.given) >= ticketsKept {
		t.sweep(now)
	}
	if len(t.given) >= ticketsKept {
		return "", ends, fmt.Errorf("%w: %d tickets are out", assets.ErrBusy, ticketsKept)
	}
	if t.given == nil {
		t.given = make(map[string]ticket)
	}
	text, ends = rand.Text(), now.Add(ticketLife)
	t.given[text] = ticket{who, ends}
	return text, ends, nil
}

// Redeem takes a ticket and says whose it was. ErrUnauthenticated: it is none, or no longer.
func (t *Tickets) Redeem(text string, now time.Time) (Principal, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	is, known := t.given[text]
	delete(t.given, text)
	if !known || now.After(is.ends) {
		return Principal{}, fmt.Errorf("%w: ticket: unknown, used or older than %v", ErrUnauthenticated, ticketLife)
	}
	return is.who, nil
}

// sweep forgets those that nobody used. The caller holds the lock.
func (t *Tickets) sweep(now time.Time) {
	for text, is := range t.given {
		if now.After(is.ends) {
			delete(t.given, text)
		}
	}
}
