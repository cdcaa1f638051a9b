package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"suhe/stream"
)

// many is how many phones there are in these tests.
const many = 1000

// rename edits a sensor.
func rename(t testing.TB, s *served, id, name string, lon, lat float64) {
	t.Helper()
	status, body, err := renamed(t.Context(), s, id, name, lon, lat)
	if err != nil || status >= 300 {
		t.Fatalf("PUT %s: %d %s %v", id, status, body, err)
	}
}

func renamed(ctx context.Context, s *served, id, name string, lon, lat float64) (status int, body string, err error) {
	text := fmt.Sprintf(`{"kind":"sensor","class":"sensor.water_level","name":%q,"lifecycle":"in_use","geometry":{"type":"Point","coordinates":[%g,%g]},
		"sensor":{"measures":[{"phenomenon":"water_level","unit":"m","normal":[1.5,3.8]}],"reportInterval":60}}`, name, lon, lat)
	status, body, _, err = ask(ctx, http.MethodPut, s.url("/v1/assets/"+id), text)
	return status, body, err
}

// bustle changes values and names until stop, whether the node is there or not, and
// says how many edits were confirmed.
func bustle(t *testing.T, s *served, ids []string, boxes [][4]float64) (stop func() (edits int)) {
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		r := &reporter{s: s, ids: ids}
		for ctx.Err() == nil {
			_ = r.once(ctx) // the node may be away
			time.Sleep(500 * time.Millisecond)
		}
	})
	edits := 0
	running.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			b := boxes[i%len(boxes)]
			status, _, err := renamed(ctx, s, ids[i%len(boxes)], fmt.Sprint("第 ", i), (b[0]+b[2])/2, (b[1]+b[3])/2)
			if err == nil && status < 300 {
				edits++
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	stop = func() int {
		cancel()
		running.Wait()
		return edits
	}
	t.Cleanup(func() { stop() })
	return stop
}

// The server is killed while a thousand phones look at it and much goes on. When it
// is back they go on from where they were: each shows the truth, and each has been
// told of every event, once.
func TestKillWithPhones(t *testing.T) {
	rounds := 1
	if long() {
		rounds = 20
	}
	s := serve(t, t.TempDir())
	ids, boxes := spread(t, s, 64)
	all, _ := phones(t, s, many, boxes)
	stop := bustle(t, s, ids, boxes)
	for range rounds {
		time.Sleep(2 * time.Second)
		s.kill()
		for _, p := range all {
			eventually(t, "the end of the line", func() bool { return !p.isOnline() })
		}
		s.start()
		back := time.Now()
		var took []time.Duration
		for _, p := range all {
			eventually(t, "a phone's return", p.isWhole)
			p.mu.Lock()
			took = append(took, p.wholeAt.Sub(back))
			p.mu.Unlock()
		}
		slices.Sort(took)
		t.Logf("consistent again after the restart: p50 %v, p99 %v", share(took, 0.5), share(took, 0.99))
	}
	edits := stop()
	if edits < 10 {
		t.Errorf("%d edits were confirmed, want some", edits)
	}
	agree(t, s, all, boxes)
}

// agree waits until all phones show what newcomers show, and have been told of as
// many events.
func agree(t *testing.T, s *served, all []*phone, boxes [][4]float64) {
	t.Helper()
	fresh, stop := phones(t, s, len(boxes), boxes)
	defer stop()
	resyncs := 0
	for i, p := range all {
		eventually(t, fmt.Sprintf("the same picture on phone %d", i), func() bool { return p.shows(fresh[i%len(boxes)]) })
		eventually(t, fmt.Sprintf("the last event on phone %d", i), func() bool { return p.lastEvent() >= fresh[0].lastEvent() })
		p.mu.Lock()
		resyncs += p.resyncs
		p.mu.Unlock()
	}
	noneWrong(t, all)
	t.Logf("%d resyncs", resyncs)
}

// A node that is told to stop says so first, finishes what it has begun, and tells
// a thousand phones to come back, not all at once.
func TestStopWithPhones(t *testing.T) {
	s := serve(t, t.TempDir())
	_, boxes := spread(t, s, 16)
	all, _ := phones(t, s, many, boxes)
	for _, p := range all {
		p.mu.Lock()
		p.stay = true
		p.mu.Unlock()
	}
	var uploads sync.WaitGroup
	for i := range 10 {
		uploads.Go(func() {
			if status, err := slowly(t.Context(), s, fmt.Sprintf("slow-%d", i), 3*time.Second); err != nil || status != http.StatusCreated {
				t.Errorf("a request under way: %d, %v", status, err)
			}
		})
	}
	time.Sleep(500 * time.Millisecond)
	began := time.Now()
	s.cmd.Process.Signal(syscall.SIGTERM)
	readiness := make(chan []int, 1)
	go func() { readiness <- untilGone(s) }()
	err := s.cmd.Wait()
	took := time.Since(began)
	t.Logf("drained after %v", took)
	if err != nil || took > 20*time.Second {
		t.Errorf("ended after %v, want 10 s or not much more: %v", took, err)
	}
	uploads.Wait()
	// Ready, then not ready, then nobody.
	if answers := slices.Compact(<-readiness); !slices.Equal(answers, []int{200, 503}) && !slices.Equal(answers, []int{503}) {
		t.Errorf("/readyz answered %v, want 503 before nobody answers", answers)
	}
	var after []time.Duration
	for i, p := range all {
		eventually(t, "a phone's end", func() bool { return !p.isOnline() })
		p.mu.Lock()
		if p.bye.GetCode() != 4010 || !p.bye.GetReconnect() {
			t.Errorf("phone %d was told %v, want 4010 and to come back", i, p.bye)
		}
		after = append(after, time.Duration(p.bye.GetAfter())*time.Millisecond)
		p.mu.Unlock()
	}
	slices.Sort(after)
	for tenth := range 10 {
		from, to := time.Duration(tenth)*time.Second, time.Duration(tenth+1)*time.Second
		n := 0
		for _, a := range after {
			if a >= from && a < to {
				n++
			}
		}
		if n < many/20 || n > many/5 {
			t.Errorf("%d phones are to come back %v to %v later, want about %d", n, from, to, many/10)
		}
	}
	noneWrong(t, all)
}

