package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"suhe/internal/freeport"
	"suhe/internal/pgtest"
	"suhe/internal/testcert"
)

// program is the built program, as a user runs it: a test can kill it, and it is
// as fast as it really is.
var program string

func TestMain(m *testing.M) {
	if file := os.Getenv(clockFile); file != "" {
		os.Exit(withOtherClock(file))
	}
	os.Exit(withProgram(m))
}

func withProgram(m *testing.M) int {
	dir, err := os.MkdirTemp("", "suhe-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "suhe")
	if out, err := exec.Command("go", "build", "-pgo=off", "-o", program, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := pgtest.Main(m)
	for _, leak := range written.leaks() {
		fmt.Fprintln(os.Stderr, "FAIL:", leak)
		code = 1
	}
	return code
}

// suhe runs a command to its end.
func suhe(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(context.Background(), args, &out, &errs)
	written.keepOf(args, out.String())
	return code, out.String(), errs.String()
}

// served is a running `suhe serve` in a process of its own.
type served struct {
	t     testing.TB
	path  string // of the program
	cmd   *exec.Cmd
	args  []string
	env   []string // nil: ours
	http  string   // host:port
	mqtt  string
	admin string // without logins
	log   *syncBuffer
}

// syncBuffer is written by a process and read by the test.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func freePort(t testing.TB) string {
	t.Helper()
	address, err := freeport.Address()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// serve starts a node on free ports and waits until it is ready.
func serve(t testing.TB, dir string, more ...string) *served {
	t.Helper()
	s := newServed(t, program, dir, more...)
	s.begin()
	return s
}

// begin lets the test in, for the first time.
func (s *served) begin() {
	s.t.Helper()
	s.admit()
	s.start()
	s.login()
}

// newServed is a node that has yet to be started, with a store that knows nobody.
func newServed(t testing.TB, path, dir string, more ...string) *served {
	t.Helper()
	s := &served{t: t, path: path, http: freePort(t), mqtt: freePort(t), admin: freePort(t), log: new(syncBuffer)}
	s.args = append([]string{"serve", "--data-dir", dir, "--listen", s.http, "--mqtt-listen", s.mqtt, "--admin-listen", s.admin}, more...)
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			s.kill()
		}
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	written.listen(t.Name(), s.log)
	written.keepOf(s.args, "")
	return s
}

// start starts the process and returns how long it took until it was ready.
func (s *served) start() time.Duration {
	s.t.Helper()
	began := time.Now()
	s.cmd = exec.Command(s.path, s.args...)
	s.cmd.Env = s.env
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for end := began.Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if response, err := http.Get("http://" + s.admin + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return time.Since(began)
			}
		}
	}
	s.t.Fatalf("not ready after %v:\n%s", patience, s.log.String())
	return 0
}

func (s *served) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// terminate lets the process take its leave.
func (s *served) terminate() {
	s.t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("SIGTERM: %v", err)
	}
}

// url is the address of a path at the HTTP listener.
func (s *served) url(path string) string {
	if slices.Contains(s.args, "--tls-cert") {
		return "https://" + s.http + path
	}
	return "http://" + s.http + path
}

