// Package pgcluster runs a real PostgreSQL with PostGIS of our own, for tests
// and measurements: a cluster in a temporary folder, on a loopback port, that
// ends with the process that made it even when that is killed (on Linux; on
// other systems it then stays).
package pgcluster

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"suhe/internal/freeport"
)

// Cluster is one PostgreSQL server and its data.
type Cluster struct {
	bin    string // folder of initdb and postgres
	dir    string
	port   int
	runAs  *syscall.Credential // nil: as ourselves; PostgreSQL refuses to be root
	set    []string            // more settings, name=value
	server *exec.Cmd
	log    bytes.Buffer
}

// New makes an empty cluster and starts it. Settings are of postgresql.conf,
// name=value; they win over what is set here, which is made for tests: nothing
// is synced to disk, and memory is spared.
func New(settings ...string) (*Cluster, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, set: settings}
	if err := c.init(); err != nil {
		c.Remove()
		return nil, err
	}
	if err := c.Start(); err != nil {
		c.Remove()
		return nil, err
	}
	return c, nil
}

// findBin finds Debian's PostgreSQL with PostGIS.
func findBin() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", fmt.Errorf("pgcluster: PostgreSQL is not installed: `make tools` installs it")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

func (c *Cluster) init() (err error) {
	if c.runAs, err = credential(); err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp("", "suhe-pg-"); err != nil {
		return err
	}
	if c.runAs != nil {
		if err := os.Chown(c.dir, int(c.runAs.Uid), int(c.runAs.Gid)); err != nil {
			return err
		}
	}
	if c.port, err = freeport.Take(); err != nil {
		return err
	}
	initdb := c.command("initdb", "-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pgcluster: initdb: %w\n%s", err, out)
	}
	return nil
}

// credential is that of the user postgres if we are root.
func credential() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("pgcluster: %w", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// command runs a program of PostgreSQL, as who may.
func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.runAs, Setpgid: true}
	dieWithUs(cmd.SysProcAttr)
	return cmd
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// URL is the address of a database of the cluster.
func (c *Cluster) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.port, database)
}

// Start starts the server and returns when it answers.
func (c *Cluster) Start() error {
	args := []string{"-D", c.data(), "-p", strconv.Itoa(c.port), "-k", c.dir}
	for _, s := range append([]string{"listen_addresses=127.0.0.1", "fsync=off", "max_connections=200", "shared_buffers=128MB"}, c.set...) {
		args = append(args, "-c", s)
	}
	c.server = c.command("postgres", args...)
	c.server.Stdout, c.server.Stderr = &c.log, &c.log
	started := make(chan error)
	go func() {
		// The death signal follows the thread that forked: keep it for good.
		runtime.LockOSThread()
		started <- c.server.Start()
		select {}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("pgcluster: start: %w", err)
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if c.command("pg_isready", "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(c.port)).Run() == nil {
			return nil
		}
	}
	return fmt.Errorf("pgcluster: the server does not answer\n%s", c.log.String())
}

// Stop ends the server in good order, its sessions at once.
func (c *Cluster) Stop() { c.end(syscall.SIGINT) }

// Kill ends the server as a power cut would.
func (c *Cluster) Kill() { c.end(syscall.SIGQUIT) }

func (c *Cluster) end(s syscall.Signal) {
	if c.server == nil || c.server.Process == nil {
		return
	}
	c.server.Process.Signal(s)
	c.server.Wait()
	c.server = nil
}

// Remove ends the server and deletes its data.
func (c *Cluster) Remove() {
	c.Kill()
	if c.dir != "" {
		os.RemoveAll(c.dir)
	}
}