// slowly registers a sensor with a body that takes its time.
func slowly(ctx context.Context, s *served, id string, span time.Duration) (status int, err error) {
	in, out := io.Pipe()
	go func() {
		for part := range slices.Chunk([]byte(sensorJSON), len(sensorJSON)/10+1) {
			if _, err := out.Write(part); err != nil {
				return
			}
			time.Sleep(span / 10)
		}
		out.Close()
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, s.url("/v1/assets/"+id), in)
	if err != nil {
		return 0, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// untilGone asks whether the node is ready until nobody answers.
func untilGone(s *served) (answers []int) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	for ; ; time.Sleep(20 * time.Millisecond) {
		answer, err := client.Get(s.url("/readyz"))
		if err != nil {
			return answers
		}
		answer.Body.Close()
		answers = append(answers, answer.StatusCode)
	}
}

// sloth is a client that looks at all and does not read.
type sloth struct{ conn *websocket.Conn }

func newSloth(t *testing.T, s *served) sloth {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{stream.Protocol}, HandshakeTimeout: patience,
		NetDial: func(network, addr string) (net.Conn, error) {
			conn, err := net.Dial(network, addr)
			if err == nil {
				err = conn.(*net.TCPConn).SetReadBuffer(64 << 10) // it shall be full soon
			}
			return conn, err
		}}
	conn, _, err := dialer.Dial("ws://"+s.http+"/v1/stream", s.header())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[121,31,122,32],"zoom":16}`)); err != nil {
		t.Fatal(err)
	}
	return sloth{conn}
}

// isTold wakes up and reads until the client is told that it gets less.
func (s sloth) isTold() error {
	s.conn.SetReadDeadline(time.Now().Add(patience))
	for {
		_, text, err := s.conn.ReadMessage()
		if err != nil {
			return err
		}
		if bytes.HasPrefix(text, []byte(`{"type":"slow"`)) && !strings.Contains(string(text), `"interval":0,`) {
			return nil
		}
	}
}

// Fifty clients that do not read are told that they get less, cost little memory,
// and a thousand others do not notice.
func TestSlothsAmongPhones(t *testing.T) {
	const sloths = 50
	s := serve(t, t.TempDir())
	ids, boxes := spread(t, s, 320)
	all, _ := phones(t, s, many-sloths, boxes)
	ctx, cancel := context.WithCancel(t.Context())
	r := &reporter{s: s, ids: ids}
	sending := make(chan error, 1)
	go func() { sending <- r.until(ctx, 250*time.Millisecond) }()
	defer cancel()
	ages := func(span time.Duration) time.Duration {
		watchAges(all)
		time.Sleep(span)
		return share(agesOf(all), 0.99)
	}
	span := 4 * time.Second
	if long() {
		span = time.Minute
	}
	ages(time.Second) // to settle
	quiet := ages(span)
	before := figure(t, metrics(t, s), "process_resident_memory_bytes")
	var slow []sloth
	for range sloths {
		slow = append(slow, newSloth(t, s))
	}
	time.Sleep(5 * time.Second) // until what lies between is full
	beside := ages(span)
	grown := figure(t, metrics(t, s), "process_resident_memory_bytes") - before
	t.Logf("p99 of how old news is: %v, beside sloths %v; %.0f kB resident more for each", quiet, beside, grown/sloths/1024)
	if quiet == 0 || beside == 0 {
		t.Error("nothing new was told")
	}
	if beside > 4*quiet+time.Second {
		t.Errorf("news is %v old beside sloths, %v without, at p99", beside, quiet)
	}
	if grown > sloths<<20 {
		t.Errorf("%.0f MB more for %d sloths, want less than 1 MB for each", grown/(1<<20), sloths)
	}
	told := make(chan error, sloths)
	for _, c := range slow {
		go func() { told <- c.isTold() }()
	}
	for range sloths {
		if err := <-told; err != nil {
			t.Errorf("a sloth was not told that it gets less: %v", err)
		}
	}
	cancel()
	if err := <-sending; err != nil {
		t.Error(err)
	}
	noneWrong(t, all)
	agree(t, s, all, boxes)
}
