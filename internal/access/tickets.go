package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
)

// TicketProtocol stands before a ticket among the subprotocols that a WebSocket
// asks for: the one thing that a page can send with it and that no log keeps.
const TicketProtocol = "suhe.ticket."

// TicketLife is how long a ticket is good.
const TicketLife = 30 * time.Second

const ticketsKept = 20_000 // not yet used, of all principals

// Tickets let a principal open a stream from a page, which cannot send a token
// with it: each is good once and for half a minute. The zero Tickets has given
// out none. All methods may be called at once.
type Tickets struct {
	// Shared lets a ticket of one node be good at another, and once for all of them.
	// Nil: this node is alone. What it keeps must stay for TicketLife at least.
	Shared Shared

	mu    sync.Mutex
	given map[string]ticket
}

type ticket struct {
	who  Principal
	ends time.Time
}

// sharedTicket is what other nodes know of a ticket: whose it is, not what they may.
type sharedTicket struct {
	ID      string    `json:"id"`
	For     string    `json:"for,omitempty"`
	Session string    `json:"session,omitempty"`
	Ends    time.Time `json:"ends"`
}

var errTicket = fmt.Errorf("%w: ticket: unknown, used or older than %v", ErrUnauthenticated, TicketLife)

// Issue gives out a ticket and says until when it is good. assets.ErrBusy: too many
// are out.
func (t *Tickets) Issue(ctx context.Context, who Principal, now time.Time) (text string, ends time.Time, err error) {
	if t.Shared != nil {
		text, ends = rand.Text(), now.Add(TicketLife)
		return text, ends, t.share(ctx, text, sharedTicket{who.ID, who.For, who.Session, ends})
	}
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
	text, ends = rand.Text(), now.Add(TicketLife)
	t.given[text] = ticket{who, ends}
	return text, ends, nil
}

// Redeem takes a ticket and says whose it was; what they may, whoever asks finds out
// anew. ErrUnauthenticated: it is none, or no longer; assets.ErrBusy: it cannot be known.
func (t *Tickets) Redeem(ctx context.Context, text string, now time.Time) (Principal, error) {
	if t.Shared != nil {
		return t.redeemShared(ctx, text, now)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	is, known := t.given[text]
	delete(t.given, text)
	if !known || now.After(is.ends) {
		return Principal{}, errTicket
	}
	return is.who, nil
}

// sharedName is the key of a ticket, by which nobody who sees it can use it.
func sharedName(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (t *Tickets) share(ctx context.Context, text string, is sharedTicket) error {
	value, err := json.Marshal(is)
	if err != nil {
		return err
	}
	if _, err := t.Shared.Put(ctx, sharedName(text), value, 0); err != nil {
		return fmt.Errorf("%w: tickets: %w", assets.ErrBusy, err)
	}
	return nil
}

// redeemShared leaves an empty note where the ticket was: of two that do so at once one
// comes too late.
func (t *Tickets) redeemShared(ctx context.Context, text string, now time.Time) (Principal, error) {
	name := sharedName(text)
	entry, err := t.Shared.Get(ctx, name)
	if err == nil && len(entry.Value) > 0 {
		_, err = t.Shared.Put(ctx, name, nil, entry.Revision)
	}
	switch {
	case errors.Is(err, bus.ErrNone), errors.Is(err, bus.ErrSequence), err == nil && len(entry.Value) == 0:
		return Principal{}, errTicket
	case err != nil:
		return Principal{}, fmt.Errorf("%w: tickets: %w", assets.ErrBusy, err)
	}
	var is sharedTicket
	if err := json.Unmarshal(entry.Value, &is); err != nil {
		return Principal{}, fmt.Errorf("ticket: %w", err)
	}
	if now.After(is.Ends) {
		return Principal{}, errTicket
	}
	return Principal{ID: is.ID, For: is.For, Session: is.Session}, nil
}

// sweep forgets those that nobody used. The caller holds the lock.
func (t *Tickets) sweep(now time.Time) {
	for text, is := range t.given {
		if now.After(is.ends) {
			delete(t.given, text)
		}
	}
}
