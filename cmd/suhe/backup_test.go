package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"suhe/internal/backup"
	"suhe/internal/pgtest"
)

const passphrase = "a passphrase of the drill"

// The drill: a backup is made while devices report and people edit; the machine is
// gone; the backup is restored on an empty folder and an empty database, and a node
// starts on it. Nothing is missing that was acknowledged before the backup began.
func TestRestoreDrill(t *testing.T) {
	t.Setenv("SUHE_BACKUP_PASSPHRASE", passphrase)
	for name, empty := range map[string]func() []string{
		"geopackage": func() []string { return nil },
		"postgis":    func() []string { return []string{"--database", pgtest.Start(t)} },
	} {
		t.Run(name, func(t *testing.T) { drill(t, empty) })
	}
}

func drill(t *testing.T, empty func() []string) {
	dir, flags := t.TempDir(), empty()
	s := serve(t, dir, append([]string{"--demo", "--scene-size", "100", "--demo-password", testPassword}, flags...)...)
	os.MkdirAll(filepath.Join(dir, "media", "2026"), 0o700)
	os.WriteFile(filepath.Join(dir, "media", "2026", "照片.jpg"), []byte("a picture"), 0o600)
	if code, _, errs := suhe("hook", "add", "vendor", "--data-dir", dir); code != 0 {
		t.Fatal(errs)
	}
	ids := sensors(t, s, "wl", 5)
	byMQTT := sensors(t, s, "mq", 1)[0]
	r := &reporter{s: s, ids: ids}
	p := newPublisher(t, s, dir, byMQTT)
	e := &editor{s: s}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 3)
	go func() { done <- r.until(ctx, 2*time.Millisecond) }()
	go func() { done <- p.until(ctx) }()
	go func() { done <- e.until(ctx) }()
	eventually(t, "a load", func() bool { return r.acked.Load() > 1000 && p.acked.Load() > 20 && e.acked.Load() > 20 })

	begun := time.Now()
	reports, letters, edits := r.acked.Load(), p.acked.Load(), e.acked.Load()
	file := filepath.Join(t.TempDir(), "drill.backup")
	if code, _, errs := suhe("backup", file, "--server", s.url(""), "--token", as(t, s, "system")); code != 0 {
		t.Fatal(errs)
	}
	stop()
	for range 3 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if r.acked.Load() == reports || e.acked.Load() == edits {
		t.Error("nothing was acknowledged while the backup was made: no load")
	}
	was := epoch(t, s)
	s.kill()

	code, out, errs := suhe("backup", "verify", file)
	if code != 0 || !strings.Contains(out, "whole: "+map[bool]string{true: "geopackage", false: "postgis"}[flags == nil]) {
		t.Fatalf("verify: %d %s %s", code, out, errs)
	}
	if code, _, errs := suhe(append([]string{"restore", file, "--data-dir", dir}, flags...)...); code == 0 || !strings.Contains(errs, "is not empty") {
		t.Errorf("restored over what is there: %d %s", code, errs)
	}
	again, flags := t.TempDir(), empty()
	if code, _, errs := suhe(append([]string{"restore", file, "--data-dir", again}, flags...)...); code != 0 {
		t.Fatal(errs)
	}
	for _, name := range []string{"device.key", "hooks/vendor.secret", "media/2026/照片.jpg"} {
		want, _ := os.ReadFile(filepath.Join(dir, name))
		if got, err := os.ReadFile(filepath.Join(again, name)); err != nil || !bytes.Equal(got, want) || len(want) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	back := serve(t, again, flags...)
	if now := epoch(t, back); now <= was {
		t.Errorf("epoch %d after %d: a client would take the restored log for the one it knew", now, was)
	}
	for i := range edits {
		if get(t, back.url(fmt.Sprintf("/v1/assets/edit-%d", i)))["name"] == nil {
			t.Fatalf("edit %d of %d is lost", i, edits)
		}
	}
	for _, id := range ids {
		eventually(t, "the history of "+id, func() bool {
			samples := history(t, back, id)
			for _, at := range r.times[:reports/int64(len(ids))] {
				if !samples[float64(at)] {
					return false
				}
			}
			return true
		})
	}
	eventually(t, "what the device was told is received", func() bool {
		samples := history(t, back, byMQTT)
		for i := range letters {
			if !samples[letterValue(i)] {
				return false
			}
		}
		return true
	})
	// The device comes again with the token that it has, and what it sends arrives.
	q := newPublisher(t, back, again, byMQTT)
	q.next = 5000
	if err := q.once(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new reading", func() bool { return history(t, back, byMQTT)[letterValue(5000)] })
	t.Logf("%d observations, %d letters and %d edits before %s", reports, letters, edits, begun.Format(time.TimeOnly))
	back.terminate()
	sameAgain(t, again, flags, empty)
}

// sameAgain makes a backup of a folder that is still, restores it, makes one of
// that, and compares all that is in them.
func sameAgain(t *testing.T, dir string, flags []string, empty func() []string) {
	t.Helper()
	files := [2]string{filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")}
	if code, _, errs := suhe(append([]string{"backup", files[0], "--data-dir", dir}, flags...)...); code != 0 {
		t.Fatal(errs)
	}
	other, fresh := t.TempDir(), empty()
	if code, _, errs := suhe(append([]string{"restore", files[0], "--data-dir", other}, fresh...)...); code != 0 {
		t.Fatal(errs)
	}
	if code, _, errs := suhe(append([]string{"backup", files[1], "--data-dir", other}, fresh...)...); code != 0 {
		t.Fatal(errs)
	}
	one, two := contents(t, files[0]), contents(t, files[1])
	if !maps.Equal(one, two) || len(one) < 10 {
		t.Errorf("what was restored is another:\n%s\n%s", listed(one), listed(two))
	}
	_, record, _ := suhe(append([]string{"audit", "list", "--data-dir", other}, fresh...)...)
	for _, want := range []string{`"shell:`, "backup", files[1], "restore", files[0]} {
		if !strings.Contains(record, want) {
			t.Errorf("the record does not tell of %s:\n%s", want, record)
		}
	}
	if code, out, errs := suhe(append([]string{"audit", "verify", "--data-dir", other}, fresh...)...); code != 0 {
		t.Errorf("the record after a restore: %s%s", out, errs)
	}
	if code, _, errs := suhe(append([]string{"restore", files[0], "--data-dir", other, "--force"}, fresh...)...); code != 0 {
		t.Fatalf("by force: %s", errs)
	}
	if aside, _ := filepath.Glob(filepath.Join(other, ".before-*", "device.key")); len(aside) != 1 {
		t.Errorf("what was there is kept as %v", aside)
	}
}

// contents names the hash of each table, key, picture and stream of a backup. The
// epoch and the broker's own times are no contents, nor what the record tells of backups
// and restores.
func contents(t *testing.T, file string) map[string]string {
	t.Helper()
	out := map[string]string{}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := backup.Verify(f, passphrase)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range m.Streams {
		var state struct {
			Messages uint64 `json:"messages"`
			Bytes    uint64 `json:"bytes"`
			First    uint64 `json:"first_seq"`
			Last     uint64 `json:"last_seq"`
			From     string `json:"first_ts"`
			To       string `json:"last_ts"`
		}
		if err := json.Unmarshal(s.State, &state); err != nil {
			t.Fatal(err)
		}
		out["stream "+s.Name] = fmt.Sprint(state)
	}
	f.Seek(0, io.SeekStart)
	err = backup.Members(f, passphrase, m, func(name string, data io.Reader) error {
		content, err := io.ReadAll(data)
		switch {
		case strings.HasPrefix(name, "streams/"), name == "store/tables/meta", name == "store/tables/audit_head":
		case name == "store/suhe.gpkg":
			hashTables(t, content, out)
		case name == "store/tables/audit": // without xact, its last column
			lines := slices.DeleteFunc(strings.Split(string(content), "\n"), func(line string) bool {
				return strings.Contains(line, "\tbackup\t") || strings.Contains(line, "\trestore\t")
			})
			for i, line := range lines {
				lines[i] = line[:max(0, strings.LastIndexByte(line, '\t'))]
			}
			out[name] = fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, "\n"))))
		default:
			out[name] = fmt.Sprintf("%x", sha256.Sum256(content))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// hashTables hashes each table of a GeoPackage.
func hashTables(t *testing.T, content []byte, out map[string]string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "of.gpkg")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var tables []string
	read := func(query string, each func(*sql.Rows) error) {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			if err := each(rows); err != nil {
				t.Fatal(err)
			}
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
	}
	read("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('meta', 'audit_head') AND name NOT LIKE 'rtree_%_node' ORDER BY name", func(r *sql.Rows) error {
		tables = append(tables, "")
		return r.Scan(&tables[len(tables)-1])
	})
	for _, table := range tables {
		sum := sha256.New()
		but := ""
		if table == "audit" {
			but = "WHERE action NOT IN ('backup', 'restore')"
		}
		read(fmt.Sprintf("SELECT * FROM %q %s ORDER BY 1, 2", table, but), func(r *sql.Rows) error {
			columns, _ := r.Columns()
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			err := r.Scan(row...)
			for i := range row {
				fmt.Fprintf(sum, "%v|", *row[i].(*any))
			}
			return err
		})
		out[table] = fmt.Sprintf("%x", sum.Sum(nil))
	}
}

// as logs one of the demo's accounts in.
func as(t *testing.T, s *served, name string) (token string) {
	t.Helper()
	token, err := logIn(s.url(""), name, testPassword)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func listed(m map[string]string) string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, k+" "+m[k])
	}
	return strings.Join(lines, "\n")
}

