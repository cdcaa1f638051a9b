package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"suhe/internal/access"
)

// ticket lets whoever has one open a stream.
type ticket struct {
	tickets *access.Tickets
	still   func(access.Principal) (access.Principal, error)
}

// Ticket is the credential of those who open a WebSocket and can send no other
// header with it: a ticket among the subprotocols. still says what its principal
// may by now.
func Ticket(t *access.Tickets, still func(access.Principal) (access.Principal, error)) Credential {
	return ticket{t, still}
}

// Who implements Credential.
func (t ticket) Who(r *http.Request) (access.Principal, bool, error) {
	for _, header := range r.Header.Values("Sec-WebSocket-Protocol") {
		for protocol := range strings.SplitSeq(header, ",") {
			if text, is := strings.CutPrefix(strings.TrimSpace(protocol), access.TicketProtocol); is {
				who, err := Redeem(r.Context(), t.tickets, t.still, text)
				return who, true, err
			}
		}
	}
	return access.Principal{}, false, nil
}

// Redeem takes a ticket and says whose it was, with what they may by now.
func Redeem(ctx context.Context, t *access.Tickets, still func(access.Principal) (access.Principal, error), text string) (access.Principal, error) {
	who, err := t.Redeem(ctx, text, time.Now())
	if err != nil {
		return access.Principal{}, err
	}
	return still(who)
}
