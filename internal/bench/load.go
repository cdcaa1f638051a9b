package bench

import (
	"context"
	"fmt"
	"io"

	"suhe/assets"
)

// LoadOptions say how much is loaded; zero means the default.
type LoadOptions struct {
	Database string // as in TilesOptions
	Program  Program
	Count    int       // assets; default 1,000,000
	Rounds   int       // of reading and loading; default 3
	Progress io.Writer // nil: nobody is told
}

const (
	loadLimit = 2.0 // gibibytes
	smallSet  = 10_000
)

// Load measures how a registry becomes a world: its time beside reading the same
// rows with pgx alone, its memory in a process of its own, and whether a tile
// takes longer in a large world than in a small one.
func Load(ctx context.Context, o LoadOptions) (Table, error) {
	if o.Count <= 0 {
		o.Count = 1_000_000
	}
	if o.Rounds <= 0 {
		o.Rounds = 3
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	t := Table{Title: "suhe bench load", Machine: machine()}
	server, end, err := openDatabase(o.Database)
	if err != nil {
		return t, err
	}
	defer end()
	var found WorldReport
	err = inFolder(func(dir string) error {
		return inDatabase(ctx, server, func(own string) error {
			fmt.Fprintf(o.Progress, "committing %d assets\n", o.Count)
			if err := o.Program.fill(ctx, dir, own, newMaker().points(assets.Fixture, o.Count, ground(o.Count))); err != nil {
				return err
			}
			if err := vacuum(ctx, own); err != nil {
				return err
			}
			fmt.Fprintln(o.Progress, "loading them")
			return o.Program.call(ctx, &found, own, "bench", "world", "--data-dir", dir, "--count", fmt.Sprint(o.Count), "--rounds", fmt.Sprint(o.Rounds))
		})
	})
	if err == nil {
		t.Machine = append(t.Machine, fmt.Sprintf("a process of its own reads and loads by turns, median of %d; tiles of both worlds by turns", o.Rounds))
		t.Rows = found.rows(o.Count)
	}
	return t, err
}
