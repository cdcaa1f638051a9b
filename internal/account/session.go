package account

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/settings"
)

// Session is the document of one login. It never changes: that a session is over
// is said by removing it, or by the account's next generation.
type Session struct {
	Account    string    `json:"account"`
	Generation int64     `json:"generation"` // of the account
	Address    string    `json:"address,omitempty"`
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until"`
}

// session is one that this node knows.
type session struct {
	Session
	id   string
	rev  int64
	used atomic.Int64 // moment when it was last used, as far as this node knows
	told atomic.Int64 // the same, as the other nodes know it
}

// moment is the time since the directory was made by the steady clock, in
// nanoseconds: that the clock is set logs nobody out.
func (d *Directory) moment() int64 { return int64(time.Since(d.began)) }

// momentOf is that of a time of the day, at most now.
func (d *Directory) momentOf(t time.Time) int64 {
	return d.moment() - int64(max(0, d.now().Sub(t)))
}

// timeOf is the time of the day of a moment.
func (d *Directory) timeOf(moment int64) time.Time {
	return d.now().Add(time.Duration(moment - d.moment()))
}

func (d *Directory) readSession(s settings.Setting) (*session, error) {
	is := &session{id: s.Name, rev: s.Rev}
	if err := json.Unmarshal(s.Doc, &is.Session); err != nil {
		return nil, fmt.Errorf("session %s: %w", s.Name, err)
	}
	is.used.Store(d.momentOf(is.Since))
	is.told.Store(is.used.Load())
	return is, nil
}

// maxSessions bounds those of one account: the next ends the oldest.
const maxSessions = 500

// begin writes a new session of the account.
func (d *Directory) begin(ctx context.Context, a *Account, address netip.Addr, life time.Duration) (*session, error) {
	now := d.now().UTC().Truncate(time.Second)
	is := &session{Session: Session{Account: a.Name, Generation: a.Generation, Address: addressText(address), Since: now, Until: now.Add(life)}, id: rand.Text()}
	is.used.Store(d.moment())
	is.told.Store(is.used.Load())
	doc, err := json.Marshal(is.Session)
	if err != nil {
		return nil, err
	}
	e := entry(ctx, a, address, "login", audit.Done)
	e.Session = is.id
	s, err := d.store.PutSetting(ctx, SessionKind, is.id, 0, doc, e)
	if err != nil {
		return nil, fmt.Errorf("session of %s: %w", a.Name, err)
	}
	is.rev = s.Rev
	d.note(func() { d.sessions[is.id] = is })
	return is, d.crowd(ctx, a.Name)
}

// crowd ends the oldest sessions of the account that are too many.
func (d *Directory) crowd(ctx context.Context, name string) error {
	d.mu.RLock()
	var own []*session
	for _, s := range d.sessions {
		if s.Account == name {
			own = append(own, s)
		}
	}
	d.mu.RUnlock()
	if len(own) <= maxSessions {
		return nil
	}
	slices.SortFunc(own, func(a, b *session) int { return a.Since.Compare(b.Since) })
	for _, s := range own[:len(own)-maxSessions] {
		if err := d.end(ctx, s, "too many sessions"); err != nil {
			return err
		}
	}
	return nil
}

// end removes a session; that another node did it is as good.
func (d *Directory) end(ctx context.Context, s *session, why string) error {
	detail, err := json.Marshal(map[string]string{"why": why})
	if err != nil {
		return err
	}
	e := audit.From(ctx).Entry("logout", "session "+s.id, audit.Done)
	e.Session, e.Detail = s.id, detail
	if e.Who == "" {
		e.Who = s.Account
	}
	_, err = d.store.PutSetting(ctx, SessionKind, s.id, s.rev, nil, e)
	if err != nil && !errors.Is(err, assets.ErrNotFound) && !errors.Is(err, assets.ErrConflict) {
		return fmt.Errorf("session of %s: %w", s.Account, err)
	}
	d.note(func() { delete(d.sessions, s.id) })
	return nil
}

// session finds one by its id.
func (d *Directory) session(id string) *session {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.sessions[id]
}

// addressText is the address, or nothing of none.
func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// entry begins an audit entry about an account by somebody who may not be logged in.
func entry(ctx context.Context, a *Account, address netip.Addr, what audit.Action, out audit.Outcome) audit.Entry {
	e := audit.From(ctx).Entry(what, "account "+a.Name, out)
	e.Who, e.Address, e.Roles = a.Name, addressText(address), access.RoleNames(a.Roles)
	return e
}
