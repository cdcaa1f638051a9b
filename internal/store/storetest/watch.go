package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"suhe/internal/audit"
)

// seals makes a file of seals of its own.
func seals(t testing.TB) audit.SealFile {
	t.Helper()
	dir := t.TempDir()
	key, err := audit.OpenKey(filepath.Join(dir, "audit.key"))
	if err != nil {
		t.Fatal(err)
	}
	return audit.SealFile{Path: filepath.Join(dir, "audit.seal"), Key: key}
}

// watching starts a watch, which tells by the channel that the record is broken.
func watching(t testing.TB, s audit.Store, file audit.SealFile) (broken chan error, stop func()) {
	broken = make(chan error, 1)
	w := audit.NewWatch(audit.WatchOptions{Store: s, Seals: file, Every: time.Millisecond, Broken: func(_ context.Context, err error) { broken <- err }})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = w.Run(ctx) })
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return broken, stop
}

// sealed waits until the seal is that of the entry.
func sealed(t testing.TB, file audit.SealFile, seq uint64) audit.Head {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		seal, _, err := file.Read()
		if err != nil {
			t.Fatal(err)
		}
		if seal.Seq == seq {
			return seal.Head
		}
	}
	t.Fatalf("entry %d was not sealed within a minute", seq)
	return audit.Head{}
}

// auditWatch seals what is appended, and finds what is changed behind the last seal
// at once, also after a restart.
func auditWatch(t *testing.T, h House) {
	s, file := h.Open(t), seals(t)
	broken, stop := watching(t, s, file)
	for range 3 {
		if err := s.AppendAudit(t.Context(), entry(1), entry(2)); err != nil {
			t.Fatal(err)
		}
	}
	head := sealed(t, file, 7)
	if r := sound(t, s, head); r.Sealed != 7 {
		t.Errorf("%+v", r)
	}
	stop()
	if err := s.AppendAudit(t.Context(), entry(3)); err != nil {
		t.Fatal(err)
	}
	broken, stop = watching(t, s, file)
	sealed(t, file, 8)

	tamper := h.Tamper(t)
	told := func(what string) {
		t.Helper()
		select {
		case err := <-broken:
			if !errors.Is(err, audit.ErrBroken) {
				t.Errorf("%s: %v", what, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s was not found within a minute", what)
		}
		stop()
	}
	for _, sql := range []string{"DELETE FROM audit WHERE seq > 6", "UPDATE audit_head SET seq = 6, hash = (SELECT hash FROM audit WHERE seq = 6)"} {
		if err := tamper(sql); err != nil {
			t.Fatal(err)
		}
	}
	told("a cut")
	if seal, _, err := file.Read(); err != nil || seal.Seq != 8 {
		t.Errorf("the seal is now %+v: %v", seal, err)
	}
	if r, err := audit.Verify(t.Context(), s); err != nil || !r.Sound {
		t.Errorf("without the seal the cut shows: %+v %v", r, err)
	}
	broken, stop = watching(t, s, file)
	told("the cut after a restart")
}

// ears listen to security events, or not.
type ears struct {
	mu    sync.Mutex
	deaf  bool
	heard []string
}

func (e *ears) Tell(_ context.Context, s audit.Severity, _ time.Time, id string, event []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var told audit.Entry
	if err := json.Unmarshal(event, &told); err != nil || e.deaf {
		e.deaf = false // the next time it listens
		return errors.Join(err, errors.New("deaf"))
	}
	e.heard = append(e.heard, fmt.Sprint(s, " ", id, " ", told.Who))
	return nil
}

// auditForward tells of security events and of nothing else, each once, in order,
// those of other stores too, and waits for a listener that does not listen.
func auditForward(t *testing.T, h House) {
	s, other := h.Open(t), h.Open(t)
	listener := &ears{deaf: true}
	place := filepath.Join(t.TempDir(), "told")
	if err := os.WriteFile(place, []byte("0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	forward := func(upTo uint64) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			_ = audit.Forward(ctx, audit.ForwardOptions{Store: s, To: listener, Place: place, Every: time.Millisecond, Log: slog.New(slog.DiscardHandler)})
		})
		defer running.Wait()
		defer cancel()
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
			if text, err := os.ReadFile(place); err == nil && string(text) == fmt.Sprintln(upTo) {
				return
			}
		}
		t.Fatalf("entry %d was not told of within a minute", upTo)
	}
	refused := func(who string, a audit.Action) audit.Entry {
		return audit.Entry{Who: who, Action: a, Outcome: audit.Refused}
	}
	if err := s.AppendAudit(t.Context(), refused("a", audit.Login), audit.Entry{Who: "x", Action: audit.CameraView, Outcome: audit.Done}, refused("b", audit.Request)); err != nil {
		t.Fatal(err)
	}
	if _, err := other.PutSetting(t.Context(), "account", "li", 0, []byte("{}"), audit.Entry{Who: "c", Action: "account added", Outcome: audit.Done}); err != nil {
		t.Fatal(err)
	}
	forward(5)
	if err := other.AppendAudit(t.Context(), audit.Entry{Who: "x", Action: audit.Login, Outcome: audit.Done}, audit.BrokenEntry(audit.ErrBroken)); err != nil {
		t.Fatal(err)
	}
	forward(7)
	want := []string{"4 login a", "4 request b", "5 account-added c", "1 record-broken " + audit.Program}
	if !reflect.DeepEqual(listener.heard, want) {
		t.Errorf("told %v, want %v", listener.heard, want)
	}
}
