package bus

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A plain map agrees with a table, whoever changes it and in whatever order.
func TestTableByModel(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		b := w.open(t)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			if n++; n > 15 {
				return // each is some dozen round trips, and a stream of its own
			}
			table, err := b.Table(t.Context(), TableOptions{Name: fmt.Sprintf("T%d", n)})
			if err != nil {
				rt.Fatal(err)
			}
			model := map[string]Entry{}
			for range rapid.IntRange(1, 25).Draw(rt, "steps") {
				key := rapid.SampledFrom([]string{"a.1", "a.2", "b.1"}).Draw(rt, "key")
				step(t, rt, table, model, key)
			}
			var listed []string
			for after := uint64(0); ; {
				e, err := table.Next(t.Context(), "a", after)
				if errors.Is(err, ErrNone) {
					break
				}
				if err != nil || e.Revision <= after {
					rt.Fatalf("after %d: %+v, %v", after, e, err)
				}
				listed, after = append(listed, fmt.Sprintf("%s=%s", e.Key, e.Value)), e.Revision
			}
			want := 0
			for key, e := range model {
				if key[0] == 'a' {
					want++
				}
				if got, err := table.Get(t.Context(), key); err != nil || got.Key != key || string(got.Value) != string(e.Value) || got.Revision != e.Revision {
					rt.Fatalf("%s is %+v, %v, want %+v", key, got, err, e)
				}
			}
			if len(listed) != want {
				rt.Fatalf("listed %v, want %d", listed, want)
			}
		})
	})
}

func step(t *testing.T, rt *rapid.T, table *Table, model map[string]Entry, key string) {
	e, known := model[key]
	was := e.Revision
	switch rapid.IntRange(0, 4).Draw(rt, "do") {
	case 0:
		if err := table.Delete(t.Context(), key); err != nil {
			rt.Fatal(err)
		}
		delete(model, key)
		return
	case 1: // by somebody who does not know the present revision
		if _, err := table.Put(t.Context(), key, nil, was+1); !errors.Is(err, ErrSequence) {
			rt.Fatalf("put %s over another revision: %v", key, err)
		}
		return
	case 2:
		if _, err := table.Get(t.Context(), key); errors.Is(err, ErrNone) == known {
			rt.Fatalf("get %s: %v, known %v", key, err, known)
		}
		return
	}
	value := []byte(rapid.StringN(0, 8, 16).Draw(rt, "value"))
	revision, err := table.Put(t.Context(), key, value, was)
	if err != nil {
		rt.Fatal(err)
	}
	model[key] = Entry{Key: key, Value: value, Revision: revision}
}

func TestTableWatch(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		table, err := w.open(t).Table(t.Context(), TableOptions{Name: "W", MaxBytes: 1 << 20, MaxAge: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		changed, stop, err := table.Watch("a")
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		if _, err := table.Put(t.Context(), "a", []byte("1"), 0); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changed:
		case <-time.After(2 * time.Minute):
			t.Error("no change was told")
		}
	})
}

// A table outlives its node; the oldest go when it is full.
func TestTableIsKeptAndBounded(t *testing.T) {
	dir := t.TempDir()
	open := func() (*Bus, *Table) {
		b, err := Open(t.Context(), Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		table, err := b.Table(t.Context(), TableOptions{Name: "K", MaxBytes: 64 << 10})
		if err != nil {
			t.Fatal(err)
		}
		return b, table
	}
	b, table := open()
	for i := range 20 {
		if _, err := table.Put(t.Context(), fmt.Sprint("k", i), make([]byte, 8<<10), 0); err != nil {
			t.Fatal(err)
		}
	}
	closeBus(t, b)
	b, table = open()
	defer closeBus(t, b)
	if e, err := table.Get(t.Context(), "k19"); err != nil || len(e.Value) != 8<<10 {
		t.Errorf("the newest: %d bytes, %v", len(e.Value), err)
	}
	if _, err := table.Get(t.Context(), "k0"); !errors.Is(err, ErrNone) {
		t.Errorf("the oldest: %v", err)
	}
}

// Messages are found by subject and removed one by one.
func TestNextAndRemove(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		s, err := w.open(t).Stream(t.Context(), StreamOptions{Name: "N", Subjects: []string{"n.>"}})
		if err != nil {
			t.Fatal(err)
		}
		for i, subject := range []string{"n.a", "n.b", "n.a"} {
			if _, err := s.Append(t.Context(), subject, fmt.Append(nil, i)); err != nil {
				t.Fatal(err)
			}
		}
		if m, err := s.Next(t.Context(), 2, "n.a"); err != nil || m.Seq != 3 || string(m.Data) != "2" {
			t.Errorf("got %+v, %v", m, err)
		}
		if err := s.Remove(t.Context(), 3); err != nil {
			t.Error(err)
		}
		if err := s.Remove(t.Context(), 3); !errors.Is(err, ErrNone) {
			t.Errorf("removed twice: %v", err)
		}
		if _, err := s.Next(t.Context(), 2, "n.a"); !errors.Is(err, ErrNone) {
			t.Errorf("next: %v", err)
		}
		if m, err := s.Next(t.Context(), 0, "n.>"); err != nil || m.Seq != 1 {
			t.Errorf("first: %+v, %v", m, err)
		}
	})
}
