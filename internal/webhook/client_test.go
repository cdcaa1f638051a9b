package webhook_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"suhe/internal/webhook"
)

// names is a name server: it answers every question for an IPv4 address with the next
// of the lists, the last one for ever.
func names(t *testing.T, lists ...[]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var asked atomic.Int32
	go func() {
		question := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return
			}
			var addresses []string
			if kind := questionType(question[:n]); kind == 1 {
				addresses = lists[min(int(asked.Add(1))-1, len(lists)-1)]
			}
			_, _ = conn.WriteTo(answerOf(question[:n], addresses), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// end is where the one question of a message of RFC 1035 ends.
func end(question []byte) int {
	at := 12
	for question[at] != 0 {
		at += int(question[at]) + 1
	}
	return at + 5
}

func questionType(question []byte) uint16 {
	return binary.BigEndian.Uint16(question[end(question)-4:])
}

// answerOf answers a question with addresses that nobody is to remember.
func answerOf(question []byte, addresses []string) []byte {
	out := append([]byte(nil), question[:end(question)]...)
	binary.BigEndian.PutUint16(out[2:], 0x8180) // an answer, without error
	binary.BigEndian.PutUint16(out[6:], uint16(len(addresses)))
	binary.BigEndian.PutUint32(out[8:], 0)
	for _, a := range addresses {
		ip := netip.MustParseAddr(a).As4()
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, ip[:]...)
	}
	return out
}

// try makes a hook and sends it a test.
func try(t *testing.T, n *node, r *receiver, url string) webhook.Outcome {
	t.Helper()
	n.hang(r, "bureau", func(w *webhook.Wish) { w.URL = url })
	out, err := n.Try(t.Context(), "bureau")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A name that leads to what may be reached when it is first asked for, and inside from
// then on, leads nowhere the second time: what is dialled is asked about, not what
// was resolved before.
func TestANameThatIsBoundAnewLeadsNowhereInside(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	var reached atomic.Int32
	inside, err := net.Listen("tcp", fmt.Sprintf("127.0.0.2:%d", r.port()))
	if err != nil {
		t.Fatal("127.0.0.2 is not of this machine:", err)
	}
	defer inside.Close()
	go func() {
		for {
			conn, err := inside.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			conn.Close()
		}
	}()
	r.answers(func(rw http.ResponseWriter, _ *http.Request, m webhook.Message) {
		rw.Header().Set("Connection", "close") // the next message asks for the name again
		r.keep(m)
	})
	n := w.open(func(o *webhook.Options) {
		o.Resolver = names(t, []string{"127.0.0.1"}, []string{"127.0.0.2"}, []string{"169.254.169.254", "127.0.0.2"})
	}, r)
	if out := try(t, n, r, fmt.Sprintf("https://receiver.example:%d/", r.port())); !out.Delivered {
		t.Fatalf("%+v", out)
	}
	for range 2 {
		if out, err := n.Try(t.Context(), "bureau"); err != nil || out.Delivered || out.Why != webhook.ErrReach.Error() {
			t.Errorf("%+v, %v", out, err)
		}
	}
	if reached.Load() != 0 {
		t.Error("an address inside was reached")
	}
}

// What a receiver answers is a status and nothing else: nobody is followed elsewhere,
// nothing long is read, and nobody waits for ever.
func TestAnswersOfReceivers(t *testing.T) {
	w, r, other := newTown(t), newReceiver(t), newReceiver(t)
	n := w.open(func(o *webhook.Options) { o.Answer = 2 * time.Second }, r, other)
	for name, test := range map[string]struct {
		answer func(rw http.ResponseWriter, r *http.Request, m webhook.Message)
		want   string // empty: it counts as taken
	}{
		"204": {func(rw http.ResponseWriter, _ *http.Request, _ webhook.Message) { rw.WriteHeader(204) }, ""},
		"200": {func(rw http.ResponseWriter, _ *http.Request, _ webhook.Message) { fmt.Fprint(rw, "thanks") }, ""},
		"404": {func(rw http.ResponseWriter, _ *http.Request, _ webhook.Message) { rw.WriteHeader(404) }, "answered 404"},
		"redirected": {func(rw http.ResponseWriter, r *http.Request, _ webhook.Message) {
			http.Redirect(rw, r, other.URL, http.StatusTemporaryRedirect)
		}, "nobody is followed"},
		"redirected inside": {func(rw http.ResponseWriter, r *http.Request, _ webhook.Message) {
			http.Redirect(rw, r, "http://169.254.169.254/latest/meta-data/", http.StatusPermanentRedirect)
		}, "nobody is followed"},
		"without end": {func(rw http.ResponseWriter, r *http.Request, _ webhook.Message) {
			for r.Context().Err() == nil {
				if _, err := rw.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, ""},
		"never": {func(_ http.ResponseWriter, r *http.Request, _ webhook.Message) { <-r.Context().Done() }, "no answer in time"},
		"a long header": {func(rw http.ResponseWriter, _ *http.Request, _ webhook.Message) {
			rw.Header().Set("X-Long", strings.Repeat("x", 1<<20))
		}, "no connection"},
		"an early end": {func(http.ResponseWriter, *http.Request, webhook.Message) { panic(http.ErrAbortHandler) }, "no connection"},
	} {
		r.answers(test.answer)
		out := try(t, n, r, r.URL)
		if out.Delivered != (test.want == "") || !strings.Contains(out.Why, test.want) || test.want == "" && out.Why != "" {
			t.Errorf("%s: %+v", name, out)
		}
	}
	if len(other.told()) != 0 {
		t.Errorf("followed elsewhere: %v", other.told())
	}
}

func TestReceiversThatCannotBeReached(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1") // asked by nobody
	w, r, stranger := newTown(t), newReceiver(t), newReceiver(t)
	n := w.open(func(o *webhook.Options) {
		o.Reach.Ports = append(o.Reach.Ports, stranger.port(), 1)
		o.Resolver = names(t, nil)
	}, r)
	for url, want := range map[string]string{
		stranger.URL:                  "its certificate is not trusted",
		"https://127.0.0.1:1/":        "no connection",
		"https://receiver.example:1/": "its name is not known",
	} {
		if out := try(t, n, r, url); out.Delivered || out.Why != want {
			t.Errorf("%s: %+v, want %s", url, out, want)
		}
	}
	if out := try(t, n, r, r.URL); !out.Delivered {
		t.Errorf("%+v", out)
	}
}
