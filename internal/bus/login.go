package bus

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// inboxPatience is how long a client waits at the door for the Inboxes.
const inboxPatience = 10 * time.Second

// login decides who may connect to the embedded broker: this process, by a
// secret that it alone knows, and MQTT clients, by Options.Login.
//
// Until Options.Inboxes are open, MQTT clients wait at the door: the broker would
// confirm messages that nobody is going to keep.
type login struct {
	secret string
	check  func(user, password string) (Rights, bool)
	server atomic.Pointer[server.Server]

	inboxes int           // that must be open before the door is
	open    chan struct{} // closed by the last of them
	opening sync.Mutex
	opened  map[string]bool // by filter
	quit    chan struct{}   // closed with the broker
	closing sync.Once
	holders holders
}

func newLogin(check func(user, password string) (Rights, bool), inboxes int) *login {
	return &login{
		secret:  rand.Text(),
		check:   check,
		inboxes: max(1, inboxes),
		open:    make(chan struct{}),
		opened:  make(map[string]bool),
		quit:    make(chan struct{}),
	}
}

// admit notes that the Inbox of the filter is open; the last that is waited for
// opens the door to MQTT clients.
func (l *login) admit(filter string) {
	l.opening.Lock()
	defer l.opening.Unlock()
	if l.opened[filter] {
		return
	}
	l.opened[filter] = true
	if len(l.opened) == l.inboxes {
		close(l.open)
	}
}

func (l *login) stop() { l.closing.Do(func() { close(l.quit) }) }

// Check implements server.Authentication.
func (l *login) Check(c server.ClientAuthentication) bool {
	o := c.GetOpts()
	if subtle.ConstantTimeCompare([]byte(o.Password), []byte(l.secret)) == 1 {
		return l.register(c, o.Username, o.Username, Rights{})
	}
	clientID, ok := mqttClientID(c)
	if !ok || l.check == nil {
		return false
	}
	rights, ok := l.check(o.Username, o.Password)
	if !ok || !l.mayUse(clientID, o.Username) || !l.wait() {
		return false
	}
	if clientID != ownID(o.Username) {
		rights.Subscribe = nil // see Rights
	}
	return l.register(c, mqttAccount, o.Username, rights)
}

// register puts the client into its account. Our own connections have no
// rights and no limits.
func (l *login) register(c server.ClientAuthentication, account, user string, rights Rights) bool {
	a, err := l.server.Load().LookupAccount(account)
	if err != nil {
		return false
	}
	u := &server.User{Username: user, Account: a}
	if account != user {
		if u.Permissions, err = only(rights); err != nil {
			return false
		}
	}
	c.RegisterUser(u)
	return true
}

// only allows what the rights say.
func only(r Rights) (*server.Permissions, error) {
	publish, err := subjects(nil, r.Publish, "")
	if err == nil {
		publish, err = subjects(publish, r.Below, ".>")
	}
	if err != nil {
		return nil, err
	}
	subscribe, err := subjects(nil, r.Subscribe, "")
	if err != nil {
		return nil, err
	}
	return &server.Permissions{Publish: just(publish), Subscribe: just(subscribe)}, nil
}

// subjects appends the topics' subjects, with the ending.
func subjects(dst, topics []string, ending string) ([]string, error) {
	for _, t := range topics {
		s, err := subject(t)
		if err != nil {
			return nil, err
		}
		dst = append(dst, s+ending)
	}
	return dst, nil
}

// just allows the subjects; none is everything to the broker, so it is denied.
func just(subjects []string) *server.SubjectPermission {
	if len(subjects) == 0 {
		return &server.SubjectPermission{Deny: []string{">"}}
	}
	return &server.SubjectPermission{Allow: subjects}
}

func (l *login) wait() bool {
	select {
	case <-l.open:
		return true
	default:
	}
	patience := time.NewTimer(inboxPatience)
	defer patience.Stop()
	select {
	case <-l.open:
		return true
	case <-l.quit:
	case <-patience.C:
	}
	return false
}

// ownID is the MQTT client id that belongs to the user: the broker takes no dots in
// one.
func ownID(user string) string { return strings.ReplaceAll(user, ".", "/") }

// mayUse says whether the user may connect under the MQTT client id. A broker
// throws out whoever was connected under the same id, so ids need an owner: the
// user of that name, otherwise whoever holds it now.
func (l *login) mayUse(clientID, user string) bool {
	switch {
	case clientID == "", l.holders.take(clientID, user):
		return true
	case clientID != ownID(user) && !l.free(clientID, user):
		return false
	}
	l.holders.give(clientID, user)
	return true
}

// free asks the broker whether nobody else is connected under the id. It is asked only
// if somebody else has been: it looks at its connections while others are being made,
// without a lock.
func (l *login) free(clientID, user string) bool {
	held, err := l.server.Load().Connz(&server.ConnzOptions{MQTTClient: clientID, Username: true, Limit: 1 << 20})
	if err != nil {
		return false
	}
	for _, c := range held.Conns {
		if c.AuthorizedUser != user && c.AuthorizedUser != "" {
			return false
		}
	}
	return true
}

// maxHolders bounds the client ids that are remembered.
const maxHolders = 1 << 18

// holders are the users that came last under client ids.
type holders struct {
	mu sync.Mutex
	of map[string]string
}

// take makes the id the user's if no other user has come under it yet.
func (h *holders) take(id, user string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	is, known := h.of[id]
	if known || len(h.of) >= maxHolders {
		return known && is == user
	}
	if h.of == nil {
		h.of = make(map[string]string)
	}
	h.of[strings.Clone(id)] = user
	return true
}

// give makes an id that is free the user's.
func (h *holders) give(id, user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.of[id]; known {
		h.of[id] = user
	}
}

// mqttClientID finds the client id at the end of the name under which the broker
// logs an MQTT client: `127.0.0.1:4711 - mid:5 - "id"`; the broker shows it
// nowhere else at this moment. False: it is no MQTT client.
func mqttClientID(c server.ClientAuthentication) (string, bool) {
	name := fmt.Sprint(c)
	_, rest, ok := strings.Cut(name, " - mid:")
	if !ok {
		return "", false
	}
	_, quoted, ok := strings.Cut(rest, " - ")
	if !ok {
		return "", false
	}
	id, err := strconv.Unquote(quoted)
	return id, err == nil
}
