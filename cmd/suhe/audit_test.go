package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"suhe/internal/access"
)

// collector is a syslog server (RFC 6587, octet counting) that remembers.
type collector struct {
	address string
	heard   *syncBuffer
}

func collect(t *testing.T) collector {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	c := collector{"tcp://" + listener.Addr().String(), new(syncBuffer)}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go c.listen(conn)
		}
	}()
	return c
}

func (c collector) listen(conn net.Conn) {
	defer conn.Close()
	for r := bufio.NewReader(conn); ; {
		size, err := r.ReadString(' ')
		n, wrong := strconv.Atoi(strings.TrimSpace(size))
		message := make([]byte, max(n, 0))
		if _, short := io.ReadFull(r, message); err != nil || wrong != nil || short != nil {
			return
		}
		_, _ = c.heard.Write(append(message, '\n'))
	}
}

// status asks by a method and returns the status.
func status(t *testing.T, method, url, body string) int {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// What people do at a node, what they are refused, and what is done at its machine
// stands in one record, which is whole after a kill; the collector hears of the
// refusals. A file that is taken from it is proof of what it held.
func TestTheRecord(t *testing.T) {
	t.Parallel()
	for name, flags := range stores(t) {
		t.Run(name, func(t *testing.T) {
			ears := collect(t)
			dir := t.TempDir()
			where := append([]string{"--data-dir", dir}, flags...)
			command := func(want int, args ...string) string {
				t.Helper()
				code, out, errs := suhe(append(args, where...)...)
				if code != want {
					t.Fatalf("%v: exit %d, want %d: %s%s", args, code, want, out, errs)
				}
				return out + errs
			}
			s := serve(t, dir, append(flags, "--syslog", ears.address)...)
			put(t, s, "wl-1")
			if _, err := logIn(s.url(""), testName, "wrong"); err == nil {
				t.Error("a wrong password was taken")
			}
			if got := status(t, http.MethodGet, s.url("/v1/audit"), ""); got != http.StatusForbidden {
				t.Errorf("an operator reads the record: %d", got)
			}
			if got := status(t, http.MethodPost, s.url("/v1/devices/wl-1/commands?purpose=test&incident=2026-7"), `{"name":"reboot"}`); got != http.StatusAccepted {
				t.Errorf("a command: %d", got)
			}
			eventually(t, "that the collector hears", func() bool {
				heard := ears.heard.String()
				return strings.Contains(heard, ` suhe `) && strings.Contains(heard, "] {\"seq\":") && strings.Contains(heard, `"action":"login"`) && strings.Contains(heard, `GET /v1/audit`)
			})
			if strings.Contains(ears.heard.String(), "wl-1") || strings.Contains(ears.heard.String(), "wrong") {
				t.Errorf("the collector heard too much: %s", ears.heard)
			}
			s.kill()
			command(exitOK, "export", filepath.Join(dir, "out.geojson"))
			if out := command(exitOK, "audit", "verify"); !strings.Contains(out, "the record is sound: entries 1 to ") || !strings.Contains(out, "confirmed from outside") {
				t.Errorf("verified: %s", out)
			}
			list := command(exitOK, "audit", "list", "--limit", "100")
			for _, want := range []string{
				`"shell:` + shellUser() + `"`, "asset edit", `"asset wl-1"`, `{"by":"tester","created":1,"ids":["wl-1"]}`, "device command", `"test"`, "2026-7",
				"record begin", "asset export", `"file out.geojson"`, "GET /v1/audit", "account",
			} {
				if !strings.Contains(list, want) {
					t.Errorf("the list lacks %q:\n%s", want, list)
				}
			}
			if refused := command(exitOK, "audit", "list", "--outcome", "refused", "--who", testName); strings.Count(refused, "\n") != 3 || strings.Contains(refused, "By-the-creek") {
				t.Errorf("refused, of one account:\n%s", refused)
			}

			file, key := filepath.Join(dir, "audit.jsonl"), strings.TrimSpace(command(exitOK, "audit", "key", "--data-dir", dir))
			command(exitOK, "audit", "export", file)
			if code, out, errs := suhe("audit", "verify", file, "--key", key); code != exitOK || !strings.Contains(out, "is sound") {
				t.Errorf("the file: %d %s%s", code, out, errs)
			}
			command(exitOK, "audit", "verify", "--against", file)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			forged := filepath.Join(dir, "forged.jsonl")
			if err := os.WriteFile(forged, bytes.Replace(text, []byte("wl-1"), []byte("wl-2"), 1), 0o600); err != nil {
				t.Fatal(err)
			}
			if code, _, errs := suhe("audit", "verify", forged); code != exitFailed || !strings.Contains(errs, "the record is broken at entry") {
				t.Errorf("a forged file: %d %s", code, errs)
			}

			s.start() // and goes on
			s.login()
			put(t, s, "wl-2")
			s.terminate()
			if out := command(exitOK, "audit", "verify", "--against", file); !strings.Contains(out, "sound") {
				t.Error(out)
			}
		})
	}
}

// A store that lost its record, or was put back to an earlier one, is found by the
// seal that lies beside it, and by an export.
func TestALostRecord(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	s := serve(t, dir)
	put(t, s, "wl-1")
	s.terminate()
	file := filepath.Join(other, "audit.jsonl")
	if code, _, errs := suhe("audit", "export", file, "--data-dir", dir); code != exitOK {
		t.Fatal(errs)
	}
	for _, args := range [][]string{{}, {"--against", file}} {
		empty := t.TempDir()
		if len(args) == 0 {
			for _, name := range []string{"audit.key", "audit.seal"} {
				text, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(empty, name), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		code, out, errs := suhe(append([]string{"audit", "verify", "--data-dir", empty}, args...)...)
		if code != exitFailed || !strings.Contains(errs, "the record is broken at entry") {
			t.Errorf("%v: %d %s%s", args, code, out, errs)
		}
	}
}

// Roles that administer see nothing of the world, and the others nothing of the record.
func TestOnlyOneRoleReadsTheRecord(t *testing.T) {
	t.Parallel()
	for _, spec := range access.Roles() {
		scope := access.GrantOf([]access.Role{spec.Role}, []string{access.Everywhere}).Compile(nil)
		if got, want := scope.May(access.Audit), spec.Role == access.Auditor; got != want {
			t.Error(fmt.Sprint(spec.Role, " reads the record: ", got))
		}
	}
}
