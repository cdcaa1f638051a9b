package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"suhe/internal/backup"
)

// What is sealed is in plain text in no table, file, log line or backup; who may see
// it sees it, also after a new key was made.
func TestNothingSealedIsInPlainText(t *testing.T) {
	t.Parallel()
	for name, flags := range stores(t) {
		t.Run(name, func(t *testing.T) {
			const phone, address = "13901239876", "rtsp://cam:hunter2@10.3.4.5/main"
			dir := t.TempDir()
			s := serve(t, dir, flags...)
			send := func(id, text string) (int, string) {
				t.Helper()
				status, answer, _, err := ask(t.Context(), http.MethodPut, s.url("/v1/assets/"+id), text)
				if err != nil {
					t.Fatal(err)
				}
				return status, answer
			}
			form := `{"kind":%q,"class":%q,"lifecycle":"in_use","geometry":{"type":"Point","coordinates":[121.44,31.25]},"properties":{%q:%q}}`
			for id, text := range map[string]string{
				"p-1": fmt.Sprintf(form, "mover", "mover.patrol", "phone", phone),
				"c-1": strings.Replace(fmt.Sprintf(form, "camera", "camera.dome", "stream", address), `"properties"`,
					`"camera":{"mountHeight":6,"azimuth":120,"tilt":10,"horizontalFov":60,"verticalFov":35,"range":80,"ptz":"fixed"},"properties"`, 1),
			} {
				if status, answer := send(id, text); status != http.StatusCreated {
					t.Fatalf("PUT %s: %d %s", id, status, answer)
				}
			}
			// One that is refused is told of without its value.
			if _, answer := send("p-2", fmt.Sprintf(form, "mover", "mover.patrol", "phone", phone+strings.Repeat("0", 40))); strings.Contains(answer, phone) {
				t.Errorf("an error tells a number: %s", answer)
			}
			seen := func() string {
				_, one, _, _ := ask(t.Context(), http.MethodGet, s.url("/v1/assets/p-1?purpose=drill"), "")
				_, two, _, _ := ask(t.Context(), http.MethodGet, s.url("/v1/assets/c-1?purpose=drill"), "")
				return one + two
			}
			if text := seen(); !strings.Contains(text, phone) || !strings.Contains(text, address) {
				t.Errorf("an operator sees %s", text)
			}
			hidden := func() {
				t.Helper()
				plain(t, "the log", strings.NewReader(s.log.String()), phone, "hunter2")
				filesHide(t, dir, phone, "hunter2")
				backupHides(t, dir, flags, phone, "hunter2")
			}
			s.terminate()
			hidden()
			s.start()
			s.login()
			if code, out, errs := suhe(append([]string{"seal", "rotate", "--data-dir", dir}, flags...)...); code != 0 || !strings.HasPrefix(out, "2 assets") {
				t.Fatalf("rotate: %d %s %s", code, out, errs)
			}
			// The node follows the file: what is sealed with the new key it opens at once.
			eventually(t, "the node has what was sealed anew", func() bool {
				return get(t, s.url("/v1/assets/p-1?purpose=drill"))["revision"].(float64) > 1
			})
			if text := seen(); !strings.Contains(text, phone) || !strings.Contains(text, address) {
				t.Errorf("with a new key an operator sees %s", text)
			}
			s.terminate()
			hidden()
		})
	}
}

// plain fails if one of the secrets is in what is read.
func plain(t *testing.T, where string, r io.Reader, secrets ...string) {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s holds %q in plain text", where, secret)
		}
	}
}

// filesHide reads every file of the folder: store, its log, streams.
func filesHide(t *testing.T, dir string, secrets ...string) {
	t.Helper()
	files := 0
	filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		files++
		plain(t, name, f, secrets...)
		return nil
	})
	if files < 5 {
		t.Errorf("%d files in %s", files, dir)
	}
}

// backupHides reads every member of an unencrypted backup: of PostGIS all tables.
func backupHides(t *testing.T, dir string, flags []string, secrets ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup")
	if code, _, errs := suhe(append([]string{"backup", file, "--data-dir", dir}, flags...)...); code != 0 {
		t.Fatal(errs)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := backup.Verify(f, "")
	if err != nil {
		t.Fatal(err)
	}
	f.Seek(0, io.SeekStart)
	sealed := false
	err = backup.Members(f, "", m, func(name string, data io.Reader) error {
		text, err := io.ReadAll(data)
		sealed = sealed || bytes.Contains(text, []byte("sealed:1:"))
		plain(t, name, bytes.NewReader(text), secrets...)
		return err
	})
	if err != nil || !sealed {
		t.Errorf("backup: %v, sealed values %v", err, sealed)
	}
}
