package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"suhe/internal/freeport"
)

// node is the program itself at work in a process of its own.
type node struct {
	cmd  *exec.Cmd
	dir  string // its data
	http string // host:port
	mqtt string
	log  tail
	done chan struct{} // closed when the process has ended

	admin string // host:port of the listener that asks for no login
	token string // of a login at the other
}

// nodePatience is how long a node may take until it is ready: it may have to
// publish a million rows first.
const nodePatience = 10 * time.Minute

// startNode serves from the folder, or from the database if one is named.
func startNode(ctx context.Context, program, dir, database string) (*node, error) {
	n := &node{dir: dir, done: make(chan struct{})}
	var err error
	if n.http, err = freeport.Address(); err != nil {
		return nil, err
	}
	if n.mqtt, err = freeport.Address(); err != nil {
		return nil, err
	}
	if n.admin, err = freeport.Address(); err != nil {
		return nil, err
	}
	if err := addAccount(ctx, program, dir, database); err != nil {
		return nil, err
	}
	n.cmd = exec.Command(program, "serve", "--data-dir", dir, "--listen", n.http, "--mqtt-listen", n.mqtt, "--admin-listen", n.admin, "--request-rate", "0")
	n.cmd.Env = environment(database)
	n.cmd.Stdout, n.cmd.Stderr = &n.log, &n.log
	if err := n.cmd.Start(); err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	go func() {
		defer close(n.done)
		_ = n.cmd.Wait() // its log says more
	}()
	err = n.ready(ctx)
	if err == nil {
		err = n.login(ctx)
	}
	if err != nil {
		n.stop()
		return nil, fmt.Errorf("node: %w\n%s", err, n.log.String())
	}
	return n, nil
}

// ready waits until the node answers.
func (n *node) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, nodePatience)
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-n.done:
			return errors.New("it ended")
		case <-time.After(20 * time.Millisecond):
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, n.url("/readyz"), nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			continue
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
	}
}

func (n *node) url(path string) string { return "http://" + n.http + path }

// ask sends a request to one of the node's addresses, by our login if there is one
// yet, and returns what it answers. An answer that is no success is an error.
func (n *node) ask(ctx context.Context, method, address, body string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if n.token != "" {
		r.Header.Set("Authorization", "Bearer "+n.token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %s", method, address, answer.Status, data)
	}
	return data, err
}

// stop ends the node in good order, or after a while in any.
func (n *node) stop() {
	_ = n.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-n.done:
	case <-time.After(20 * time.Second):
		_ = n.cmd.Process.Kill()
		<-n.done
	}
}

// tail keeps the end of what a process writes.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailLength = 8 << 10

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if len(t.text) > tailLength {
		t.text = bytes.Clone(t.text[len(t.text)-tailLength:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

// inFolder runs f with a folder that is gone afterwards.
func inFolder(f func(dir string) error) error {
	dir, err := os.MkdirTemp("", "suhe-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return f(dir)
}
