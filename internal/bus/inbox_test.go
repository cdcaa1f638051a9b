package bus

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

const filter = "suhe/v1/devices/+/observations"

func ownOf(id string) string { return "suhe/v1/devices/" + id + "/observations" }

// connect connects a device with its own password.
func connect(t testing.TB, addr, id string) paho.Client {
	t.Helper()
	c := client(addr, id, "secret of "+id, nil)
	if token := c.Connect(); !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
		t.Fatalf("connect %s: %v", id, token.Error())
	}
	t.Cleanup(func() { c.Disconnect(0) })
	return c
}

// connectAs connects a user under a client id that the broker chooses, as often
// as one likes: under one id it holds back who comes again within a second.
func connectAs(t testing.TB, addr, user string) paho.Client {
	t.Helper()
	c := client(addr, "", "secret of "+user, func(o *paho.ClientOptions) { o.SetUsername(user) })
	if token := c.Connect(); !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
		t.Fatalf("connect as %s: %v", user, token.Error())
	}
	t.Cleanup(func() { c.Disconnect(0) })
	return c
}

func client(addr, id, password string, set func(*paho.ClientOptions)) paho.Client {
	o := paho.NewClientOptions().AddBroker("tcp://" + addr).SetClientID(id).
		SetUsername(id).SetPassword(password).SetProtocolVersion(4).
		SetAutoReconnect(false).SetConnectTimeout(20 * time.Second)
	if set != nil {
		set(o)
	}
	return paho.NewClient(o)
}

func publish(t testing.TB, c paho.Client, topic string, qos byte, payload string) {
	t.Helper()
	if token := c.Publish(topic, qos, false, payload); !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
		t.Fatalf("publish to %s: %v", topic, token.Error())
	}
}

// tray collects what an Inbox hands over.
type tray struct {
	mu   sync.Mutex
	all  []string // "topic payload"
	news chan struct{}
}

func newTray() *tray { return &tray{news: make(chan struct{}, 1)} }

func (r *tray) take(_ context.Context, batch []Letter) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range batch {
		r.all = append(r.all, fmt.Sprintf("%s %s", l.Topic, l.Data))
	}
	select {
	case r.news <- struct{}{}:
	default:
	}
	return nil
}

func (r *tray) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.all...)
}

// wait returns the letters once there are n.
func (r *tray) wait(t testing.TB, n int) []string {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		if got := r.got(); len(got) >= n {
			return got
		}
		select {
		case <-r.news:
		case <-deadline:
			t.Fatalf("%d of %d letters: %.300v", len(r.got()), n, r.got())
		}
	}
}

// openInbox runs an Inbox until the returned function is called.
func openInbox(t testing.TB, b *Bus, handle func(context.Context, []Letter) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Inbox(ctx, filter, handle) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil && !errors.Is(err, ErrClosed) {
				t.Errorf("inbox: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func TestInboxHandsOverEveryQoS(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		b := w.open(t)
		r := newTray()
		openInbox(t, b, r.take)
		primed(t, b, w, r)
		c := connect(t, w.mqtt(b), "wl-0001")
		var want []string
		for qos := byte(0); qos <= 2; qos++ {
			for i := range 5 {
				text := fmt.Sprintf("q%d-%d", qos, i)
				publish(t, c, ownOf("wl-0001"), qos, text)
				want = append(want, ownOf("wl-0001")+" "+text)
			}
		}
		got := r.wait(t, 1+len(want))[1:]
		time.Sleep(50 * time.Millisecond) // what came twice would be here by now
		if n := len(r.got()); n != 1+len(want) {
			t.Errorf("%d letters, want %d", n, 1+len(want))
		}
		sort.Strings(got)
		same(t, "letters", got, want...)
	})
}

// primed waits until an inbox works: an outside broker does not hold clients at
// the door, and confirms what nobody keeps.
func primed(t testing.TB, b *Bus, w world, r *tray) {
	t.Helper()
	c := connect(t, w.mqtt(b), "first")
	for deadline := time.Now().Add(2 * time.Minute); len(r.got()) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("inbox does not open")
		}
		publish(t, c, ownOf("first"), 0, "hello")
		time.Sleep(10 * time.Millisecond)
	}
	c.Disconnect(0)
	time.Sleep(20 * time.Millisecond)
	r.mu.Lock()
	r.all = r.all[:1]
	r.mu.Unlock()
}

