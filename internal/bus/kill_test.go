package bus

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// childDir in the environment makes this binary a bus in that folder, which
// appends to LOG and copies what its inbox gets to GOT, until it is killed.
const childDir = "SUHE_BUS_CHILD_DIR"

func child(dir string) {
	ctx := context.Background()
	b, err := Open(ctx, Options{Dir: dir, MQTTListen: "127.0.0.1:0", Login: ownTopic})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	log, _ := b.Stream(ctx, StreamOptions{Name: "LOG", Subjects: []string{"log.>"}})
	got, _ := b.Stream(ctx, StreamOptions{Name: "GOT", Subjects: []string{"got.>"}})
	go func() { _ = b.Inbox(ctx, filter, copyTo(got)) }()
	fmt.Println("mqtt", b.MQTTAddr())
	for {
		seq, err := log.Append(ctx, "log.a", []byte("x"))
		if err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println("seq", seq)
	}
}

func copyTo(s *Stream) func(context.Context, []Letter) error {
	return func(ctx context.Context, batch []Letter) error {
		for _, l := range batch {
			if _, err := s.Append(ctx, "got.a", l.Data); err != nil {
				return err
			}
		}
		return nil
	}
}

// killed is what the broker had confirmed when it was killed.
type killed struct {
	seq     uint64   // of LOG
	letters []string // by MQTT
}

func TestKillLosesNothingConfirmed(t *testing.T) {
	dir := t.TempDir()
	var last uint64
	confirmed := map[string]bool{}
	for round := range 5 {
		k := liveAndDie(t, dir, round)
		last = max(last, k.seq)
		for _, l := range k.letters {
			confirmed[l] = true
		}
	}
	if last == 0 || len(confirmed) == 0 {
		t.Fatalf("nothing was confirmed: sequence %d, %d letters", last, len(confirmed))
	}

	b := openBus(t, Options{Dir: dir, MQTTListen: "127.0.0.1:0", Login: ownTopic})
	log := newStream(t, b, "LOG", nil)
	if _, got, err := log.Bounds(t.Context()); err != nil || got < last {
		t.Errorf("LOG ends at %d, %v; %d was confirmed", got, err, last)
	}
	got := newStream(t, b, "GOT", nil)
	openInbox(t, b, copyTo(got))
	missing := len(confirmed)
	for m, err := range got.Read(within(t), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if delete(confirmed, string(m.Data)); len(confirmed) == 0 {
			break
		}
	}
	if len(confirmed) != 0 {
		t.Errorf("%d of %d confirmed letters are lost", len(confirmed), missing)
	}
}

// liveAndDie runs the child for a while, publishing to it, and kills it.
func liveAndDie(t *testing.T, dir string, round int) killed {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("child says nothing")
	}
	addr, ok := strings.CutPrefix(lines.Text(), "mqtt ")
	if !ok {
		t.Fatalf("child says %q", lines.Text())
	}
	seq := make(chan uint64, 1)
	go func() { seq <- lastSeq(t, lines) }()
	letters := make(chan []string, 1)
	go func() { letters <- publishUntilDeath(addr, round) }()
	time.Sleep(200*time.Millisecond + rand.N(300*time.Millisecond))
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	k := killed{seq: <-seq, letters: <-letters}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait() // it was killed
	return k
}

func lastSeq(t *testing.T, lines *bufio.Scanner) (last uint64) {
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "seq "); ok {
			if seq, err := strconv.ParseUint(text, 10, 64); err == nil {
				last = seq
			}
		} else if !strings.HasPrefix("seq ", lines.Text()) {
			t.Errorf("child: %s", lines.Text())
		}
	}
	return last
}

// publishUntilDeath returns the letters that were confirmed.
func publishUntilDeath(addr string, round int) (confirmed []string) {
	c := client(addr, "wl-0001", "secret of wl-0001", nil)
	if token := c.Connect(); !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
		return nil
	}
	defer c.Disconnect(0)
	for i := 0; c.IsConnectionOpen(); i++ {
		text := fmt.Sprintf("%d/%d", round, i)
		token := c.Publish(ownOf("wl-0001"), 1, false, text)
		if !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
			return confirmed
		}
		confirmed = append(confirmed, text)
	}
	return confirmed
}
