package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"suhe/assets"
)

// Program is how a measurement runs the program that it is part of, and opens
// what a node of it keeps.
type Program struct {
	Path string
	// Open opens the store of a data folder, or the database if one is named.
	Open func(ctx context.Context, dir, database string) (Store, error)
}

// Store is a registry that can be closed.
type Store interface {
	assets.Store
	Close() error
}

// fill commits the assets to a store, which gives them numbers of its own.
func (p Program) fill(ctx context.Context, dir, database string, things []*assets.Asset) (err error) {
	s, err := p.Open(ctx, dir, database)
	if err != nil {
		return err
	}
	defer func() {
		if wrong := s.Close(); err == nil {
			err = wrong
		}
	}()
	return s.Commit(ctx, func(yield func(assets.Edit, error) bool) {
		for _, a := range things {
			if !yield(assets.Edit{Asset: a, WasRev: assets.AnyRev}, nil) {
				return
			}
		}
	}, func(*assets.Asset, assets.Verdict) {})
}

// call runs a command of the program, on the database if one is named, to its end
// and reads the JSON that it prints.
func (p Program) call(ctx context.Context, out any, database string, args ...string) error {
	cmd := exec.CommandContext(ctx, p.Path, args...)
	cmd.Env = environment(database)
	var text, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &wrong
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", args[0], args[1], err, wrong.String())
	}
	if err := json.Unmarshal(text.Bytes(), out); err != nil {
		return fmt.Errorf("%s %s: %w", args[0], args[1], err)
	}
	return nil
}

// environment is ours without what configures Suhe, which would configure the
// child too; the database's address goes here, since others can read arguments.
func environment(database string) []string {
	out := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SUHE_") })
	if database != "" {
		out = append(out, "SUHE_DATABASE="+database)
	}
	return out
}