func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "database")
	os.WriteFile(secret, []byte("postgres://u:from-file@h/d\n"), 0o600)
	config := filepath.Join(dir, "suhe.json")
	os.WriteFile(config, []byte(`{"listen":"127.0.0.1:9999","scene-size":7}`), 0o600)
	maps := filepath.Join(dir, "maps.json")
	os.WriteFile(maps, []byte(`{"basemap":{"city":"c.pmtiles","photo":"p.mbtiles"}}`), 0o600)
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	testcert.Write(t, cert, key)
	tiles := []string{"export", "--data-dir", dir, "--tiles", dir + "/out.pmtiles"}
	mapped, sample := filepath.Join(dir, "fine.json"), filepath.Join(dir, "sample")
	os.WriteFile(mapped, []byte(`{"http":true,"items":"","device":{"is":"wl-1"},"values":[{"from":"/v","phenomenon":"water_level","unit":"cm"}]}`), 0o600)
	os.WriteFile(sample, []byte(`[{"v":312},{"v":"x"}]`), 0o600)
	tests := []struct {
		name string
		env  map[string]string
		args []string
		code int
		want string // part of what it writes
	}{
		{"help", nil, []string{"--help"}, 0, "Usage: suhe"},
		{"version", nil, []string{"--version"}, 0, "dev"},
		{"no command", nil, nil, 2, "expected one of"},
		{"unknown command", nil, []string{"dance"}, 2, "dance"},
		{"unknown flag", nil, []string{"check", "--loud"}, 2, "--loud"},
		{"check", nil, []string{"check"}, 0, "127.0.0.1:8080"},
		{"a flag", nil, []string{"check", "--listen", "127.0.0.1:1"}, 0, "127.0.0.1:1\n"},
		{"the environment", map[string]string{"SUHE_LISTEN": "127.0.0.1:2"}, []string{"check"}, 0, "127.0.0.1:2\n"},
		{"the file", nil, []string{"check", "--config", config}, 0, "127.0.0.1:9999"},
		{"the environment before the file", map[string]string{"SUHE_LISTEN": "127.0.0.1:3"}, []string{"check", "--config", config}, 0, "127.0.0.1:3\n"},
		{"a secret in a file", map[string]string{"SUHE_DATABASE_FILE": secret}, []string{"check"}, 0, "postgres://u:xxxxx@h/d"},
		{"no such secret file", map[string]string{"SUHE_DATABASE_FILE": dir + "/none"}, []string{"check"}, 2, "SUHE_DATABASE_FILE"},
		{"no address", nil, []string{"check", "--listen", "nonsense"}, 2, `listen: "nonsense"`},
		{"a mapping", nil, []string{"check", "mapping", mapped, sample}, 0, "water_level  3.12   m\nrefused: item 1: /v: \"x\""},
		{"a mapping of nothing", nil, []string{"check", "mapping", mapped, secret}, 1, "makes no observation"},
		{"a bad mapping", nil, []string{"check", "mapping", config, sample}, 2, "suhe: invalid: mapping suhe: json: unknown field"},
		{"no such mapping", nil, []string{"check", "mapping", dir + "/none.json", sample}, 1, "none.json"},
		{"a bad topic", nil, []string{"check", "mapping", mapped, sample, "--topic", "x"}, 2, "topic:"},
		{"no such folder of mappings", nil, []string{"check", "--mappings", dir + "/none"}, 2, "mappings: open"},
		{"a folder with bad mappings", nil, []string{"check", "--mappings", dir}, 2, "mapping suhe:"},
		{"a bad gateway id", nil, []string{"gateway", "token", "no id!", "--data-dir", dir}, 2, "id: ' '"},
		{"dead letters of no server", nil, []string{"deadletters", "list", "--server", "http://127.0.0.1:1"}, 1, "127.0.0.1:1"},
		{"dead letters of no address", nil, []string{"deadletters", "list", "--server", "::"}, 2, "server:"},
		{"dead letters without a limit", nil, []string{"deadletters", "list", "--limit", "0"}, 2, "limit: 0"},
		{"open to others", nil, []string{"check", "--listen", "0.0.0.0:8080"}, 2, "--insecure-bind"},
		{"open to others by flag", nil, []string{"check", "--listen", "0.0.0.0:8080", "--insecure-bind"}, 0, "0.0.0.0:8080"},
		{"open to others by TLS", nil, []string{"check", "--listen", "0.0.0.0:8080", "--tls-cert", cert, "--tls-key", key}, 0, cert},
		{"behind a proxy", nil, []string{"check", "--listen", ":8080", "--trusted-proxy", "10.0.0.0/8"}, 0, "10.0.0.0/8"},
		{"devices open to others", nil, []string{"check", "--mqtt-listen", "192.0.2.1:1883", "--tls-cert", cert, "--tls-key", key}, 2, "mqtt-listen: 192.0.2.1:1883"},
		{"serve open to others", nil, []string{"serve", "--listen", "[::]:8080"}, 2, "listen: [::]:8080 is open to others"},
		{"a certificate without its key", nil, []string{"check", "--tls-cert", cert}, 2, "tls-cert: want tls-key"},
		{"a certificate that is none", nil, []string{"check", "--tls-cert", secret, "--tls-key", key}, 2, "tls-cert: certificate " + secret},
		{"no origin", nil, []string{"check", "--origin", "https://map.example/x"}, 2, `origin: "https://map.example/x"`},
		{"no proxy", nil, []string{"check", "--trusted-proxy", "proxy"}, 2, `trusted-proxy: "proxy"`},
		{"an open admin listener", nil, []string{"check", "--admin-listen", "0.0.0.0:8081"}, 2, `admin-listen: "0.0.0.0:8081"`},
		{"no connections", nil, []string{"check", "--connections-per-address", "0"}, 2, "connections-per-address: 0"},
		{"no network of webhooks", nil, []string{"check", "--webhook-networks", "10.0.0.1"}, 2, `webhook-networks: "10.0.0.1"`},
		{"no authority of webhooks", nil, []string{"check", "--webhook-ca", secret}, 2, "webhook-ca: " + secret},
		{"too patient a webhook", nil, []string{"check", "--webhook-patience", "169h"}, 2, "webhook-patience: 169h"},
		{"too large a scene", nil, []string{"serve", "--scene-size", "1000001"}, 2, "scene-size: 1000001"},
		{"too short a record", nil, []string{"check", "--audit-keep", "4319h"}, 2, "audit-keep: 4319h0m0s"},
		{"no collector", nil, []string{"check", "--syslog", "host:514"}, 2, "syslog: \"host:514\""},
		{"no such hash", nil, []string{"check", "--audit-hash", "md5"}, 2, "md5"},
		{"a negative rate", nil, []string{"check", "--request-rate=-1"}, 2, "request-rate: -1"},
		{"too long a farewell", nil, []string{"check", "--drain", "2m"}, 2, "drain: 2m"},
		{"no database", nil, []string{"check", "--database", "mysql://h"}, 2, "database:"},
		{"a bad device id", nil, []string{"device", "token", "no id!", "--data-dir", dir}, 2, "id: ' ' at byte 2"},
		{"no such file", nil, []string{"import", dir + "/none.csv", "--data-dir", dir}, 1, "none.csv"},
		{"no such kind", nil, []string{"import", dir + "/none.csv", "--kind", "cat", "--data-dir", dir}, 2, `"cat"`},
		{"base maps", nil, []string{"check", "--basemap", "b=2.pmtiles", "--basemap", "a=1.mbtiles"}, 0, "a=1.mbtiles;b=2.pmtiles\n"},
		{"base maps of the environment", map[string]string{"SUHE_BASEMAP": "a=1.pmtiles;b=2.pmtiles"}, []string{"check"}, 0, "a=1.pmtiles;b=2.pmtiles\n"},
		{"base maps of the file", nil, []string{"check", "--config", maps}, 0, "city=c.pmtiles;photo=p.mbtiles\n"},
		{"a base map without a file", nil, []string{"check", "--basemap", "a"}, 2, "--basemap"},
		{"a base map of a bad name", nil, []string{"check", "--basemap", "A/b=1.pmtiles"}, 2, `basemap: "A/b"`},
		{"a base map that is none", nil, []string{"serve", "--listen", "127.0.0.1:0", "--data-dir", dir, "--basemap", "a=" + maps}, 2, "broken archive"},
		{"no such base map", nil, []string{"serve", "--listen", "127.0.0.1:0", "--data-dir", dir, "--basemap", "a=" + dir + "/none"}, 2, "no such file"},
		{"nothing to export", nil, []string{"export", "--data-dir", dir}, 2, "--tiles"},
		{"two things to export", nil, append(tiles, "a.gpkg"), 2, "--tiles"},
		{"tiles of a kind", nil, append(tiles, "--kind", "camera"), 2, "--layers"},
		{"zooms backwards", nil, append(tiles, "--zooms", "9-8"), 2, `zooms: "9-8"`},
		{"zooms too deep", nil, append(tiles, "--zooms", "8-23"), 2, `zooms: "8-23"`},
		{"no zooms", nil, append(tiles, "--zooms", "a-b"), 2, `zooms: "a-b"`},
		{"no bounds", nil, append(tiles, "--bounds", "1,2,3"), 2, `bounds: "1,2,3"`},
		{"bounds backwards", nil, append(tiles, "--bounds", "3,2,1,4"), 2, "west before east"},
		{"bounds of no number", nil, append(tiles, "--bounds", "NaN,2,1,4"), 2, "bounds:"},
		{"no such layer", nil, append(tiles, "--layers", "roads"), 2, `"roads"`},
		{"tiles of nothing", nil, tiles, 2, "nothing is in them"},
		{"no such format of tiles", nil, []string{"export", "--data-dir", dir, "--tiles", dir + "/out.zip"}, 2, "out.zip"},
		{"no such format", nil, []string{"export", dir + "/out.txt", "--data-dir", dir}, 2, "out.txt"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			code, out, errs := suhe(test.args...)
			if code != test.code || !strings.Contains(out+errs, test.want) {
				t.Errorf("exit %d, want %d; wrote %q and %q, want %q", code, test.code, out, errs, test.want)
			}
			if strings.Contains(out+errs, "from-file") {
				t.Errorf("a secret was written: %q", out+errs)
			}
		})
	}
}

func TestTokensAreSteady(t *testing.T) {
	dir := t.TempDir()
	_, one, _ := suhe("device", "token", "wl-0001", "--data-dir", dir)
	_, again, _ := suhe("device", "token", "wl-0001", "--data-dir", dir)
	_, other, _ := suhe("device", "token", "wl-0002", "--data-dir", dir)
	_, gateway, _ := suhe("gateway", "token", "wl-0001", "--data-dir", dir)
	if one == "" || one != again || one == other || gateway == "" || one == gateway {
		t.Errorf("tokens %q, %q, %q", one, again, other)
	}
}
