package access

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"suhe/assets"
)

var noon = time.Unix(1_795_392_000, 0)

func TestHooksAreKeptInFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "hooks")
	h := OpenHooks(dir, nil)
	if names, err := h.Names(); err != nil || len(names) != 0 {
		t.Fatalf("before the first: %v, %v", names, err)
	}
	secret, err := h.Add("water-ai")
	if err != nil || !strings.HasPrefix(secret, secretPrefix) || len(secret) < 40 {
		t.Fatalf("%q, %v", secret, err)
	}
	if other, err := h.Add("crowd"); err != nil || other == secret {
		t.Fatalf("two hooks share a secret, or %v", err)
	}
	if _, err := h.Add("water-ai"); !errors.Is(err, assets.ErrConflict) {
		t.Errorf("added twice: %v", err)
	}
	for _, name := range []string{"", "A", "../crowd", "a/b", ".x", strings.Repeat("x", 65), "a\x00"} {
		if _, err := h.Add(name); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("add %q: %v", name, err)
		}
		if err := h.Remove(name); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("remove %q: %v", name, err)
		}
	}
	if names, err := h.Names(); err != nil || !slices.Equal(names, []string{"crowd", "water-ai"}) {
		t.Errorf("%v, %v", names, err)
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, _ := e.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
	if len(entries) != 2 {
		t.Errorf("files %v", entries)
	}
}

