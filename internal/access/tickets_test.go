package access_test

import (
	"errors"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
)

func TestATicketIsGoodOnce(t *testing.T) {
	var tickets access.Tickets
	now := time.Now()
	text, ends, err := tickets.Issue(t.Context(), access.Principal{ID: "a"}, now)
	if err != nil || !ends.After(now) {
		t.Fatalf("Issue = %v, %v", ends, err)
	}
	if _, err := tickets.Redeem(t.Context(), text+"x", now); !errors.Is(err, access.ErrUnauthenticated) {
		t.Errorf("another text: %v", err)
	}
	if who, err := tickets.Redeem(t.Context(), text, ends); err != nil || who.ID != "a" {
		t.Errorf("Redeem = %+v, %v", who, err)
	}
	if _, err := tickets.Redeem(t.Context(), text, now); !errors.Is(err, access.ErrUnauthenticated) {
		t.Errorf("again: %v", err)
	}
}

func TestATicketEnds(t *testing.T) {
	var tickets access.Tickets
	now := time.Now()
	text, ends, _ := tickets.Issue(t.Context(), access.Principal{ID: "a"}, now)
	if _, err := tickets.Redeem(t.Context(), text, ends.Add(1)); !errors.Is(err, access.ErrUnauthenticated) {
		t.Errorf("too late: %v", err)
	}
}

func TestTicketsAreBounded(t *testing.T) {
	var tickets access.Tickets
	now := time.Now()
	var err error
	given := 0
	for ; err == nil && given < 100_000; given++ {
		_, _, err = tickets.Issue(t.Context(), access.Principal{}, now)
	}
	if !errors.Is(err, assets.ErrBusy) {
		t.Fatalf("%d tickets, then %v", given, err)
	}
	if _, _, err := tickets.Issue(t.Context(), access.Principal{}, now.Add(time.Minute)); err != nil {
		t.Errorf("when they have ended: %v", err)
	}
}