// epoch is that of the positions which the node gives out.
func epoch(t testing.TB, s *served) uint64 {
	t.Helper()
	conn, err := subscribe(s)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var hello struct{ Position struct{ Epoch uint64 } }
	if err := conn.ReadJSON(&hello); err != nil || hello.Position.Epoch == 0 {
		t.Fatalf("hello: %+v, %v", hello, err)
	}
	return hello.Position.Epoch
}

// A route that is asked while a backup is made, or without a passphrase, says so,
// and a backup of a running node's own folder is refused.
func TestBackupsThatAreNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir, "--demo", "--scene-size", "100", "--demo-password", testPassword)
	if code, _, errs := suhe("backup", filepath.Join(t.TempDir(), "none"), "--server", s.url(""), "--token", as(t, s, "operator")); code == 0 || !strings.Contains(errs, "403") {
		t.Errorf("by an operator: %d %s", code, errs)
	}
	if code, _, errs := suhe("backup", filepath.Join(t.TempDir(), "none"), "--server", s.url(""), "--token", as(t, s, "system")); code == 0 || !strings.Contains(errs, "409") || !strings.Contains(errs, "--backup-passphrase") {
		t.Errorf("without a passphrase: %d %s", code, errs)
	}
	file := filepath.Join(t.TempDir(), "x")
	for _, args := range [][]string{{"backup", file, "--data-dir", dir}, {"restore", os.Args[0], "--data-dir", dir}, {"serve", "--listen", "127.0.0.1:0", "--mqtt-listen", freePort(t), "--data-dir", dir}} {
		if code, _, errs := suhe(args...); code == 0 || !strings.Contains(errs, "another process has") {
			t.Errorf("%v beside the node: %d %s", args[:1], code, errs)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	s.terminate()
	if code, _, errs := suhe("backup", file, "--data-dir", dir); code != 0 || !strings.Contains(errs, "holds no keys") {
		t.Errorf("without a passphrase: %d %s", code, errs)
	}
	if code, _, errs := suhe("backup", file, "--data-dir", dir); code == 0 || !strings.Contains(errs, "there already") {
		t.Errorf("over a file: %d %s", code, errs)
	}
	os.Mkdir(filepath.Join(dir, backup.Unfinished), 0o700)
	if code, _, errs := suhe("serve", "--listen", "127.0.0.1:0", "--mqtt-listen", freePort(t), "--data-dir", dir); code == 0 || !strings.Contains(errs, "restore again") {
		t.Errorf("serve on half a restore: %d %s", code, errs)
	}
	whole, _ := os.ReadFile(file)
	os.WriteFile(file, whole[:len(whole)-200], 0o600)
	empty := t.TempDir()
	if code, _, errs := suhe("restore", file, "--data-dir", empty); code != 2 {
		t.Errorf("half a backup: %d %s", code, errs)
	}
	if left, _ := os.ReadDir(empty); len(left) > 1 || len(left) == 1 && left[0].Name() != ".lock" {
		t.Errorf("half a backup left %v", left)
	}
}
