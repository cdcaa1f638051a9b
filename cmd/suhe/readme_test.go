package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

var commands = regexp.MustCompile("(?s)<!-- test -->\n```sh\n(.*?)```")

// Every command that the README and the pages about devices, movers, cameras and the ground
// give for real work does it.
func TestReadme(t *testing.T) {
	t.Parallel()
	for page, least := range map[string]int{"README.md": 5, "docs/devices.md": 5, "docs/movers.md": 5, "docs/cameras.md": 2, "docs/survey.md": 5, "docs/planners.md": 11} {
		t.Run(filepath.Base(page), func(t *testing.T) { runPage(t, "../../"+page, least) })
	}
}

// runPage runs the page's blocks, at least so many, one after the other beside a
// node of the demo.
func runPage(t *testing.T, page string, least int) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	blocks := commands.FindAllStringSubmatch(string(text), -1)
	if len(blocks) < least {
		t.Fatalf("%s has %d blocks of commands", page, len(blocks))
	}
	dir := t.TempDir()
	os.Mkdir(filepath.Join(dir, "bin"), 0o700)
	os.Mkdir(filepath.Join(dir, "mappings"), 0o700)
	s := serve(t, filepath.Join(dir, "data"), "--demo", "--scene-size", "1000", "--mappings", filepath.Join(dir, "mappings"))
	if err := os.Symlink(program, filepath.Join(dir, "bin", "suhe")); err != nil {
		t.Fatal(err)
	}
	_, mqttPort, _ := strings.Cut(s.mqtt, ":")
	here := strings.NewReplacer("127.0.0.1:8080", s.http, "-p 1883", "-p "+mqttPort,
		"127.0.0.1:8081", freePort(t), "127.0.0.1:1884", freePort(t))
	for _, block := range blocks {
		shell := exec.Command("bash", "-euo", "pipefail", "-c", here.Replace(block[1]))
		shell.Dir = dir
		shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		shell.WaitDelay = 20 * time.Second // for what it started and left running
		if out, err := shell.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s\n%s", err, block[1], out)
		}
		syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) // the group; mostly nobody is left
	}
}
