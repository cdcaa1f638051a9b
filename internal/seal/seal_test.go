package seal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suhe/internal/seal"
)

func open(t testing.TB, file string) *seal.Keys {
	t.Helper()
	k, err := seal.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealedValuesOpenInTheirPlaceAlone(t *testing.T) {
	k, other := open(t, filepath.Join(t.TempDir(), "a")), open(t, filepath.Join(t.TempDir(), "b"))
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		place := rapid.SliceOfN(rapid.String(), 3, 3).Draw(t, "place")
		sealed := k.Seal(value, place...)
		if !seal.Is(sealed) || len(value) > 5 && strings.Contains(sealed, value) {
			t.Fatalf("%q", sealed)
		}
		if again := k.Seal(value, place...); again != sealed {
			t.Fatal("the same is sealed otherwise")
		}
		if got, err := k.Open(sealed, place...); err != nil || got != value {
			t.Fatalf("%q, %v", got, err)
		}
		if _, err := k.Open(sealed, place[0]+place[1], place[2]); !errors.Is(err, seal.ErrSealed) {
			t.Fatalf("of something else: %v", err)
		}
		if _, err := other.Open(sealed, place...); !errors.Is(err, seal.ErrSealed) {
			t.Fatalf("with another key: %v", err)
		}
		broken := []byte(sealed)
		at := rapid.IntRange(0, len(broken)-1).Draw(t, "at")
		broken[at] = "AB"[map[bool]int{true: 1}[broken[at] == 'A']]
		if got, err := k.Open(string(broken), place...); err == nil && string(broken) != sealed && got != value {
			t.Fatalf("changed at %d: %q", at, got)
		}
	})
}

func TestRotation(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seal.key")
	before := open(t, file)
	old := before.Seal("13800000000", "a")
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(t.TempDir(), "left.key")
	if err := os.WriteFile(left, was, 0o600); err != nil {
		t.Fatal(err)
	}
	behind := open(t, left)
	if err := seal.Rotate(file); err != nil {
		t.Fatal(err)
	}
	after := open(t, file)
	if got, err := after.Open(old, "a"); err != nil || got != "13800000000" || after.Current(old) {
		t.Errorf("what was sealed before: %q, %v, current %v", got, err, after.Current(old))
	}
	fresh := after.Seal("13800000000", "a")
	if fresh == old || !after.Current(fresh) {
		t.Error("the newest key does not seal")
	}
	if got, err := before.Open(fresh, "a"); err != nil || got != "13800000000" || !before.Current(fresh) {
		t.Errorf("by who followed the file: %q, %v", got, err)
	}
	if _, err := behind.Open(fresh, "a"); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("without the newest key: %v", err)
	}
	// A file that is broken, or gone, takes nothing away.
	told := make(chan error, 10)
	before.Failed = func(err error) { told <- err }
	for _, spoil := range []func() error{func() error { return os.WriteFile(file, []byte("nonsense!\n"), 0o600) }, func() error { return os.Remove(file) }} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := before.Open("sealed:1:00000000:AAAA", "a"); !errors.Is(err, seal.ErrSealed) {
			t.Error(err)
		}
		if got, err := before.Open(fresh, "a"); err != nil || got != "13800000000" {
			t.Errorf("with a spoilt file: %q, %v", got, err)
		}
		if err := <-told; err == nil {
			t.Error("nobody is told")
		}
	}
}

func TestKeyFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seal.key")
	open(t, file)
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	os.Chmod(file, 0o640)
	if _, err := seal.Open(file); err == nil || !strings.Contains(err.Error(), "0640") {
		t.Errorf("readable by others: %v", err)
	}
	for _, text := range []string{"", "\n", "short\n", "not base64!\n"} {
		os.Remove(file)
		os.WriteFile(file, []byte(text), 0o600)
		if _, err := seal.Open(file); err == nil || strings.Contains(err.Error(), "short") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k := open(f, filepath.Join(f.TempDir(), "key"))
	for _, seed := range []string{"", "sealed:1:", "sealed:1:00000000:AAAA", k.Seal("x", "a")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := k.Open(text, "b"); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("%q opens elsewhere: %v", text, err)
		}
	})
}
