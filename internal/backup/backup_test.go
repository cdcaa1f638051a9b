package backup_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"suhe/assets"
	"suhe/internal/backup"
)

// sample has members of no byte, of one, of a part exactly and of several.
func sample() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte {
		out := make([]byte, n)
		for i := range out {
			out[i] = byte(r.Uint32())
		}
		return out
	}
	return map[string][]byte{"store/a": nil, "store/tables/b": noise(1), "streams/OBS": noise(1 << 20), "media/x/y.jpg": noise(3<<20 + 7), "keys/device.key": []byte("key")}
}

func write(t testing.TB, passphrase string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := backup.NewWriter(&out, passphrase, backup.Manifest{Program: "test", Store: "geopackage"})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range sample() {
		m, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for rest := data; len(rest) > 0; rest = rest[min(len(rest), 70_001):] {
			if _, err := m.Write(rest[:min(len(rest), 70_001)]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, passphrase := range []string{"", "a long enough passphrase"} {
		archive := write(t, passphrase)
		m, err := backup.Verify(bytes.NewReader(archive), passphrase)
		if err != nil || m.Keys != (passphrase != "") || m.Program != "test" {
			t.Fatalf("Verify: %+v, %v", m, err)
		}
		got := map[string][]byte{}
		err = backup.Members(bytes.NewReader(archive), passphrase, m, func(name string, data io.Reader) error {
			content, err := io.ReadAll(data)
			got[name] = content
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range sample() {
			if is, ok := got[name]; !ok || !bytes.Equal(is, want) {
				t.Errorf("%s: %d bytes, want %d", name, len(is), len(want))
			}
		}
		if passphrase != "" && bytes.Contains(archive, []byte("device.key")) {
			t.Error("an encrypted archive tells what is in it")
		}
	}
	sealed := write(t, "a long enough passphrase")
	for _, other := range []string{"", "another passphrase"} {
		if _, err := backup.Verify(bytes.NewReader(sealed), other); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("with the passphrase %q: %v", other, err)
		}
	}
}

// Whatever bit is another, and wherever the archive is cut: it is found.
func TestDamageIsFound(t *testing.T) {
	for _, passphrase := range []string{"", "a long enough passphrase"} {
		archive := write(t, passphrase)
		r := rand.New(rand.NewPCG(3, 4))
		trials := 80
		if passphrase != "" {
			trials = 3 // each asks for the key anew
		}
		for range trials {
			damaged := bytes.Clone(archive)
			at := r.IntN(len(damaged))
			if r.IntN(4) == 0 {
				damaged = damaged[:at]
			} else {
				damaged[at] ^= 1 << r.IntN(8)
			}
			m, err := backup.Verify(bytes.NewReader(damaged), passphrase)
			if err == nil && !equal(m, archive, passphrase) {
				t.Fatalf("damage at byte %d of %d is not found", at, len(archive))
			}
		}
		m, err := backup.Verify(bytes.NewReader(archive), passphrase)
		if err != nil {
			t.Fatal(err)
		}
		m.Parts[1].SHA256 = strings.Repeat("0", 64)
		if err := backup.Members(bytes.NewReader(archive), passphrase, m, drain); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("an archive that changed after it was verified: %v", err)
		}
	}
}

// equal says whether the manifest is that of the archive: a bit that means nothing
// to the compression may be another.
func equal(m backup.Manifest, archive []byte, passphrase string) bool {
	want, err := backup.Verify(bytes.NewReader(archive), passphrase)
	return err == nil && fmt.Sprint(m.Parts) == fmt.Sprint(want.Parts)
}

func drain(_ string, data io.Reader) error {
	_, err := io.Copy(io.Discard, data)
	return err
}

// forged packs entries as somebody might who wants to write elsewhere, with a
// manifest that fits them.
func forged(t testing.TB, entries ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	pack, _ := zstd.NewWriter(&out)
	w := tar.NewWriter(pack)
	m := backup.Manifest{Format: "suhe-backup", Number: 1}
	for _, h := range entries {
		content := bytes.Repeat([]byte("x"), int(h.Size))
		sum := sha256.Sum256(content)
		m.Parts = append(m.Parts, backup.Part{Name: h.Name, Size: h.Size, SHA256: hex.EncodeToString(sum[:])})
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		w.Write(content)
	}
	text, _ := json.Marshal(m)
	w.WriteHeader(&tar.Header{Name: "manifest.json", Size: int64(len(text))})
	w.Write(text)
	w.Close()
	pack.Close()
	return out.Bytes()
}

func TestForgedArchivesAreRefused(t *testing.T) {
	const part = "/00000000"
	for _, name := range []string{"../evil", "/etc/passwd", "media/../../evil", "media/..", "media/./x", "media//x", `media\..\evil`, "media/a\\..\\b", "C:/x",
		"other/x", "media", "", "media/\n", "keys/...", "store/" + strings.Repeat("a/", 600)} {
		if _, err := backup.Verify(bytes.NewReader(forged(t, tar.Header{Typeflag: tar.TypeReg, Name: name + part, Size: 1})), ""); err == nil {
			t.Errorf("a member called %q is taken", name)
		}
	}
	good := tar.Header{Typeflag: tar.TypeReg, Name: "media/x" + part, Size: 1}
	if _, err := backup.Verify(bytes.NewReader(forged(t, good)), ""); err != nil {
		t.Fatalf("a good one: %v", err)
	}
	for name, entries := range map[string][]tar.Header{
		"a symbolic link": {{Typeflag: tar.TypeSymlink, Name: "media/x" + part, Linkname: "/etc/passwd"}},
		"a hard link":     {{Typeflag: tar.TypeLink, Name: "media/x" + part, Linkname: "/etc/passwd"}},
		"a folder":        {{Typeflag: tar.TypeDir, Name: "media/x" + part}},
		"one name twice":  {good, good},
		"no number":       {{Typeflag: tar.TypeReg, Name: "media/x", Size: 1}},
		"a bomb":          {{Typeflag: tar.TypeReg, Name: "media/x" + part, Size: 64 << 20}},
	} {
		if _, err := backup.Verify(bytes.NewReader(forged(t, entries...)), ""); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(write(f, ""))
	f.Add(forged(f, tar.Header{Typeflag: tar.TypeReg, Name: "media/x/00000000", Size: 3}))
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAA 30\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, archive []byte) {
		m, err := backup.Verify(bytes.NewReader(archive), "")
		if err != nil && !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%v is no kind of its own", err)
		}
		if err == nil {
			if err := backup.Members(bytes.NewReader(archive), "", m, drain); err != nil && !errors.Is(err, assets.ErrInvalid) {
				t.Errorf("verified, and then: %v", err)
			}
		}
	})
}
