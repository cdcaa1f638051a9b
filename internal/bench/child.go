package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// child is a process of the program that answers every line with a JSON object,
// and ends when there are no more lines.
type child struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *json.Decoder
	errs tail
}

// start starts a command of the program as a child.
func (p Program) start(ctx context.Context, args ...string) (*child, error) {
	c := &child{cmd: exec.CommandContext(ctx, p.Path, args...)}
	c.cmd.Env = environment("")
	c.cmd.Stderr = &c.errs
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = json.NewDecoder(out)
	return c, c.cmd.Start()
}

// ask sends a line, if there is one, and reads the answer.
func (c *child) ask(line string, answer any) error {
	var wrong error
	if line != "" {
		_, wrong = io.WriteString(c.in, line+"\n")
	}
	if wrong == nil {
		wrong = c.out.Decode(answer)
	}
	if wrong != nil {
		return fmt.Errorf("%s: %w", strings.Join(c.cmd.Args[1:3], " "), errors.Join(wrong, c.end(), errors.New(c.errs.String())))
	}
	return nil
}

// end says that there are no more lines and waits for the end.
func (c *child) end() error {
	_ = c.in.Close()
	return c.cmd.Wait()
}
