package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/bus"
)

// counter is a route behind once, over a real broker: it answers how often it ran.
type counter struct {
	t      *testing.T
	server *server
	h      handler
	ran    atomic.Int64
	do     func(r *http.Request, body string) error
	slow   chan struct{} // if not nil, an answer waits for it
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	table, err := b.Table(t.Context(), bus.TableOptions{Name: "ANSWERS"})
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{t: t, server: &server{Deps: Deps{Answers: table, Log: slog.New(slog.DiscardHandler), Site: Site{Pages: fstest.MapFS{}}}}}
	c.h = c.server.once(func(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		n := c.ran.Add(1)
		if c.slow != nil {
			<-c.slow
		}
		if c.do != nil {
			if err := c.do(r, string(body)); err != nil {
				return err
			}
		}
		w.Header().Set("X-Seen", "yes")
		writeJSON(w, "application/json", http.StatusCreated, fmt.Sprintf("%d %s", n, body))
		return nil
	})
	return c
}

// ask sends a request; the answer is "status body", "again" before it if it is the first one's.
func (c *counter) ask(ctx context.Context, who, key, path, body string) string {
	r := httptest.NewRequestWithContext(ctx, "POST", path, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	w := httptest.NewRecorder()
	if err := c.h(w, r, access.Principal{ID: who}); err != nil {
		fail(w, r, c.server.Log, err)
	}
	again := ""
	if w.Header().Get("Idempotent-Replayed") == "true" {
		again = "again "
	}
	if w.Code == http.StatusCreated && w.Header().Get("X-Seen") != "yes" {
		c.t.Error("a header was lost")
	}
	if w.Code >= 400 {
		return fmt.Sprint(again, w.Code)
	}
	return fmt.Sprint(again, w.Code, " ", strings.TrimSpace(w.Body.String()))
}

func TestOnce(t *testing.T) {
	c := newCounter(t)
	for _, step := range []struct{ who, key, path, body, want string }{
		{"a", `"k1"`, "/x", "b", `201 "1 b"`},
		{"a", `"k1"`, "/x", "b", `again 201 "1 b"`},
		{"a", "k1", "/x", "b", `again 201 "1 b"`},
		{"a", "k1", "/x", "other", `422`},
		{"a", "k1", "/y", "b", `422`},
		{"a", "k1", "/x?q", "b", `422`},
		{"b", "k1", "/x", "b", `201 "2 b"`},
		{"a", "k2", "/x", "b", `201 "3 b"`},
		{"a", "", "/x", "b", `201 "4 b"`},
		{"a", "", "/x", "b", `201 "5 b"`},
		{"a", `"k1`, "/x", "b", `400`},
		{"a", `""`, "/x", "b", `400`},
		{"a", "two words", "/x", "b", `400`},
		{"a", "水", "/x", "b", `400`},
		{"a", strings.Repeat("k", maxKey), "/x", "b", `201 "6 b"`},
		{"a", strings.Repeat("k", maxKey+1), "/x", "b", `400`},
	} {
		if got := c.ask(t.Context(), step.who, step.key, step.path, step.body); got != step.want {
			t.Errorf("%+v: got %s", step, got)
		}
	}
}

// What waiting mends is not kept; what is wrong with the request is.
func TestOnceKeepsWhatWaitingDoesNotMend(t *testing.T) {
	c := newCounter(t)
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"invalid", assets.ErrInvalid, "again 400"},
		{"not found", assets.ErrNotFound, "again 404"},
		{"busy", assets.ErrBusy, "201"},
		{"too many", errTooMany, "201"},
		{"ours", errors.New("x"), "201"},
	} {
		c.do = func(*http.Request, string) error { return test.err }
		if got := c.ask(t.Context(), "a", strings.ReplaceAll(test.name, " ", ""), "/x", ""); strings.HasPrefix(got, "201") {
			t.Errorf("%s: got %s", test.name, got)
		}
		c.do = nil
		if got := c.ask(t.Context(), "a", strings.ReplaceAll(test.name, " ", ""), "/x", ""); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// refused takes entries about refusals.
type refused struct {
	Recorder
	entries []audit.Entry
}

func (f *refused) Refuse(e audit.Entry) { f.entries = append(f.entries, e) }

// A refusal is recorded with a key as it is without.
func TestOnceRecordsRefusals(t *testing.T) {
	c, record := newCounter(t), &refused{}
	c.server.Recorder = record
	c.do = func(*http.Request, string) error { return access.ErrDenied }
	if got := c.ask(t.Context(), "a", "k", "/x", "b"); got != "403" {
		t.Errorf("got %s", got)
	}
	if e := record.entries; len(e) != 1 || e[0].Action != audit.Request || e[0].What != "POST /x" || e[0].Outcome != audit.Refused {
		t.Errorf("recorded %+v", e)
	}
}

// Of many at once one is at work; the others are told so. Who leaves early finds
// the answer later.
func TestOnceInFlight(t *testing.T) {
	c := newCounter(t)
	c.slow = make(chan struct{})
	ctx, leave := context.WithCancel(t.Context())
	firstAnswer := make(chan string, 1)
	go func() { firstAnswer <- c.ask(ctx, "a", "k", "/x", "b") }()
	for end := time.Now().Add(20 * time.Second); c.ran.Load() == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	leave()
	if got := c.ask(t.Context(), "a", "k", "/x", "b"); got != "409" {
		t.Errorf("while the first is at work: %s", got)
	}
	close(c.slow)
	<-firstAnswer
	if got := c.ask(t.Context(), "a", "k", "/x", "b"); got != `again 201 "1 b"` {
		t.Errorf("afterwards: %s", got)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { c.ask(t.Context(), "a", "race", "/x", "b") })
	}
	all.Wait()
	if n := c.ran.Load(); n != 2 {
		t.Errorf("ran %d times, want 2", n)
	}
}

// A panic and a killed node do not hold a key for ever.
func TestOnceLetsGo(t *testing.T) {
	c := newCounter(t)
	c.do = func(*http.Request, string) error { panic("bug") }
	func() {
		defer func() { _ = recover() }()
		c.ask(t.Context(), "a", "k", "/x", "b")
	}()
	c.do = nil
	if got := c.ask(t.Context(), "a", "k", "/x", "b"); got != `201 "2 b"` {
		t.Errorf("after a panic: %s", got)
	}
	r := httptest.NewRequest("POST", "/x", strings.NewReader("b"))
	r.Header.Set("Idempotency-Key", "killed")
	key, _ := keyOf(r, access.Principal{ID: "a"})
	request, _ := hashOf(r)
	abandoned := fmt.Sprintf(`{"request":%q,"claimed":%q}`, request, time.Now().Add(-claimLimit-time.Second).Format(time.RFC3339))
	if _, err := c.server.Answers.Put(t.Context(), key, []byte(abandoned), 0); err != nil {
		t.Fatal(err)
	}
	if got := c.ask(t.Context(), "a", "killed", "/x", "b"); got != `201 "3 b"` {
		t.Errorf("after a node was killed: %s", got)
	}
}
