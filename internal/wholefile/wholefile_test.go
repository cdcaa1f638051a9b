package wholefile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"suhe/internal/backup"
	"suhe/internal/wholefile"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.seal")
	for _, text := range []string{"first", "second", ""} {
		if err := wholefile.Replace(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("read %q, %v, want %q", got, err, text)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v, want it readable by its owner only", info.Mode(), err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := wholefile.Replace(filepath.Join(dir, "folder"), []byte("x")); err == nil {
		t.Error("a file replaced a folder")
	}
	if err := wholefile.Replace(filepath.Join(dir, "no", "a"), []byte("x")); err == nil {
		t.Error("wrote where there is no folder")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	key, err := wholefile.Key(path)
	if err != nil || len(key) != 32 {
		t.Fatalf("made %d bytes, %v", len(key), err)
	}
	if again, err := wholefile.Key(path); err != nil || !bytes.Equal(again, key) {
		t.Errorf("read another key, %v", err)
	}
	if err := os.WriteFile(path, key[:31], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := wholefile.Key(path); err == nil || !strings.HasSuffix(err.Error(), "a.key has 31 bytes, want 32") {
		t.Errorf("a short key: %v", err)
	}
}

// What a crash leaves half written is in no backup.
func TestNoBackupTakesAPart(t *testing.T) {
	if name := "audit.key" + strings.ReplaceAll(wholefile.Part, "*", "123"); backup.MemberOf(name) != "" || backup.MemberOf("audit.key") == "" {
		t.Errorf("%s is kept as %q", name, backup.MemberOf(name))
	}
}