func TestInboxMapsOddIdsExactly(t *testing.T) {
	ids := []string{"a", "a.b", "a..b", "a:b", "a-b_c", "31010700.0001", "A.", "a.b.c:d"}
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic})
	r := newTray()
	openInbox(t, b, r.take)
	for _, id := range ids {
		c := connectAs(t, b.MQTTAddr(), id)
		for qos := range byte(2) {
			publish(t, c, ownOf(id), qos, id)
		}
		c.Disconnect(100)
	}
	counts := map[string]int{}
	for _, l := range r.wait(t, 2*len(ids)) {
		counts[l]++
	}
	for _, id := range ids {
		if counts[ownOf(id)+" "+id] != 2 {
			t.Errorf("%s came %d times, want 2", id, counts[ownOf(id)+" "+id])
		}
	}
}

func TestInboxKeepsWhatIsNotTaken(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		b := w.open(t)
		r := newTray()
		refuse := true
		stop := openInbox(t, b, func(ctx context.Context, batch []Letter) error {
			if refuse {
				refuse = false
				return errors.New("not now")
			}
			return r.take(ctx, batch)
		})
		primed(t, b, w, r)
		c := connect(t, w.mqtt(b), "wl-0001")
		publish(t, c, ownOf("wl-0001"), 1, "refused once")
		r.wait(t, 2)
		stop()

		// Nobody is there now; what is confirmed is kept.
		publish(t, c, ownOf("wl-0001"), 1, "nobody there")
		again := newTray()
		stop = openInbox(t, b, again.take)
		same(t, "after reopening", again.wait(t, 1), ownOf("wl-0001")+" nobody there")
		stop()

		// It has been handled: it does not come again.
		publish(t, c, ownOf("wl-0001"), 1, "last")
		third := newTray()
		openInbox(t, b, third.take)
		same(t, "third time", third.wait(t, 1), ownOf("wl-0001")+" last")
	})
}

func TestInboxKeepsOrder(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic})
	r := newTray()
	fail := 0
	openInbox(t, b, func(ctx context.Context, batch []Letter) error {
		if fail++; fail%3 == 1 {
			return errors.New("every third is refused")
		}
		return r.take(ctx, batch)
	})
	c := connect(t, b.MQTTAddr(), "wl-0001")
	const n = 500
	var tokens []paho.Token
	for i := range n {
		tokens = append(tokens, c.Publish(ownOf("wl-0001"), 1, false, fmt.Sprintf("%04d", i)))
	}
	for _, token := range tokens {
		token.Wait()
	}
	got := r.wait(t, n)
	if !sort.StringsAreSorted(got) || len(got) != n {
		t.Errorf("%d letters, sorted: %v", len(got), sort.StringsAreSorted(got))
	}
}

func TestInboxRefusesBadFilters(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir()})
	for _, f := range []string{"", "/a", "a/", "a//b", "a b", "a/#/b", "a+/b", "a/*", "a/>"} {
		if err := b.Inbox(t.Context(), f, newTray().take); err == nil {
			t.Errorf("filter %q was taken", f)
		}
	}
}

func TestLoginWaitsForTheFirstInbox(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic})
	c := client(b.MQTTAddr(), "wl-0001", "secret of wl-0001", nil)
	token := c.Connect()
	if token.WaitTimeout(50 * time.Millisecond) {
		t.Fatalf("connected before there was an inbox: %v", token.Error())
	}
	r := newTray()
	openInbox(t, b, r.take)
	if token.Wait(); token.Error() != nil {
		t.Fatal(token.Error())
	}
	defer c.Disconnect(0)
	publish(t, c, ownOf("wl-0001"), 1, "first")
	same(t, "letters", r.wait(t, 1), ownOf("wl-0001")+" first")
}

func TestLoginWaitsForAllInboxes(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic, Inboxes: 2})
	r := newTray()
	openInbox(t, b, r.take)
	openInbox(t, b, r.take) // of the same filter: it counts once
	c := client(b.MQTTAddr(), "wl-0001", "secret of wl-0001", nil)
	token := c.Connect()
	if token.WaitTimeout(50 * time.Millisecond) {
		t.Fatalf("connected before there was the second inbox: %v", token.Error())
	}
	go func() { _ = b.Inbox(t.Context(), "elsewhere/+", r.take) }()
	if token.Wait(); token.Error() != nil {
		t.Fatal(token.Error())
	}
	c.Disconnect(0)
}