func TestTake(t *testing.T) {
	h := OpenHooks(t.TempDir(), nil)
	secret, err := h.Add("ai")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"id":"1"}`)
	good := Sign(secret, noon, body)
	_, v1, _ := strings.Cut(good, ",")
	_, sum, _ := strings.Cut(v1, "=")
	for _, c := range []struct {
		name, hook, signature, body string
		want                        string // part of the error; "": taken
	}{
		{"good", "ai", good, "", ""},
		{"two secrets", "ai", fmt.Sprintf("v1=%s,t=%d,v1=%s", strings.Repeat("0", 64), noon.Unix(), sum), "", ""},
		{"spaces and another version", "ai", strings.ReplaceAll(good, ",", ", v0=x, "), "", ""},
		{"other body", "ai", good, `{"id":"2"}`, "not that of this hook"},
		{"other time", "ai", strings.Replace(good, "t=", "t=1", 1), "", "5 minutes off"},
		{"time moved by one", "ai", fmt.Sprintf("t=%d,%s", noon.Unix()+1, v1), "", "not that of this hook"},
		{"other secret", "ai", Sign("whsec_x", noon, body), "", "not that of this hook"},
		{"no such hook", "nobody", good, "", "not that of this hook"},
		{"no such name", "../ai", good, "", "not that of this hook"},
		{"missing", "ai", "", "", "missing"},
		{"no sum", "ai", "t=1795392000", "", "want t=UNIX"},
		{"no time", "ai", v1, "", "want t=UNIX"},
		{"two times", "ai", good + ",t=1795392000", "", "one Unix time"},
		{"time as text", "ai", "t=now," + v1, "", "one Unix time"},
		{"time with a sign", "ai", strings.Replace(good, "t=", "t=+", 1), "", "one Unix time"},
		{"short sum", "ai", "t=1795392000,v1=00", "", "64 hexadecimal"},
		{"sum of letters", "ai", "t=1795392000,v1=" + strings.Repeat("z", 64), "", "64 hexadecimal"},
		{"five sums", "ai", good + strings.Repeat(","+v1, 4), "", "at most 4 times"},
		{"long", "ai", good + strings.Repeat(",x=y", 200), "", "want at most 512"},
	} {
		text := body
		if c.body != "" {
			text = []byte(c.body)
		}
		h.seen = map[[32]byte]int64{}
		taken := false
		err := h.Take(t.Context(), c.hook, c.signature, text, noon, func() error { taken = true; return nil })
		switch {
		case c.want == "" && (err != nil || !taken):
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (taken || !errors.Is(err, ErrUnauthenticated) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		case err != nil && strings.Contains(err.Error(), secret):
			t.Errorf("%s: the error tells the secret", c.name)
		}
	}
}

// Who has no secret cannot tell a hook that is not there from one that is.
func TestUnknownHookLooksLikeAWrongSignature(t *testing.T) {
	h := OpenHooks(t.TempDir(), nil)
	if _, err := h.Add("ai"); err != nil {
		t.Fatal(err)
	}
	for _, signature := range []string{"", "t=1", Sign("guess", noon, nil), Sign("guess", noon.Add(-time.Hour), nil)} {
		there := h.Take(t.Context(), "ai", signature, nil, noon, nil)
		not := h.Take(t.Context(), "nobody", signature, nil, noon, nil)
		if there == nil || not == nil || there.Error() != not.Error() {
			t.Errorf("%q: %v and %v", signature, there, not)
		}
	}
}

func TestTakeInTime(t *testing.T) {
	h := OpenHooks(t.TempDir(), nil)
	secret, _ := h.Add("ai")
	for off, good := range map[time.Duration]bool{0: true, 5 * time.Minute: true, -5 * time.Minute: true, 301 * time.Second: false, -301 * time.Second: false} {
		err := h.Take(t.Context(), "ai", Sign(secret, noon.Add(off), nil), nil, noon, func() error { return nil })
		if (err == nil) != good {
			t.Errorf("%v off: %v", off, err)
		}
	}
	if err := h.Remove("ai"); err != nil {
		t.Fatal(err)
	}
	if err := h.Take(t.Context(), "ai", Sign(secret, noon.Add(time.Second), nil), nil, noon, func() error { return nil }); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("a removed hook: %v", err)
	}
}

func TestTakeOnce(t *testing.T) {
	h := OpenHooks(t.TempDir(), nil)
	secret, _ := h.Add("ai")
	signature := Sign(secret, noon, nil)
	busy := errors.New("busy")
	if err := h.Take(t.Context(), "ai", signature, nil, noon, func() error { return busy }); !errors.Is(err, busy) {
		t.Fatal(err)
	}
	var taken, refused atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			switch err := h.Take(t.Context(), "ai", signature, nil, noon, func() error { taken.Add(1); return nil }); {
			case errors.Is(err, assets.ErrConflict):
				refused.Add(1)
			case err != nil:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 || refused.Load() != 19 {
		t.Errorf("taken %d times, refused %d", taken.Load(), refused.Load())
	}
	for i := range int64(maxSeen) {
		h.seen[[32]byte{1, byte(i), byte(i >> 8), byte(i >> 16)}] = noon.Unix()
	}
	later := noon.Add(time.Second)
	if err := h.Take(t.Context(), "ai", Sign(secret, later, nil), nil, later, func() error { return nil }); err != nil || len(h.seen) > 2 {
		t.Errorf("what is too old is not forgotten: %v, %d known", err, len(h.seen))
	}
	for i := range int64(maxSeen) {
		h.seen[[32]byte{1, byte(i), byte(i >> 8), byte(i >> 16)}] = noon.Unix() + 100
	}
	if err := h.Take(t.Context(), "ai", Sign(secret, later, []byte("x")), []byte("x"), later, nil); !errors.Is(err, assets.ErrBusy) {
		t.Errorf("too many: %v", err)
	}
}

func FuzzParseSignature(f *testing.F) {
	for _, s := range []string{"", "t=1,v1=00", Sign("s", noon, nil), "t=1,t=2", ",,,===", "v1=" + strings.Repeat("0", 64)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		s, err := parseSignature(header)
		if err != nil {
			if !errors.Is(err, ErrUnauthenticated) {
				t.Fatal(err)
			}
			return
		}
		if len(s.sums) == 0 || len(s.sums) > maxSignatures || s.at < 0 {
			t.Fatalf("%q: %+v", header, s)
		}
	})
}
