package audit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"suhe/internal/audit"
)

// The seal of a node is read back as it was, by its own key alone.
func TestSeals(t *testing.T) {
	dir := t.TempDir()
	key, err := audit.OpenKey(filepath.Join(dir, "audit.key"))
	if err != nil {
		t.Fatal(err)
	}
	file := audit.SealFile{Path: filepath.Join(dir, "audit.seal"), Key: key}
	if _, sealed, err := file.Read(); sealed || err != nil {
		t.Errorf("before the first: %v %v", sealed, err)
	}
	last := chain(audit.SM3, 3)[2]
	head := audit.Head{Seq: last.Seq, At: last.At, Hash: last.Hash, Algorithm: audit.SM3}
	if err := file.Write(head); err != nil {
		t.Fatal(err)
	}
	again, err := audit.OpenKey(filepath.Join(dir, "audit.key"))
	if err != nil {
		t.Fatal(err)
	}
	if seal, sealed, err := (audit.SealFile{Path: file.Path, Key: again}).Read(); !sealed || err != nil || seal.Head != head {
		t.Errorf("read %+v %v", seal, err)
	}
	if _, _, err := (audit.SealFile{Path: file.Path, Key: openKey(t)}).Read(); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("by another key: %v", err)
	}
	text, err := os.ReadFile(file.Path)
	if err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string]string{
		"number": strings.Replace(string(text), `"seq":3`, `"seq":2`, 1), "hash": strings.Replace(string(text), last.Hash[:8], "00000000", 1),
		"algorithm": strings.Replace(string(text), "sm3", "sha256", 1), "no JSON": "{", "empty": "",
	} {
		if err := os.WriteFile(file.Path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := file.Read(); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
	for _, name := range []string{"audit.key", "audit.seal"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "short.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.OpenKey(filepath.Join(dir, "short.key")); err == nil {
		t.Error("a key of 5 bytes was taken")
	}
}
